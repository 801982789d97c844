import type { SymbolId } from '../domain/instrument.ts';
import type { ExecutionLimits } from '../execution/limits.ts';
import type { FeedLimits } from '../market/feed-limits.ts';
import type { PortfolioSettings } from '../portfolio/limits.ts';
import type { MoneyText, RiskLimits, SizingSettings } from '../risk/limits.ts';
import type { SignalSettings } from '../signal/settings.ts';

/** Everything the night is told: parsed once, frozen, without secrets. Its hash stands in the journal. */
export interface Settings {
  readonly venue: VenueSettings;
  /** ACTIVE: trades as soon as everything is proven. OBSERVING: waits for an operator. */
  readonly startMode: 'ACTIVE' | 'OBSERVING';
  readonly symbols: readonly SymbolId[];
  readonly feed: FeedLimits;
  readonly signal: SignalSettings;
  readonly sizing: SizingSettings;
  readonly risk: RiskLimits;
  readonly portfolio: PortfolioSettings;
  /** `leaseWaitMs` is the one of `recovery`; refusals and the age of an intent are those of `risk`. */
  readonly execution: ExecutionLimits;
  readonly recovery: RecoverySettings;
  readonly data: DataSettings;
  readonly http: HttpSettings;
  readonly log: LogSettings;
  readonly capture: CaptureSettings;
  readonly retention: RetentionSettings;
  readonly mail: MailSettings;
  /** The simulated exchange; only in `rehearsal`. */
  readonly exchange: ExchangeSettings | undefined;
  /** Only in `live`. */
  readonly live: LiveSettings | undefined;
}

export type VenueSetup = 'rehearsal' | 'paper' | 'live';

export interface VenueSettings {
  readonly setup: VenueSetup;
  readonly name: 'binance';
  /** REST, without path: `https://api.binance.com`. */
  readonly restBase: string;
  /** Market WebSocket, without path: `wss://stream.binance.com:9443`. */
  readonly wsBase: string;
  /** WebSocket API (account events), without path. */
  readonly wsApiBase: string;
  /** File with `apiKey` and `apiSecret`, mode 0600, relative to the working directory. */
  readonly keyFile: string | undefined;
}

export interface RecoverySettings {
  /** After a start no order leaves for so long: a request of a dead twin has surfaced by then. */
  readonly leaseWaitMs: number;
  /** So many starts within the window begin in OBSERVING. */
  readonly crashLoopStarts: number;
  readonly crashLoopWindowMs: number;
  /** That OBSERVING ends by itself after so long without another start. */
  readonly crashLoopClearMs: number;
}

export interface DataSettings {
  /** Journal, decisions, heartbeat, capture, mails. */
  readonly dir: string;
}

export interface HttpSettings {
  /** Loopback only. */
  readonly host: string;
  readonly port: number;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogSettings {
  readonly dir: string;
  readonly level: LogLevel;
  /** A file larger than this is rotated. */
  readonly fileBytesMax: number;
  /** So many rotated files of each kind are kept. */
  readonly filesMax: number;
}

export interface CaptureSettings {
  readonly enabled: boolean;
  readonly hoursMax: number;
  readonly bytesMax: number;
  /** A new file begins at least so often, with a checkpoint: replay can begin there. */
  readonly segmentSecondsMax: number;
}

/** Old decision rows go when either bound is passed. The journal of orders is never pruned. */
export interface RetentionSettings {
  readonly decisionsDaysMax: number;
  readonly decisionsBytesMax: number;
}

export interface MailSettings {
  /** `undefined`: mails are only written as files under the data folder. */
  readonly recipient: string | undefined;
  /** Somebody has seen a test mail arrive there. */
  readonly recipientConfirmed: boolean;
}

export interface ExchangeSettings {
  readonly port: number;
  readonly controlPort: number;
  /** The same seed makes the same market. */
  readonly seed: number;
}

export interface LiveSettings {
  /** Value of one order on the first live day, whatever sizing and risk would allow. */
  readonly firstDayOrderNotionalMax: MoneyText;
}
