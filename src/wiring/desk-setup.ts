import type { Settings } from '../config/settings.ts';
import type { MarketCodec } from '../domain/venue.ts';
import { DEFAULT_ACCOUNT_STREAM_LIMITS } from '../execution/account-link.ts';
import type { DeskSetup } from '../pipeline/setup.ts';
import type { Probe } from '../ports.ts';
import { createBinanceAccountCodec } from '../venues/binance-account.ts';
import { toVenueSymbol } from '../venues/binance-instruments.ts';
import { createBinanceMarketCodec } from '../venues/binance-market.ts';

/** All assets of Binance spot have eight decimals on the wire. */
const QUOTE_SCALE = 8;

/** The settings of the file as the core takes them, in whatever world it runs. */
export function toDeskSetup(
  settings: Settings,
  parts: {
    readonly probe: Probe;
    readonly accountTag: string;
    /** Of a world that listens to what each frame was understood as. */
    readonly wrapCodec?: ((codec: MarketCodec) => MarketCodec) | undefined;
  },
): DeskSetup {
  const { venue, recovery } = settings;
  const { wrapCodec = (codec: MarketCodec) => codec } = parts;
  return {
    venues: [
      {
        venue: venue.name,
        symbols: settings.symbols,
        venueSymbolOf: toVenueSymbol,
        accountCodec: createBinanceAccountCodec(),
        makeMarketCodec: (instruments) => wrapCodec(createBinanceMarketCodec(instruments)),
        trust: 'certified',
        accountTag: parts.accountTag,
      },
    ],
    environment: venue.setup,
    startMode: settings.startMode,
    accountQuote: { name: settings.portfolio.account.quoteAsset, scale: QUOTE_SCALE },
    feed: settings.feed,
    signal: settings.signal,
    risk: settings.risk,
    firstDayOrderNotionalMax: settings.live?.firstDayOrderNotionalMax,
    sizing: settings.sizing,
    portfolio: settings.portfolio,
    execution: settings.execution,
    accountStream: DEFAULT_ACCOUNT_STREAM_LIMITS,
    recovery: {
      crashLoopStarts: recovery.crashLoopStarts,
      crashLoopClearMs: recovery.crashLoopClearMs,
    },
    probe: parts.probe,
  };
}
