import { formatFixed } from '../../domain/decimal.ts';
import type { DeskEvent } from '../../domain/event.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { FillView, MarketHappening, OrderView } from '../../matching/happening.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { OURS } from '../venue.ts';
import { inE8, priceE8, quantityE8, scaleOf } from './exact-e8.ts';
import { isOwnId } from './own-orders.ts';
import { ProjectedOrders } from './projected-orders.ts';

type FilledRow = Extract<JournalRow, { type: 'filled' }>;

/** Nothing is on its way for so long: what was executed before must be known, settled or not. */
const KNOWN_AFTER_MS = 600_000;

interface Execution {
  readonly atMs: number;
  readonly clientOrderId: string;
  readonly order: OrderView;
  readonly fill: FillView;
}

/** Each execution of our orders at the exchange is one row, told as it was, and each row is one execution. */
class FillOnce implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  readonly #orders = new ProjectedOrders();
  /** By symbol and trade id. */
  readonly #executions = new Map<string, Execution>();
  #rows = new Set<string>();

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('I9', night);
  }

  onHappening(happening: MarketHappening, atMs: number): void {
    if (happening.type !== 'orderUpdated' || happening.fill === undefined) return;
    const { order, fill } = happening;
    if (order.accountKey !== OURS || !isOwnId(order.clientOrderId)) return;
    this.#executions.set(keyOf(fill.symbol, fill.tradeId), {
      atMs,
      clientOrderId: order.clientOrderId,
      order,
      fill,
    });
  }

  onEvent(event: DeskEvent, atMs: number): void {
    if (event.type !== 'started' || !this.#orders.onStarted(event.rows, atMs)) return;
    const booked = event.rows.filter((row) => row.type === 'filled');
    this.#rows = new Set(booked.map((row) => this.#keyOf(row)));
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) {
      this.#orders.take(row, atMs);
      if (row.type === 'filled') this.#compare(row);
    }
  }

  /** Once nothing is on its way any more every execution must be known. */
  finish(isSettled: boolean): void {
    const { nowMs } = this.#night.clock;
    for (const [key, { atMs, clientOrderId }] of this.#executions) {
      if (!isSettled && nowMs - atMs < KNOWN_AFTER_MS) continue;
      this.tally.check(
        this.#rows.has(key),
        () => `${key} of ${clientOrderId} was executed, the journal has no row of it`,
      );
    }
    // What the exchange tells as it happens and what it answers when asked must be the same.
    const own = this.#night.venue.trades();
    const known = own.filter((fill) => this.#executions.has(keyOf(fill.symbol, fill.tradeId)));
    this.tally.check(
      known.length === this.#executions.size,
      () => `the venue lists ${known.length} of ${this.#executions.size} executions of ours`,
    );
  }

  #keyOf({ clientOrderId, fill }: FilledRow): string {
    const intent = this.#orders.byId.get(clientOrderId)?.intent;
    return keyOf(intent?.instrument.venueSymbol ?? fill.symbol, fill.tradeId);
  }

  #compare(row: FilledRow): void {
    const { clientOrderId } = row;
    const intent = this.#orders.byId.get(clientOrderId)?.intent;
    const key = this.#keyOf(row);
    this.tally.check(!this.#rows.has(key), () => `${key} of ${clientOrderId} is booked twice`);
    this.#rows.add(key);
    const was = this.#executions.get(key);
    const truth = was === undefined ? 'never executed' : describeFill(was, intent?.instrument);
    const told = intent === undefined ? 'of an order without an intent' : describeRow(row, intent);
    this.tally.check(told === truth, () => `${key} is booked as ${told}, it was ${truth}`);
  }
}

function keyOf(symbol: string, tradeId: string | number): string {
  return `${symbol} trade ${tradeId}`;
}

function describeFill({ order, fill }: Execution, instrument: Instrument | undefined): string {
  const exact = BigInt(fill.price);
  return describe({
    clientOrderId: order.clientOrderId,
    venueOrderId: fill.orderId,
    side: fill.isBuyer ? 'BUY' : 'SELL',
    price: instrument === undefined ? exact : toldPrice(instrument, exact),
    quantity: BigInt(fill.quantity),
    quote: fill.quote,
    fee: fill.commission,
    feeAsset: fill.commissionAsset,
    isMaker: fill.isMaker,
  });
}

function describeRow({ clientOrderId, fill }: FilledRow, intent: Intent): string {
  const { instrument } = intent;
  return describe({
    clientOrderId,
    venueOrderId: fill.venueOrderId,
    side: fill.side,
    price: priceE8(instrument, fill.price),
    quantity: quantityE8(instrument, fill.quantity),
    quote: inE8(fill.quote, instrument.quote.scale),
    fee: inE8(fill.fee, scaleOf(instrument, fill.feeAsset)),
    feeAsset: fill.feeAsset,
    isMaker: fill.liquidity === 'MAKER',
  });
}

type Intent = Extract<JournalRow, { type: 'intent' }>['intent'];

/** An execution between two ticks of its order is told to the nearest one; what it was worth is exact. */
function toldPrice({ tickUnits, tickDecimals }: Instrument, exact: bigint): bigint {
  const tick = inE8(BigInt(tickUnits), tickDecimals);
  const nearest = ((exact + tick / 2n) / tick) * tick;
  return nearest === 0n ? tick : nearest;
}

interface Told {
  readonly clientOrderId: string;
  readonly venueOrderId: string | number;
  readonly side: string;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly quote: bigint;
  readonly fee: bigint;
  readonly feeAsset: string;
  readonly isMaker: boolean;
}

function describe(told: Told): string {
  const { clientOrderId, venueOrderId, side, feeAsset } = told;
  const [price, quantity, quote, fee] = [told.price, told.quantity, told.quote, told.fee].map(
    (value) => formatFixed(value, 8),
  );
  return (
    `${side} ${quantity} at ${price} for ${quote}, fee ${fee} ${feeAsset}, ` +
    `${told.isMaker ? 'maker' : 'taker'}, ${clientOrderId} order ${venueOrderId}`
  );
}

export const fillOnce: CheckerKind = {
  id: 'I9',
  claim: 'each execution of our orders is booked once and as it was, and nothing else is booked',
  make: (night) => new FillOnce(night),
};
