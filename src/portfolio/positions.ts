import type { StrategyId } from '../domain/ids.ts';
import { baseAmountOf, type Instrument, lotsIn } from '../domain/instrument.ts';
import type { Fill, Side } from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import { type Amount, amount, type Price, price, type UnixMs } from '../domain/units.ts';
import { ExitRules, type ExitRulesState } from './exits.ts';
import type { ExitSettings } from './limits.ts';
import { type Holding, NO_HOLDING, tradeAtAverage } from './pnl.ts';
import { averageTicks, type TickWorth, tickWorth, valueAt } from './price-scale.ts';
import type { ExitWish, PositionView } from './views.ts';

export interface PositionState {
  readonly strategy: StrategyId;
  readonly instrument: Instrument;
  readonly holding: Holding;
  readonly quoteFees: bigint;
  readonly openedAtMs?: UnixMs | undefined;
  readonly fillsCount: number;
  readonly exits: ExitRulesState;
}

/**
 * What one strategy holds of one symbol. Several strategies may hold the same symbol, each its own
 * part; the account holds the sum.
 */
export class Position {
  readonly strategy: StrategyId;
  readonly #exits: ExitRules;
  #instrument: Instrument;
  #worth: TickWorth;
  #holding: Holding = NO_HOLDING;
  /** Fees in the quote: a part of what was realised. */
  #quoteFees = 0n;
  #openedAtMs: UnixMs | undefined;
  #fillsCount = 0;

  constructor(strategy: StrategyId, instrument: Instrument, exits: ExitSettings) {
    this.strategy = strategy;
    this.#instrument = instrument;
    this.#worth = tickWorth(instrument);
    this.#exits = new ExitRules(exits, instrument);
  }

  get instrument(): Instrument {
    return this.#instrument;
  }
  /** Coins held, at the base's scale. */
  get base(): bigint {
    return this.#holding.base;
  }
  get cost(): bigint {
    return this.#holding.cost;
  }

  /** Grids changed: what is held is in coins and stays; the prices of exits are set anew. */
  useInstrument(instrument: Instrument): void {
    this.#instrument = instrument;
    this.#worth = tickWorth(instrument);
    this.#aim();
  }

