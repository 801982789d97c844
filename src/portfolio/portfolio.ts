import type { CollectionSize } from '../domain/bounded.ts';
import type { StrategyId } from '../domain/ids.ts';
import type { Asset, Instrument, VenueId } from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { TopOfBook } from '../domain/market.ts';
import type { Balance, Fill } from '../domain/order.ts';
import type { Amount, Lots, Price, UnixMs } from '../domain/units.ts';
import type { PortfolioSettings } from './limits.ts';
import type {
  AssetScales,
  BalanceMismatch,
  EquityView,
  ExitWish,
  ExpectedBalance,
  FeeView,
  FillBooking,
  PnlView,
  PositionView,
} from './views.ts';

/** A buy that works or is unknown: it counts as filled in exposure. */
export interface PendingBuy {
  readonly instrument: Instrument;
  readonly price: Price;
  readonly quantity: Lots;
}

/** All we hold, what it cost, what it earned, and when it must be left. */
export declare class Portfolio {
  constructor(settings: PortfolioSettings, accountQuote: Asset, scales: AssetScales);

  /** What the venue holds for us at the very first start: expected balances count from here. */
  open(venue: VenueId, balances: readonly Balance[]): void;
  /** An instrument, or its new version. Needed before its first price. */
  useInstrument(instrument: Instrument): void;
  /** Books a fill once; a trade id that is already booked changes nothing. */
  applyFill(fill: Fill, instrument: Instrument, strategy: StrategyId): FillBooking;
  /** New best prices: marks positions and says which must be left now. Cheap when nothing is held. */
  onTop(top: TopOfBook, nowMs: UnixMs): readonly ExitWish[];
  /** Positions past their holding time, by the timer: no price is needed for that. */
  findTimeExits(nowMs: UnixMs): readonly ExitWish[];
  /** A wish for everything a strategy (or all of them) holds: `flatten`. */
  findAllExits(): readonly ExitWish[];

  getPosition(strategy: StrategyId, instrument: Instrument): PositionView;
  /** Every position that was ever opened, flat ones included. */
  listPositions(): readonly PositionView[];
  /** Whole lots held by one strategy, and by all. */
  getHeldLots(strategy: StrategyId, instrument: Instrument): Lots;
  getSymbolLots(instrument: Instrument): Lots;

  assessPnl(nowMs: UnixMs): PnlView;
  assessEquity(nowMs: UnixMs): EquityView;
  /** Positions at their last price plus pending buys at their limit, in the account's quote. */
  findGrossExposure(pending: readonly PendingBuy[], nowMs: UnixMs): Amount | undefined;
  /** Value of one unit of the instrument's quote in the account's quote, as a ratio. */
  findQuoteRate(
    instrument: Instrument,
    nowMs: UnixMs,
  ): { readonly accountUnits: bigint; readonly quoteUnits: bigint } | undefined;
  /** How much of what is free at the venue is ours to use. */
  getUsable(venue: VenueId, asset: string, free: Amount): Amount;

  listFees(): readonly FeeView[];
  listExpectedBalances(venue: VenueId): readonly ExpectedBalance[];
  /** Empty when the venue's balances are exactly what opening and fills say. */
  assessBalances(venue: VenueId, actual: readonly Balance[]): readonly BalanceMismatch[];

  /** Call when an order leaves. */
  countOrder(): void;
  readonly ordersTodayCount: number;
  /** Opens a new day when its boundary has passed: the row belongs into the journal. Call on the timer and before a fill. */
  turnDay(nowMs: UnixMs): Extract<JournalRow, { type: 'dayOpened' }> | undefined;

  /** For `/metrics`. */
  collections(): readonly CollectionSize[];
}

/** The portfolio as the journal's rows say it was. */
export declare function restorePortfolio(
  rows: readonly JournalRow[],
  settings: PortfolioSettings,
  accountQuote: Asset,
  scales: AssetScales,
): Portfolio;
