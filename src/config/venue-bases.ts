import type { VenueSettings, VenueSetup } from './settings.ts';

type Bases = Pick<VenueSettings, 'restBase' | 'wsBase' | 'wsApiBase'>;

/** Where Binance spot is, by set-up. Paper needs no account: it uses the addresses that serve market data only. */
export function defaultBases(setup: VenueSetup, exchangePort: number | undefined): Bases {
  switch (setup) {
    case 'rehearsal': {
      const host = `127.0.0.1:${exchangePort ?? 9500}`;
      return { restBase: `http://${host}`, wsBase: `ws://${host}`, wsApiBase: `ws://${host}` };
    }
    case 'paper':
      return {
        restBase: 'https://data-api.binance.vision',
        wsBase: 'wss://data-stream.binance.vision',
        wsApiBase: 'wss://ws-api.binance.com:443',
      };
    case 'live':
      return {
        restBase: 'https://api.binance.com',
        wsBase: 'wss://stream.binance.com:9443',
        wsApiBase: 'wss://ws-api.binance.com:443',
      };
  }
}

const LOOPBACK = /^(?:https?|wss?):\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?$/;

export function isLoopback(base: string): boolean {
  return LOOPBACK.test(base);
}

export function isEncrypted(base: string): boolean {
  return base.startsWith('https://') || base.startsWith('wss://');
}