  /** Books a fill told in `instrument`'s grids. What it realised, fees in the quote taken off. */
  book(fill: Fill, instrument: Instrument): Amount {
    const realizedBefore = this.#holding.realized - this.#quoteFees;
    const sign = fill.side === 'BUY' ? 1n : -1n;
    // A fee in the base takes coins and no quote: it makes the rest dearer.
    const baseFee = fill.feeAsset === instrument.base.name ? fill.fee : 0n;
    const baseDelta = sign * baseAmountOf(instrument, fill.quantity) - baseFee;
    const wasOpen = this.#openedAtMs !== undefined && this.#isSellable(instrument, fill.price);

    this.#holding = tradeAtAverage(this.#holding, baseDelta, sign * fill.quote);
    if (fill.feeAsset === instrument.quote.name) this.#quoteFees += fill.fee;
    this.#fillsCount += 1;

    const isOpen = this.#isSellable(instrument, fill.price);
    // What was dust until now is no open position for being worth enough at the price of this fill, nor for having been so.
    if (!isOpen) this.#openedAtMs = undefined;
    else if (!wasOpen) this.#openedAtMs = fill.tradedAtMs;
    this.#aim();
    return amount(this.#holding.realized - this.#quoteFees - realizedBefore);
  }

  /** The wish to leave at this best bid, if a rule says so. */
  findExit(bidTicks: number, nowMs: UnixMs): ExitWish | undefined {
    if (this.#openedAtMs === undefined) this.#reopen(bidTicks, nowMs);
    const reason = this.#exits.findReason(bidTicks, nowMs);
    return reason && this.wishToLeave(reason, bidTicks);
  }

  /** The same by the clock alone. `bidTicks`: the last best bid, if any was seen. */
  findTimeExit(bidTicks: number | undefined, nowMs: number): ExitWish | undefined {
    const reason = this.#exits.findTimeReason(nowMs);
    return reason && this.wishToLeave(reason, bidTicks);
  }

  /** The wish to sell every whole lot; `undefined` when there is none, or it is dust at this best bid. */
  wishToLeave(reason: Reason, bidTicks: number | undefined): ExitWish | undefined {
    const quantity = lotsIn(this.#instrument, amount(this.#holding.base));
    if (quantity === 0 || this.isDust(bidTicks)) return undefined;
    const side: Side = 'SELL';
    return {
      strategy: this.strategy,
      instrument: this.#instrument,
      side,
      quantity,
      base: amount(this.#holding.base),
      reason,
    };
  }

  /** Too small to be sold at this best bid; without any, at what it cost. Nothing held is dust, too. */
  isDust(bidTicks: number | undefined): boolean {
    const instrument = this.#instrument;
    return !this.#isSellable(instrument, bidTicks ?? this.#averagePrice() ?? instrument.priceMin);
  }

  /** Value of the coins at a price, in the quote. */
  valueAt(ticks: number): Amount {
    return valueAt(this.#worth, this.#holding.base, ticks);
  }

  /** `bid`: the last best bid, if any was seen. */
  view(bid: number | undefined): PositionView {
    const instrument = this.#instrument;
    const { base, cost, realized } = this.#holding;
    const quantity = lotsIn(instrument, amount(base));
    const averagePrice = this.#averagePrice();
    const unrealized = bid === undefined ? undefined : amount(this.valueAt(bid) - cost);
    return {
      strategy: this.strategy,
      instrument,
      base: amount(base),
      quantity,
      dust: amount(base > 0n ? base - baseAmountOf(instrument, quantity) : 0n),
      isDust: this.isDust(bid),
      cost: amount(cost),
      averagePrice,
      openedAtMs: this.#openedAtMs,
      realized: amount(realized - this.#quoteFees),
      unrealized: base === 0n ? amount(-cost) : unrealized,
      stopPrice: this.#exits.stopPrice,
      targetPrice: this.#exits.targetPrice,
      trailingPrice: this.#exits.trailingPrice,
      fillsCount: this.#fillsCount,
    };
  }

  save(): PositionState {
    return {
      strategy: this.strategy,
      instrument: this.#instrument,
      holding: this.#holding,
      quoteFees: this.#quoteFees,
      openedAtMs: this.#openedAtMs,
      fillsCount: this.#fillsCount,
      exits: this.#exits.save(),
    };
  }

  /** Into a position made for the strategy and instrument of the state. */
  load(state: PositionState): void {
    this.#holding = state.holding;
    this.#quoteFees = state.quoteFees;
    this.#openedAtMs = state.openedAtMs;
    this.#fillsCount = state.fillsCount;
    this.#exits.load(state.exits);
  }

  #averagePrice(): Price | undefined {
    const { base, cost } = this.#holding;
    if (base <= 0n || cost <= 0n) return undefined;
    const ticks = averageTicks(this.#worth, { base, cost }, 0, 'nearest');
    return ticks > 0 ? price(ticks) : undefined;
  }

  /** Whether the venue would take an order for the whole lots of it. The rest is dust: shown, never sold. */
  #isSellable(instrument: Instrument, ticks: number): boolean {
    const quantity = lotsIn(instrument, amount(this.#holding.base));
    if (quantity < Math.max(1, instrument.quantityMin)) return false;
    const worth = valueAt(tickWorth(instrument), baseAmountOf(instrument, quantity), ticks);
    return worth >= instrument.notionalMin;
  }

  /** Dust that the venue takes again, by its price or by smaller lots, is a position: nothing else would hold it. */
  #reopen(bidTicks: number, nowMs: UnixMs): void {
    if (this.#holding.base <= 0n || !this.#isSellable(this.#instrument, bidTicks)) return;
    this.#openedAtMs = nowMs;
    this.#aim();
  }

  #aim(): void {
    const { base, cost } = this.#holding;
    const openedAtMs = this.#openedAtMs;
    if (openedAtMs === undefined || base <= 0n || cost <= 0n) {
      this.#exits.rest(this.#instrument);
    } else this.#exits.aim(this.#instrument, { base, cost, openedAtMs });
  }
}
