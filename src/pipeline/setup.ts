import type { DataTrust } from '../domain/decision.ts';
import type { Asset, Instrument, SymbolId, VenueId } from '../domain/instrument.ts';
import type { Mode } from '../domain/mode.ts';
import type { AccountCodec, MarketCodec } from '../domain/venue.ts';
import type { AccountStreamLimits } from '../execution/account-link.ts';
import type { Environment } from '../execution/client-id.ts';
import type { ExecutionLimits } from '../execution/limits.ts';
import type { FeedLimits } from '../market/feed-limits.ts';
import type { PortfolioSettings } from '../portfolio/limits.ts';
import type { Probe } from '../ports.ts';
import type { MoneyText, RiskLimits, SizingSettings } from '../risk/limits.ts';
import type { SignalSettings } from '../signal/settings.ts';
import type { StrategyKind } from '../signal/strategy.ts';

/** One venue the desk trades at. */
export interface VenueSetup {
  readonly venue: VenueId;
  readonly symbols: readonly SymbolId[];
  readonly accountCodec: AccountCodec;
  /** The venue's own name of a symbol. */
  readonly venueSymbolOf: (symbol: SymbolId) => string;
  readonly makeMarketCodec: (instruments: readonly Instrument[]) => MarketCodec;
  readonly trust: DataTrust;
  /** Four characters of a hash of the key's fingerprint. */
  readonly accountTag: string;
}

/** How the daemon finds back to trading after a start. */
export interface RecoverySettings {
  /** So many starts within ten minutes begin in OBSERVING. */
  readonly crashLoopStarts: number;
  /** A crash loop is over after so long without another start. */
  readonly crashLoopClearMs: number;
}

export interface DeskSetup {
  readonly venues: readonly VenueSetup[];
  readonly environment: Environment;
  /** Where a first start ends: rehearsal and paper trade, live observes until an operator resumes. */
  readonly startMode: Extract<Mode, 'ACTIVE' | 'OBSERVING'>;
  readonly accountQuote: Asset;
  readonly feed: FeedLimits;
  readonly signal: SignalSettings;
  readonly risk: RiskLimits;
  /** Live only: what an entry may be worth on the first day of trading. */
  readonly firstDayOrderNotionalMax: MoneyText | undefined;
  readonly sizing: SizingSettings;
  readonly portfolio: PortfolioSettings;
  readonly execution: ExecutionLimits;
  readonly accountStream: AccountStreamLimits;
  readonly recovery: RecoverySettings;
  readonly probe: Probe;
  /** Strategies that are not built in: tests and plug-ins. */
  readonly findStrategyKind?: ((kind: string) => StrategyKind | undefined) | undefined;
}

/** Distance of two ticks of the desk. Every deadline is met within it. */
export const TICK_MS = 100;
/** A tick that late means that the process slept or was blocked: what we know is old. */
export const LATE_TICK_MS = 1_000;
/** A refused exit is tried again after this. */
export const EXIT_RETRY_MS = 1_000;
/** After a stop was asked for, answers of orders on the wire are awaited for so long. */
export const DRAIN_MS = 10_000;
/** Below this much free disk only exits leave; below the second, nothing does. */
export const DISK_REDUCING_BYTES = 200_000_000;
export const DISK_HALTED_BYTES = 100_000_000;
/** More unproven orders than this in one account: no new ones at all. */
export const UNKNOWN_ORDERS_MAX = 2;
/** Symbols without any data keep a start in RECOVERING for so long at most; then their own gate holds them. */
export const FIRST_DATA_WAIT_MS = 60_000;
