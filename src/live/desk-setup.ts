import type { Settings } from '../config/settings.ts';
import { DEFAULT_ACCOUNT_STREAM_LIMITS } from '../execution/account-link.ts';
import type { DeskSetup } from '../pipeline/setup.ts';
import type { Probe } from '../ports.ts';
import type { Capture } from '../store/capture.ts';
import { createBinanceAccountCodec } from '../venues/binance-account.ts';
import { toVenueSymbol } from '../venues/binance-instruments.ts';
import { createBinanceMarketCodec } from '../venues/binance-market.ts';
import { capturedCodec } from './captured-codec.ts';

/** All assets of Binance spot have eight decimals on the wire. */
const QUOTE_SCALE = 8;

/** The settings of the file as the core takes them. */
export function toDeskSetup(
  settings: Settings,
  parts: {
    readonly probe: Probe;
    readonly accountTag: string;
    /** Told what each frame says, to keep it in fewer bytes. */
    readonly capture?: Capture | undefined;
  },
): DeskSetup {
  const { venue, recovery } = settings;
  return {
    venues: [
      {
        venue: venue.name,
        symbols: settings.symbols,
        venueSymbolOf: toVenueSymbol,
        accountCodec: createBinanceAccountCodec(),
        makeMarketCodec: (instruments) =>
          capturedCodec(createBinanceMarketCodec(instruments), parts.capture),
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
