import { formatFixed } from '../../domain/decimal.ts';
import type { ClientOrderId } from '../../domain/ids.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import { toVenueSymbol } from '../../venues/binance-instruments.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { OURS } from '../venue.ts';
import { ProjectedOrders } from './projected-orders.ts';

/** An average price divides and rounds: so much of the quote, in 10^-8, may each fill be told otherwise. */
const ROUNDING_PER_FILL = 2n;
/** After these, rows that were told may be gone, or be there twice. */
const REWRITES_ROWS: ReadonlySet<string> = new Set(['journal.rolled_back', 'daemon.copied']);

interface Execution {
  readonly quantity: bigint;
  readonly quote: bigint;
  readonly fee: bigint;
  readonly feeAsset: string;
  readonly isBuyer: boolean;
}

interface Held {
  coins: bigint;
  cost: bigint;
}

/**
 * What the daemon tells as realised, today and since ever, is what the exchange's own executions made, each fee in
 * the quote taken off. The journal says only which execution was booked when: average cost depends on that.
 */
class ToldEarnings implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  readonly #orders = new ProjectedOrders();
  readonly #executions = new Map<string, Execution>();
  readonly #held = new Map<string, Held>();
  #realized = 0n;
  #realizedToday = 0n;
  #fillsCount = 0n;
  /** More was sold than was there, as by a request that a box repeats: what that earned is a matter of opinion. */
  #isOversold = false;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('pnl.told', night);
  }

  onHappening(happening: MarketHappening): void {
    if (happening.type !== 'orderUpdated' || happening.fill === undefined) return;
    const { order, fill } = happening;
    if (order.accountKey !== OURS) return;
    this.#executions.set(keyOf(fill.symbol, fill.tradeId, order.clientOrderId), {
      quantity: BigInt(fill.quantity),
      quote: fill.quote,
      fee: fill.commission,
      feeAsset: fill.commissionAsset,
      isBuyer: fill.isBuyer,
    });
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) {
      const order = this.#orders.take(row, atMs);
      if (row.type === 'dayOpened') this.#realizedToday = 0n;
      if (row.type !== 'filled' || order === undefined) continue;
      const { symbol, strategy, instrument } = order.intent;
      const key = keyOf(toVenueSymbol(symbol), row.fill.tradeId, row.clientOrderId);
      const execution = this.#executions.get(key);
      if (execution === undefined) continue;
      const earned = this.#book(`${strategy} ${symbol}`, execution, instrument.base.name);
      this.#realized += earned;
      this.#realizedToday += earned;
      this.#fillsCount += 1n;
    }
  }

  /** At the end all that happened is in the rows, and what the daemon counts is in them too. */
  finish(isSettled: boolean): void {
    const desk = this.#night.daemon.life?.desk;
    if (!isSettled || desk?.portfolio === undefined || this.#fillsCount === 0n) return;
    const { faults } = this.#night;
    if (this.#isOversold || faults.recentNames().some((name) => REWRITES_ROWS.has(name))) return;
    const told = desk.portfolio.assessPnl(desk.nowMs);
    this.#compare('of the day', told.realizedToday, this.#realizedToday);
    this.#compare('in all', told.realized, this.#realized);
  }

  #compare(what: string, told: bigint, made: bigint): void {
    const apart = told > made ? told - made : made - told;
    this.tally.check(
      apart <= ROUNDING_PER_FILL * this.#fillsCount,
      () =>
        `realised ${what} is told as ${formatFixed(told, 8)}, the exchange's executions made ` +
        `${formatFixed(made, 8)} of ${this.#fillsCount} fills`,
    );
  }

  #book(key: string, execution: Execution, base: string): bigint {
    const { quantity, quote, fee, feeAsset, isBuyer } = execution;
    const held = this.#held.get(key) ?? { coins: 0n, cost: 0n };
    this.#held.set(key, held);
    const baseFee = feeAsset === base ? fee : 0n;
    const quoteFee = feeAsset === base ? 0n : fee;
    if (isBuyer) {
      held.coins += quantity - baseFee;
      held.cost += quote;
      return -quoteFee;
    }
    const sold = quantity + baseFee;
    if (sold > held.coins) this.#isOversold = true;
    const share = held.coins <= 0n ? 0n : (held.cost * sold) / held.coins;
    held.coins -= sold;
    held.cost -= share;
    return quote - quoteFee - share;
  }
}

function keyOf(venueSymbol: string, tradeId: string | number, id: ClientOrderId | string): string {
  return `${venueSymbol} ${tradeId} ${id}`;
}

export const toldEarnings: CheckerKind = {
  id: 'pnl.told',
  claim: "what is told as realised is what the exchange's own executions made, fees taken off",
  make: (night) => new ToldEarnings(night),
};
