import { invariant } from '../../domain/assert.ts';
import { formatFixed, parseDecimal } from '../../domain/decimal.ts';
import type { CheckResult } from '../../domain/decision.ts';
import type { OrderIntent } from '../../domain/order.ts';
import type { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { inE8, priceE8, quantityE8 } from './exact-e8.ts';
import type { ProjectedOrder, ProjectedOrders } from './projected-orders.ts';
import type { ProjectedPositions } from './projected-positions.ts';

const ONE = 100_000_000n;
/** A spread is told as a floating number. */
const BPS_DOUBT = 0.001;
/** A purse with money for so many more entries makes none of them smaller, whatever the day has earned. */
const ENTRIES_LEFT = 20n;
/** After these a daemon may not know of orders that a journal has seen. */
const FORGETS_ORDERS: ReadonlySet<string> = new Set(['journal.rolled_back', 'daemon.copied']);

/** Terms of an entry that are no sums of money: what its market looks like, whom it would meet, how large it is. */
export class EntryTerms {
  readonly #tally: Tally;
  readonly #night: SimNight;
  readonly #orders: ProjectedOrders;
  readonly #positions: ProjectedPositions;

  constructor(
    tally: Tally,
    night: SimNight,
    orders: ProjectedOrders,
    positions: ProjectedPositions,
  ) {
    this.#tally = tally;
    this.#night = night;
    this.#orders = orders;
    this.#positions = positions;
  }

  /** By the best prices that the gate had before it: that these are what the venue last told, I4 sees to. */
  checkSpread(order: OrderIntent, checks: readonly CheckResult[]): void {
    const prices = checks.find(({ code }) => code === 'BOOK_CROSSED');
    const [bid, ask] = [Number(prices?.value), Number(prices?.limit)];
    const bps = ((ask - bid) * 20_000) / (ask + bid);
    const limit = this.#night.setup.risk.spreadBpsMax;
    this.#tally.check(
      bps <= limit + BPS_DOUBT,
      () =>
        `${order.clientOrderId} enters between ${bid} and ${ask}: ${bps} bps, limit is ${limit}`,
    );
  }

  /** What was written down before it, works still and stands on the other side must not be met by it. */
  checkSelfTrade(order: OrderIntent): void {
    const others: ProjectedOrder[] = [];
    for (const [id, other] of this.#orders.open) {
      if (id === order.clientOrderId) break;
      if (other.intent.symbol === order.symbol && other.intent.side !== order.side) {
        others.push(other);
      }
    }
    const { faults } = this.#night;
    const isForgetful = faults.recentNames().some((name) => FORGETS_ORDERS.has(name));
    if (others.length === 0 || isForgetful) return;
    const price = priceE8(order.instrument, order.price);
    const met = others.find(({ intent }) => {
      const own = priceE8(intent.instrument, intent.price);
      return order.side === 'BUY' ? own <= price : own >= price;
    });
    this.#tally.check(
      met === undefined,
      () =>
        `${order.clientOrderId}, ${order.side} at ${formatFixed(price, 8)}, meets our own ` +
        `${met?.intent.clientOrderId}, ${met?.state}`,
    );
  }

  /** As large as the method says to the lot; smaller only where a limit or an empty purse makes it so. */
  checkSize(order: OrderIntent): void {
    const { sizing, risk } = this.#night.setup;
    // What is a fraction of equity depends on what the daemon takes for it: told by `worth` alone.
    if (sizing.method !== 'fixedNotional') return;
    const { instrument, price, quantity } = order;
    const { notionalMax } = instrument;
    const wanted = amountOf(sizing.orderNotional);
    const lotWorth = (priceE8(instrument, price) * quantityE8(instrument, 1)) / ONE;
    const worth = (priceE8(instrument, price) * quantityE8(instrument, quantity)) / ONE;
    this.#tally.check(
      worth <= wanted,
      () => `${order.clientOrderId} is worth ${text(worth)}, an entry is ${text(wanted)}`,
    );
    const isBound =
      wanted > amountOf(risk.orderNotionalMax) ||
      quantity >= instrument.quantityMax ||
      (notionalMax !== undefined && wanted >= inE8(notionalMax, instrument.quote.scale)) ||
      this.#spendable(instrument.quote.name) < ENTRIES_LEFT * wanted;
    if (isBound) return;
    this.#tally.check(
      worth + 2n * lotWorth > wanted,
      () =>
        `${order.clientOrderId} is worth ${text(worth)}, an entry is ${text(wanted)} and a lot ${text(lotWorth)}`,
    );
  }

  #spendable(quote: string): bigint {
    const { allocations } = this.#night.setup.portfolio.account;
    const allotted = amountOf(allocations[quote] ?? '0');
    const there = this.#night.venue.balance(quote);
    let left = allotted < there ? allotted : there;
    for (const { cost } of this.#positions.all.values()) left -= cost;
    return left;
  }
}

function amountOf(limit: string): bigint {
  const value = parseDecimal(limit, 8);
  invariant(value !== undefined, `limit ${limit} is no amount`);
  return value;
}

function text(value: bigint): string {
  return formatFixed(value, 8);
}
