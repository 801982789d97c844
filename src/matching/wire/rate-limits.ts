import type { RateLimitSettings } from './venue-limits.ts';
import { REFUSALS } from './venue-refusal.ts';

const BAN_MS_MAX = 3 * 86_400_000;

/** A counter that starts again at each full interval of the clock (…:00, …:10), not a sliding one. */
class Window {
  readonly intervalMs: number;
  #openedAtMs = 0;
  #count = 0;

  constructor(intervalMs: number) {
    this.intervalMs = intervalMs;
  }
  count(nowMs: number): number {
    this.#roll(nowMs);
    return this.#count;
  }
  add(nowMs: number, amount: number): number {
    this.#roll(nowMs);
    this.#count = Math.max(0, this.#count + amount);
    return this.#count;
  }
  secondsLeft(nowMs: number): number {
    this.#roll(nowMs);
    return Math.max(1, Math.ceil((this.#openedAtMs + this.intervalMs - nowMs) / 1_000));
  }
  #roll(nowMs: number): void {
    const openedAtMs = Math.floor(nowMs / this.intervalMs) * this.intervalMs;
    if (openedAtMs === this.#openedAtMs) return;
    this.#openedAtMs = openedAtMs;
    this.#count = 0;
  }
}

/** Request weight per address (we only ever see one) and order counts per account. */
export class RateLimits {
  readonly settings: RateLimitSettings;
  readonly #weight = new Window(60_000);
  readonly #warnings = new Window(60_000);
  readonly #orders = new Map<string, { readonly short: Window; readonly day: Window }>();
  #bannedUntilMs = 0;
  #banCount = 0;

  constructor(settings: RateLimitSettings) {
    this.settings = settings;
  }

  /** Counts `weight`; refuses with 429 above the limit, and with 418 whoever goes on regardless. */
  spendWeight(nowMs: number, weight: number): void {
    this.refuseBanned(nowMs);
    const used = this.#weight.add(nowMs, weight);
    if (used <= this.settings.weightPerMinute) return;
    if (this.#warnings.add(nowMs, 1) > this.settings.ignoredWarningsMax) {
      this.ban(nowMs, Math.min(BAN_MS_MAX, this.settings.banMs * 2 ** this.#banCount));
      this.refuseBanned(nowMs);
    }
    throw REFUSALS.tooMuchWeight(this.settings.weightPerMinute, this.#weight.secondsLeft(nowMs));
  }

  /** Counts `weight` without refusing: connecting costs, but is not turned away here. */
  spendWeightQuietly(nowMs: number, weight: number): void {
    this.#weight.add(nowMs, weight);
  }

  /** Order requests that succeed cost nothing: gives back what `spendWeight` took. */
  returnWeight(nowMs: number, weight: number): void {
    this.#weight.add(nowMs, -weight);
  }

  usedWeight(nowMs: number): number {
    return this.#weight.count(nowMs);
  }

  /** Bans the address for `durationMs`. */
  ban(nowMs: number, durationMs: number): void {
    this.#bannedUntilMs = nowMs + durationMs;
    this.#banCount += 1;
  }

  refuseBanned(nowMs: number): void {
    if (nowMs >= this.#bannedUntilMs) return;
    const leftSec = Math.ceil((this.#bannedUntilMs - nowMs) / 1_000);
    throw REFUSALS.banned(this.#bannedUntilMs, leftSec);
  }

  /** Refuses a new order (-1015) when the account has used up a window. */
  refuseTooManyOrders(nowMs: number, account: string, orderCount: number): void {
    const { short, day } = this.#ordersOf(account);
    if (short.count(nowMs) + orderCount > this.settings.ordersPer10Sec) {
      const left = short.secondsLeft(nowMs);
      throw REFUSALS.tooManyOrders(this.settings.ordersPer10Sec, '10 SECOND', left);
    }
    if (day.count(nowMs) + orderCount > this.settings.ordersPerDay) {
      throw REFUSALS.tooManyOrders(this.settings.ordersPerDay, '1 DAY', day.secondsLeft(nowMs));
    }
  }

  /** An order was accepted (+1), or its first fill gives the count back (-1). */
  countOrders(nowMs: number, account: string, change: number): void {
    const { short, day } = this.#ordersOf(account);
    short.add(nowMs, change);
    day.add(nowMs, change);
  }

  orderCounts(
    nowMs: number,
    account: string,
  ): { readonly per10Sec: number; readonly perDay: number } {
    const { short, day } = this.#ordersOf(account);
    return { per10Sec: short.count(nowMs), perDay: day.count(nowMs) };
  }

  #ordersOf(account: string): { readonly short: Window; readonly day: Window } {
    let windows = this.#orders.get(account);
    if (windows === undefined) {
      windows = { short: new Window(10_000), day: new Window(86_400_000) };
      this.#orders.set(account, windows);
    }
    return windows;
  }
}

/** The `rateLimits` block of WS API answers and of `GET rateLimit/order`. */
export function describeRateLimits(
  limits: RateLimits,
  nowMs: number,
  account: string | undefined,
): { readonly weight: RateLimitRow; readonly orders: readonly RateLimitRow[] } {
  const { settings } = limits;
  const counts = account === undefined ? undefined : limits.orderCounts(nowMs, account);
  const row = (
    type: string,
    interval: string,
    intervalNum: number,
    limit: number,
    count: number,
  ) => ({
    rateLimitType: type,
    interval,
    intervalNum,
    limit,
    count,
  });
  const used = limits.usedWeight(nowMs);
  return {
    weight: row('REQUEST_WEIGHT', 'MINUTE', 1, settings.weightPerMinute, used),
    orders: counts
      ? [
          row('ORDERS', 'SECOND', 10, settings.ordersPer10Sec, counts.per10Sec),
          row('ORDERS', 'DAY', 1, settings.ordersPerDay, counts.perDay),
        ]
      : [],
  };
}

export interface RateLimitRow {
  readonly rateLimitType: string;
  readonly interval: string;
  readonly intervalNum: number;
  readonly limit: number;
  readonly count: number;
}
