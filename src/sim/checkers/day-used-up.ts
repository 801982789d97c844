import { invariant } from '../../domain/assert.ts';
import { parseDecimal } from '../../domain/decimal.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { RiskLimits } from '../../risk/limits.ts';
import { ProjectedOrders } from './projected-orders.ts';
import { ProjectedPositions } from './projected-positions.ts';

/** Prices move what a day has lost: from so much of its limit on it may be reached at any moment. */
const NEAR_PARTS = 7n;
const PARTS = 10n;

/** Whether the limits of a day leave anything to trade with, told again from rows. */
export class DayUsedUp {
  readonly #ordersMax: number;
  /** In 10^-8 of the quote. */
  readonly #lossMax: bigint;
  readonly #orders = new ProjectedOrders();
  readonly #positions = new ProjectedPositions();
  #ordersCount = 0;
  #realized = 0n;

  constructor({ dailyLossMax, ordersPerDayMax }: RiskLimits) {
    const lossMax = parseDecimal(dailyLossMax, 8);
    invariant(lossMax !== undefined, `limit ${dailyLossMax} is no amount`);
    this.#lossMax = lossMax;
    this.#ordersMax = ordersPerDayMax;
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) {
      const order = this.#orders.take(row, atMs);
      if (row.type === 'dayOpened') {
        this.#ordersCount = 0;
        this.#realized = 0n;
      }
      if (row.type === 'submitted') this.#ordersCount += 1;
      if (row.type === 'filled' && order !== undefined) {
        this.#realized += this.#positions.book(row.fill, order.intent);
      }
    }
  }

  /** No entry is due any more before the next day. */
  get isUsedUp(): boolean {
    const isLost = -this.#realized * PARTS >= this.#lossMax * NEAR_PARTS;
    return isLost || this.#ordersCount >= this.#ordersMax;
  }
}
