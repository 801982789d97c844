import { strategyId } from '../../src/domain/ids.ts';
import { DEFAULT_ACCOUNT_STREAM_LIMITS } from '../../src/execution/account-link.ts';
import { DEFAULT_EXECUTION_LIMITS } from '../../src/execution/limits.ts';
import { DEFAULT_FEED_LIMITS } from '../../src/market/feed-limits.ts';
import type { DeskSetup } from '../../src/pipeline/setup.ts';
import { DEFAULT_PORTFOLIO } from '../../src/portfolio/limits.ts';
import type { Probe } from '../../src/ports.ts';
import { DEFAULT_RISK_LIMITS, DEFAULT_SIZING } from '../../src/risk/limits.ts';
import type { StrategySettings } from '../../src/signal/settings.ts';
import { createBinanceAccountCodec } from '../../src/venues/binance-account.ts';
import { toVenueSymbol } from '../../src/venues/binance-instruments.ts';
import { createBinanceMarketCodec } from '../../src/venues/binance-market.ts';
import { findNightStrategy } from './night-strategies.ts';

export const SYMBOLS = ['BTC/USDT', 'ETH/USDT'];

/** Nobody measures: what most stories want. */
export const SILENT_PROBE: Probe = {
  markParsed: () => undefined,
  beginWish: () => undefined,
  markApproved: () => undefined,
  endWish: () => undefined,
  markIdle: () => undefined,
  observeFeed: () => undefined,
};

/** A strategy of the night: `cue` trades when a test says so, `restless` all the time. */
export function strategyOf(kind: 'cue' | 'restless', holdingMs = 300): StrategySettings {
  return {
    id: strategyId(kind),
    kind,
    enabled: true,
    symbols: SYMBOLS,
    reentryCooldownMs: 0,
    parameters: kind === 'restless' ? { holdingMs } : {},
  };
}

/**
 * The careful defaults of every room, but for what makes a short story long: order rates, cooldowns,
 * and how long a start waits for a dead twin's last request.
 */
export function makeSetup(
  strategies: readonly StrategySettings[],
  change: Partial<DeskSetup> = {},
): DeskSetup {
  return {
    venues: [
      {
        venue: 'binance',
        symbols: SYMBOLS,
        venueSymbolOf: toVenueSymbol,
        accountCodec: createBinanceAccountCodec(),
        makeMarketCodec: createBinanceMarketCodec,
        trust: 'certified',
        accountTag: 'test',
      },
    ],
    environment: 'rehearsal',
    startMode: 'ACTIVE',
    accountQuote: { name: 'USDT', scale: 8 },
    feed: DEFAULT_FEED_LIMITS,
    signal: { depthLevelsCount: 5, wishIntervalMsMin: 100, skipRunMsMax: 10_000, strategies },
    risk: {
      ...DEFAULT_RISK_LIMITS,
      ordersPerWindowMax: 1_000,
      ordersPerDayMax: 100_000,
      cooldownMs: 0,
    },
    sizing: DEFAULT_SIZING,
    portfolio: DEFAULT_PORTFOLIO,
    execution: { ...DEFAULT_EXECUTION_LIMITS, leaseWaitMs: 1_000 },
    accountStream: DEFAULT_ACCOUNT_STREAM_LIMITS,
    recovery: { crashLoopStarts: 3, crashLoopClearMs: 1_800_000 },
    probe: SILENT_PROBE,
    firstDayOrderNotionalMax: undefined,
    findStrategyKind: findNightStrategy,
    ...change,
  };
}
