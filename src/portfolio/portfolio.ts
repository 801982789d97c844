import { InvariantBroken } from '../domain/assert.ts';
import { BoundedMap, type CollectionSize } from '../domain/bounded.ts';
import { formatDecimal, parseDecimal } from '../domain/decimal.ts';
import type { StrategyId } from '../domain/ids.ts';
import {
  type Asset,
  type Instrument,
  lotsIn,
  notionalOf,
  type VenueId,
} from '../domain/instrument.ts';
import type { TopOfBook } from '../domain/market.ts';
import type { Balance, Fill } from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import { type Amount, amount, type Lots, lots, NO_AMOUNT, type UnixMs } from '../domain/units.ts';
import { AccountSum } from './account-sum.ts';
import { BookedTrades } from './booked-trades.ts';
import { DayBook } from './day-book.ts';
import { Earnings } from './earnings.ts';
import { assessBalances, Ledger } from './ledger.ts';
import type { PortfolioSettings } from './limits.ts';
import { type Market, Marks, type Rate } from './marks.ts';
import type { PortfolioState } from './portfolio-state.ts';
import { Position } from './positions.ts';
import type {
  AssetScales,
  BalanceMismatch,
  DayOpened,
  EquityView,
  ExitWish,
  ExpectedBalance,
  FeeView,
  FillBooking,
  PendingBuy,
  PnlView,
  PositionView,
} from './views.ts';

const POSITIONS_MAX = 2_000;
const NO_WISHES: readonly ExitWish[] = Object.freeze([]);

