import { longerThan } from '../domain/clock-margin.ts';
import { FAULT_TOLD_EVERY_MS } from '../domain/fault.ts';
import type { AnswerHealth, VenueQuestion } from '../domain/venue.ts';
import type { ExecutionLimits } from './limits.ts';

const MINUTE_MS = 60_000;
/** Binance spot's request weights. Another venue's numbers would come with its codec. */
const CANCEL_WEIGHT = 1;
const SUBSCRIPTION_WEIGHT = 2;

/** Where the count of the budget stands. */
export interface RequestLimiterState {
  readonly minute: number;
  readonly used: number;
  readonly limitedUntilMs: number;
  readonly bannedUntilMs: number;
  readonly keyRefusedUntilMs: number;
}

/** A key that is refused does not become right by trying: one look in some minutes, and told each time. */
const KEY_PROBE_EVERY_MS = FAULT_TOLD_EVERY_MS;

/** Whether it is asked with our key. */
function isSigned({ type }: VenueQuestion): boolean {
  return type !== 'serverTime' && type !== 'instruments' && type !== 'depth';
}

/** Request weight of a question. */
export function weightOf(question: VenueQuestion): number {
  switch (question.type) {
    case 'serverTime':
      return 1;
    case 'instruments':
      return 20;
    case 'depth':
      return depthWeight(question.limit);
    case 'account':
      return 20;
    // Of all symbols at once.
    case 'openOrders':
      return 80;
    case 'orderByClientId':
      return 4;
    case 'ordersSince':
    case 'fillsFrom':
      return 20;
  }
}

/**
 * Our own count of the venue's request budget: weight per minute of the venue's kind of minute, a part
 * kept for cancels and for questions about unproven orders. Our count and the venue's own header are
 * both believed, whichever is higher. After 429 only cancels go on until the venue's deadline, after
 * 418 nothing at all: each further request makes the ban longer.
 */
export class RequestLimiter {
  readonly #limits: ExecutionLimits;
  #minute = -1;
  #used = 0;
  #limitedUntilMs = 0;
  #bannedUntilMs = 0;
  #keyRefusedUntilMs = 0;

  constructor(limits: ExecutionLimits) {
    this.#limits = limits;
  }

  /** Counts a question if it may leave now. `isUrgent` may use the reserve. */
  takeQuestion(question: VenueQuestion, isUrgent: boolean, atMs: number): boolean {
    if (atMs < this.#limitedUntilMs) return false;
    if (atMs < this.#keyRefusedUntilMs && isSigned(question)) return false;
    return this.#take(weightOf(question), isUrgent, atMs);
  }

  takeCancel(atMs: number): boolean {
    return this.#take(CANCEL_WEIGHT, true, atMs);
  }

  /** An order leaves whatever the budget says: whether it may was the risk gate's question. */
  countOrder(atMs: number): void {
    this.#roll(atMs);
    this.#used += 1;
  }

  /** Learns from an answer. Says whether it began a time of staying away. */
  note(health: AnswerHealth, usedWeight: number | undefined, atMs: number): boolean {
    this.#roll(atMs);
    if (usedWeight !== undefined && usedWeight > this.#used) this.#used = usedWeight;
    const wasBlocked = this.findBlockedUntilMs(atMs) !== undefined;
    if (health.trouble === 'limited') {
      const untilMs = atMs + longerThan(health.retryAfterMs ?? this.#limits.limitedDelayMs);
      this.#limitedUntilMs = Math.max(this.#limitedUntilMs, untilMs);
      return !wasBlocked;
    }
    if (health.trouble === 'banned') {
      const wasBanned = atMs < this.#bannedUntilMs;
      const untilMs = atMs + longerThan(health.retryAfterMs ?? this.#limits.bannedDelayMs);
      this.#bannedUntilMs = Math.max(this.#bannedUntilMs, untilMs);
      return !wasBanned;
    }
    if (health.trouble === 'auth') {
      // A cancel that is tried again and again must not put the next look off for ever.
      const isNew = atMs >= this.#keyRefusedUntilMs;
      if (isNew) this.#keyRefusedUntilMs = atMs + KEY_PROBE_EVERY_MS;
      return isNew;
    }
    return false;
  }

  /** A subscription to the events of the account leaves. */
  countSubscription(atMs: number): void {
    this.#roll(atMs);
    this.#used += SUBSCRIPTION_WEIGHT;
  }

  /** The venue wants us away; a key that it refuses does not count, for it may be asked about now and then. */
  isAway(atMs: number): boolean {
    return atMs < Math.max(this.#limitedUntilMs, this.#bannedUntilMs);
  }

  /** Something that was signed has been accepted: the key is right again. */
  acceptKey(): void {
    this.#keyRefusedUntilMs = 0;
  }

  isBanned(atMs: number): boolean {
    return atMs < this.#bannedUntilMs;
  }

  /** Until when the venue wants us away; `undefined`: it does not. */
  findBlockedUntilMs(atMs: number): number | undefined {
    const untilMs = Math.max(this.#limitedUntilMs, this.#bannedUntilMs, this.#keyRefusedUntilMs);
    return atMs < untilMs ? untilMs : undefined;
  }

  /** Weight used in the running minute, by our count or the venue's. */
  usedWeight(atMs: number): number {
    this.#roll(atMs);
    return this.#used;
  }

  save(): RequestLimiterState {
    return {
      minute: this.#minute,
      used: this.#used,
      limitedUntilMs: this.#limitedUntilMs,
      bannedUntilMs: this.#bannedUntilMs,
      keyRefusedUntilMs: this.#keyRefusedUntilMs,
    };
  }

  load(state: RequestLimiterState): void {
    this.#minute = state.minute;
    this.#used = state.used;
    this.#limitedUntilMs = state.limitedUntilMs;
    this.#bannedUntilMs = state.bannedUntilMs;
    this.#keyRefusedUntilMs = state.keyRefusedUntilMs;
  }

  #take(weight: number, isUrgent: boolean, atMs: number): boolean {
    if (atMs < this.#bannedUntilMs) return false;
    this.#roll(atMs);
    const { weightPerMinuteMax, weightReservedRatio } = this.#limits;
    const share = isUrgent ? 1 : 1 - weightReservedRatio;
    if (this.#used + weight > weightPerMinuteMax * share) return false;
    this.#used += weight;
    return true;
  }

  #roll(atMs: number): void {
    const minute = Math.floor(atMs / MINUTE_MS);
    // A clock that steps back must not open a minute a second time.
    if (minute > this.#minute) {
      this.#minute = minute;
      this.#used = 0;
    }
  }
}

function depthWeight(limit: number): number {
  if (limit <= 100) return 5;
  if (limit <= 500) return 25;
  return limit <= 1_000 ? 50 : 250;
}
