import type { OrderIntent } from '../../domain/order.ts';
import type { RiskLimits } from '../../risk/limits.ts';

/** One count against its bound. */
export interface Paced {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
}

/** How fast orders leave, seen from the wire: over all lives of the daemon, which must not forget. */
export class OrderPace {
  readonly #limits: RiskLimits;
  /** True times, oldest first, of the last window. */
  #recentAtMs: number[] = [];
  readonly #countByDay = new Map<string, number>();
  /** By strategy and symbol. */
  readonly #lastAtMs = new Map<string, number>();
  readonly #refusals = new Map<string, number>();

  constructor(limits: RiskLimits) {
    this.#limits = limits;
  }

  onLeft(order: OrderIntent, day: string, atMs: number): void {
    this.#recentAtMs.push(atMs);
    this.#countByDay.set(day, (this.#countByDay.get(day) ?? 0) + 1);
    this.#lastAtMs.set(keyOf(order), atMs);
  }

  onRefused(order: OrderIntent): void {
    this.#refusals.set(keyOf(order), (this.#refusals.get(keyOf(order)) ?? 0) + 1);
  }

  /** The venue took one: only what is latched already stays so, until a person resumes. */
  onTaken(order: OrderIntent): void {
    const count = this.#refusals.get(keyOf(order)) ?? 0;
    if (count < this.#limits.refusalsInRowMax) this.#refusals.delete(keyOf(order));
  }

  onResumed(): void {
    this.#refusals.clear();
  }

  /** What holds for an order that leaves now, itself counted. */
  count(order: OrderIntent, day: string, atMs: number): readonly Paced[] {
    const limits = this.#limits;
    const { orderWindowMs, ordersPerWindowMax, exitOrdersPerWindowReserve } = limits;
    this.#recentAtMs = this.#recentAtMs.filter((leftAtMs) => leftAtMs > atMs - orderWindowMs);
    const isEntry = order.class === 'entry';
    const inWindow: Paced = {
      what: `orders within ${orderWindowMs} ms`,
      value: this.#recentAtMs.length + 1,
      limit: ordersPerWindowMax + (isEntry ? 0 : exitOrdersPerWindowReserve),
    };
    if (!isEntry) return [inWindow];
    const lastAtMs = this.#lastAtMs.get(keyOf(order));
    const sinceMs = lastAtMs === undefined ? limits.cooldownMs : atMs - lastAtMs;
    return [
      inWindow,
      {
        what: 'orders of the day',
        value: (this.#countByDay.get(day) ?? 0) + 1,
        limit: limits.ordersPerDayMax,
      },
      // Told as what is left of the wait, so that every line reads the same way.
      { what: 'ms too soon after the last', value: limits.cooldownMs - sinceMs, limit: 0 },
      {
        what: 'refusals in a row',
        value: this.#refusals.get(keyOf(order)) ?? 0,
        limit: limits.refusalsInRowMax - 1,
      },
    ];
  }
}

function keyOf({ strategy, symbol }: OrderIntent): string {
  return `${strategy} ${symbol}`;
}