/** All we hold, what it cost, what it earned, and when it must be left. */
export class Portfolio {
  readonly #settings: PortfolioSettings;
  readonly #quote: Asset;
  readonly #scales: AssetScales;
  readonly #days: DayBook;
  readonly #marks: Marks<Position>;
  readonly #ledger = new Ledger();
  readonly #earnings = new Earnings();
  readonly #positions = new BoundedMap<string, Position>(
    'portfolio.positions',
    POSITIONS_MAX,
    'refuse',
  );
  readonly #trades = new BookedTrades();
  /** Venues whose opening balances are known. */
  readonly #opened = new BoundedMap<VenueId, true>('portfolio.openings', 100, 'refuse');

  constructor(settings: PortfolioSettings, accountQuote: Asset, scales: AssetScales) {
    this.#settings = settings;
    this.#quote = accountQuote;
    this.#scales = scales;
    this.#days = new DayBook(settings.account.dayZone);
    this.#marks = new Marks(accountQuote, settings.account.markAgeMsMax);
  }

  /** What the venue holds for us at the very first start: expected balances count from here. */
  open(venue: VenueId, balances: readonly Balance[]): void {
    this.#opened.set(venue, true);
    for (const { asset, free, locked } of balances) {
      this.#ledger.open(venue, asset, amount(free + locked));
    }
  }

  /** Whether `open` was ever called for the venue, now or before a restart. */
  isOpened(venue: VenueId): boolean {
    return this.#opened.has(venue);
  }

  /** An instrument, or its new version. Needed before its first price. */
  useInstrument(instrument: Instrument): void {
    for (const position of this.#marks.use(instrument).held) position.useInstrument(instrument);
  }

  /** Books a fill once; a trade id that is already booked changes nothing. `instrument`: whose grids the fill is told in. */
  applyFill(fill: Fill, instrument: Instrument, strategy: StrategyId): FillBooking {
    if (!this.#trades.remember(fill)) return { type: 'duplicate' };

    const market = this.#marks.open(instrument);
    const position = this.#openPosition(strategy, market);
    const realized = position.book(fill, instrument);
    this.#ledger.book(fill, instrument);
    this.#earnings.add(fill.venue, instrument.quote.name, realized);
    const { base, quote } = instrument;
    if (fill.feeAsset !== base.name && fill.feeAsset !== quote.name) {
      this.#earnings.add(fill.venue, fill.feeAsset, -fill.fee);
    }
    return { type: 'booked', realized, position: viewOf(position, market) };
  }

  /** New best prices: marks positions and says which must be left now. Cheap when nothing is held. */
  onTop(venue: VenueId, top: TopOfBook, nowMs: UnixMs): readonly ExitWish[] {
    const market = this.#marks.findByIndex(venue, top.instrument);
    if (market === undefined) return NO_WISHES;
    market.bidTicks = top.bidPrice;
    market.askTicks = top.askPrice;
    market.pricedAtMs = nowMs;
    if (market.held.length === 0) return NO_WISHES;
    let wishes = NO_WISHES;
    for (const position of market.held) {
      const wish = position.findExit(top.bidPrice, nowMs);
      if (wish !== undefined) wishes = [...wishes, wish];
    }
    return wishes;
  }

  /**
   * Positions that must be left, by the timer: an exit that was denied or found no buyer is wished for again though
   * no price moves. Where the last price may not be acted upon, only the holding time counts.
   */
  findDueExits(nowMs: UnixMs, isPriced: (instrument: Instrument) => boolean): readonly ExitWish[] {
    return this.#wishes((position, bid) =>
      bid !== undefined && isPriced(position.instrument)
        ? position.findExit(bid, nowMs)
        : position.findTimeExit(bid, nowMs),
    );
  }

  /** A wish for everything that can be sold: `flatten`. Empty when only dust is left. */
  findAllExits(reason: Reason): readonly ExitWish[] {
    return this.#wishes((position, bid) => position.wishToLeave(reason, bid));
  }

  getPosition(strategy: StrategyId, instrument: Instrument): PositionView {
    const market = this.#marks.open(instrument);
    const known = this.#positions.get(keyOf(strategy, instrument));
    return viewOf(known ?? this.#makePosition(strategy, instrument), market);
  }

  /** Every position that was ever opened, flat ones included. */
  listPositions(): readonly PositionView[] {
    return [...this.#positions.values()].map((position) =>
      viewOf(position, this.#marks.open(position.instrument)),
    );
  }

  /** Whole lots held by one strategy. */
  getHeldLots(strategy: StrategyId, instrument: Instrument): Lots {
    const base = this.#positions.get(keyOf(strategy, instrument))?.base ?? 0n;
    return lotsIn(instrument, amount(base));
  }

  /** Whole lots that all strategies hold together. */
  getSymbolLots(instrument: Instrument): Lots {
    const held = this.#marks.find(instrument.venue, instrument.symbol)?.held ?? [];
    // Each part is floored by itself: only so much can really be sold.
    return lots(held.reduce((sum, position) => sum + lotsIn(instrument, amount(position.base)), 0));
  }

  assessPnl(nowMs: UnixMs): PnlView {
    const sum = new AccountSum(this.#marks, nowMs);
    const realized = sum.addAll(this.#earnings.listTotal());
    const realizedToday = sum.addAll(this.#earnings.listToday());
    let unrealized = 0n;
    for (const position of this.#positions.values()) unrealized += sum.gainOf(position);
    return {
      day: this.#days.day,
      realized: amount(realized),
      realizedToday: amount(realizedToday),
      unrealized: amount(unrealized),
      daily: amount(realizedToday + unrealized),
      verified: sum.unvalued.size === 0,
      unvalued: [...sum.unvalued],
    };
  }

  /** What we may trade with: the allocation of the quote, what our trades moved, and all positions. */
  assessEquity(nowMs: UnixMs): EquityView {
    const sum = new AccountSum(this.#marks, nowMs);
    let total = 0n;
    for (const venue of this.#opened.keys()) {
      total += this.#ownedOf(venue, this.#quote.name);
    }
    for (const position of this.#positions.values()) total += sum.valueOf(position);
    return {
      amount: amount(total),
      verified: sum.unvalued.size === 0,
      unvalued: [...sum.unvalued],
    };
  }

  /** Positions at their last price plus pending buys at their limit, in the account's quote. `undefined`: one could not be valued at a fresh price. */
  findGrossExposure(pending: readonly PendingBuy[], nowMs: UnixMs): Amount | undefined {
    const sum = new AccountSum(this.#marks, nowMs);
    let total = 0n;
    for (const position of this.#positions.values()) {
      const value = sum.valueOf(position);
      total += value < 0n ? -value : value;
    }
    for (const { instrument, price, quantity } of pending) {
      const rate = this.#marks.findRate(instrument, nowMs);
      if (rate === undefined) return undefined;
      const worth = notionalOf(instrument, price, quantity) * rate.accountUnits;
      total += (worth + rate.quoteUnits - 1n) / rate.quoteUnits;
    }
    return sum.unvalued.size === 0 ? amount(total) : undefined;
  }

  /** What the instrument's quote is worth in the account's, as a ratio; `undefined`: no fresh price. */
  findQuoteRate(instrument: Instrument, nowMs: UnixMs): Rate | undefined {
    return this.#marks.findRate(instrument, nowMs);
  }

  /** How much of what is free at the venue is ours to use: the rest is the owner's. */
  getUsable(venue: VenueId, asset: string, free: Amount): Amount {
    const owned = this.#ownedOf(venue, asset);
    if (owned <= 0n) return NO_AMOUNT;
    return owned < free ? owned : free;
  }

  listFees(): readonly FeeView[] {
    return this.#ledger.listFees();
  }

  listExpectedBalances(venue: VenueId): readonly ExpectedBalance[] {
    return this.#ledger.listExpected(venue);
  }

  /** Empty when the venue's balances are exactly what opening and fills say. */
  assessBalances(venue: VenueId, actual: readonly Balance[]): readonly BalanceMismatch[] {
    return assessBalances(this.#ledger.listExpected(venue), actual);
  }

  /** Call when an order leaves. */
  countOrder(): void {
    this.#days.countOrder();
  }

  get ordersTodayCount(): number {
    return this.#days.ordersTodayCount;
  }

  /** Opens a new day when its boundary has passed: the row belongs into the journal. Call on the timer, before fills. */
  turnDay(nowMs: UnixMs): DayOpened | undefined {
    if (!this.#days.isOver(nowMs)) return undefined;
    this.openDay(nowMs);
    const { realized } = this.assessPnl(nowMs);
    return {
      type: 'dayOpened',
      atMs: nowMs,
      day: this.#days.day,
      realizedQuote: formatDecimal(realized, this.#quote.scale),
      ordersCount: this.#days.ordersCount,
    };
  }

  /** Begins the day that `atMs` lies in. `turnDay` does it on time; a restart does it from the journal. */
  openDay(atMs: UnixMs): void {
    this.#days.open(atMs);
    this.#earnings.openDay();
  }

  /** For `/metrics`. */
  collections(): readonly CollectionSize[] {
    const own = [this.#positions, ...this.#trades.collections(), this.#opened];
    return [
      ...own,
      ...this.#marks.collections(),
      ...this.#ledger.collections(),
      ...this.#earnings.collections(),
    ];
  }

  save(): PortfolioState {
    return {
      days: this.#days.save(),
      marks: this.#marks.save(),
      ledger: this.#ledger.save(),
      earnings: this.#earnings.save(),
      positions: this.#positions.saveEach((position) => position.save()),
      trades: this.#trades.save(),
      opened: this.#opened.save(),
    };
  }

  load(state: PortfolioState): void {
    this.#days.load(state.days);
    this.#marks.load(state.marks);
    this.#ledger.load(state.ledger);
    this.#earnings.load(state.earnings);
    this.#positions.loadEach(state.positions, (saved) => {
      const position = this.#makePosition(saved.strategy, saved.instrument);
      position.load(saved);
      // Each market holds its positions in the order in which they were opened, as the map does.
      this.#marks.open(saved.instrument).held.push(position);
      return position;
    });
    this.#trades.load(state.trades);
    this.#opened.load(state.opened);
  }

  #openPosition(strategy: StrategyId, market: Market<Position>): Position {
    const key = keyOf(strategy, market.instrument);
    const known = this.#positions.get(key);
    if (known !== undefined) return known;
    const position = this.#makePosition(strategy, market.instrument);
    this.#positions.set(key, position);
    market.held.push(position);
    return position;
  }

  #makePosition(strategy: StrategyId, instrument: Instrument): Position {
    const { byStrategy, standard } = this.#settings.exits;
    return new Position(strategy, instrument, byStrategy[strategy] ?? standard);
  }

  #wishes(
    find: (position: Position, bid: number | undefined) => ExitWish | undefined,
  ): readonly ExitWish[] {
    const wishes: ExitWish[] = [];
    for (const position of this.#positions.values()) {
      const wish = find(position, bidOf(this.#marks.open(position.instrument)));
      if (wish !== undefined) wishes.push(wish);
    }
    return wishes;
  }

  #ownedOf(venue: VenueId, asset: string): Amount {
    const text = this.#settings.account.allocations[asset] ?? '0';
    const allocated = parseDecimal(text, this.#scales(venue, asset));
    if (allocated === undefined) {
      throw new InvariantBroken(`allocation '${text}' is no ${asset} amount`);
    }
    return this.#ledger.getOwned(venue, asset, amount(allocated));
  }
}

function viewOf(position: Position, market: Market<Position>): PositionView {
  return position.view(bidOf(market));
}

const bidOf = ({ bidTicks }: Market<Position>): number | undefined =>
  bidTicks > 0 ? bidTicks : undefined;

const keyOf = (strategy: StrategyId, { venue, symbol }: Instrument): string =>
  `${strategy}|${venue}|${symbol}`;
