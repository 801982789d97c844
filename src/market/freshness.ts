import { type ExactNumber, loadNumber, saveNumber } from '../domain/exact-number.ts';
import type { UnixMs } from '../domain/units.ts';
import type { FeedLimits } from './feed-limits.ts';
import type { Freshness, StaleCause } from './feed-views.ts';
import { GapHistogram, type GapHistogramState } from './gap-histogram.ts';

/** How often a symbol's limit is computed anew. */
const GAPS_PER_LEARNING = 64;
const SHARE = 0.999;
/** More than clocks are disciplined by; a step. */
const BACKWARD_MS_MAX = 1_000;
/** The venue is asked about a silent symbol when this share of its limit has passed, so that the answer comes in time. */
const ASK_AT_SHARE = 0.6;

/** So long after the last refused step the venue is taken to count in ours again. */
const OFF_GRID_MS = 30_000;

/** `null`: not known. */
export interface SymbolFreshnessState {
  readonly limitMs: number;
  readonly eventLagMs: number | null;
  readonly heldBackMs: number;
  readonly silenceMs: number;
  readonly gaps: GapHistogramState;
  readonly gapCount: number;
  readonly advancedAtMs: UnixMs | null;
  readonly confirmedAtMs: UnixMs | null;
  readonly isGapProven: boolean;
  readonly invalidCount: number;
  readonly futureCount: number;
  readonly invalidSinceMs: ExactNumber;
  readonly gatedUntilMs: ExactNumber;
  readonly doubtedAtMs: UnixMs | null;
  readonly offGridAtMs: UnixMs | null;
}

/**
 * How old what we know of one symbol is, and how old it may be. Only a message that brings something
 * new, or the venue's word that nothing is new, makes it younger. The limit starts strict and grows
 * only by silences that the venue itself confirmed: a fault teaches nothing.
 */
export class SymbolFreshness {
  limitMs: number;
  #eventLagMs: number | undefined;
  /** The longest silence of its socket, or lag of another symbol on it, since the last event with a time. */
  #silenceMs = 0;
  /** How long what we know may have waited on its way: the silence behind which it came. */
  #heldBackMs = 0;
  readonly #limits: FeedLimits;
  readonly #gaps = new GapHistogram();
  #gapCount = 0;
  #advancedAtMs: UnixMs | undefined;
  #confirmedAtMs: UnixMs | undefined;
  #isGapProven = false;
  #invalidCount = 0;
  /** Of these: only because our idea of the venue's clock called them false. */
  #futureCount = 0;
  #invalidSinceMs = Number.NEGATIVE_INFINITY;
  #gatedUntilMs = Number.NEGATIVE_INFINITY;
  /** When news came that could not be taken, and nothing better since. */
  #doubtedAtMs: UnixMs | undefined;
  #offGridAtMs: UnixMs | undefined;

  constructor(limits: FeedLimits) {
    this.#limits = limits;
    this.limitMs = limits.freshnessMsMax;
  }

  /** The best bid and ask moved on, or a newer book has the same. */
  onAdvanced(atMs: UnixMs): void {
    if (this.#advancedAtMs !== undefined) {
      const gapMs = atMs - this.#advancedAtMs;
      // What nobody confirmed of this silence may have been a fault: it cannot raise the limit.
      const harmlessMs = this.#limits.freshnessMsMax / this.#limits.quietGapFactor;
      this.#learn(Math.min(gapMs, this.#provenMs() + harmlessMs));
    }
    this.#heldBackMs = this.#silenceMs;
    this.#advancedAtMs = atMs;
    this.#confirmedAtMs = atMs;
    this.#isGapProven = false;
    this.#doubtedAtMs = undefined;
  }

  /** Lag of the last event with a time of its own behind the venue's clock; `undefined` before the first. */
  get eventLagMs(): number | undefined {
    return this.#eventLagMs;
  }

  /** An event told when it happened. */
  onEventTime(lagMs: number): void {
    this.#eventLagMs = lagMs;
    this.#silenceMs = 0;
    this.#heldBackMs = 0;
  }

  /**
   * Its socket brings something again after a silence, or brings another symbol's events late. The market was quiet,
   * or the way is slow: news without a time of their own may then be as old as the silence was long, or the lag is.
   */
  onHeldBack(byMs: number): void {
    this.#silenceMs = Math.max(this.#silenceMs, byMs);
  }

  /** What came last may have waited on its way, and no event has said yet how long. */
  get isHeldBack(): boolean {
    return this.#heldBackMs > 0;
  }

  /** How much of the running silence the venue has confirmed: up to its last word, and no further. */
  #provenMs(): number {
    if (!this.#isGapProven) return 0;
    return (this.#confirmedAtMs ?? 0) - (this.#advancedAtMs ?? 0);
  }

  /** The venue said that nothing had changed when it was asked. `endsDoubt`: nor was anything left out of its answer. */
  onConfirmed(askedAtMs: UnixMs, endsDoubt: boolean): void {
    if (this.#confirmedAtMs !== undefined && askedAtMs < this.#confirmedAtMs) return;
    if (endsDoubt && askedAtMs > (this.#doubtedAtMs ?? 0)) this.#doubtedAtMs = undefined;
    this.#confirmedAtMs = askedAtMs;
    this.#isGapProven = true;
    // Late events are over when there are none that we have not heard. Of what is still under way it says nothing.
    this.#eventLagMs = 0;
    this.#heldBackMs = 0;
    if (this.#advancedAtMs === undefined) this.#advancedAtMs = askedAtMs;
    else this.#learn(askedAtMs - this.#advancedAtMs);
  }

  /**
   * The stream starts anew: a gap across it says nothing about the symbol. Nor does an event of the new one say how late
   * the last price of the old one was: what was held back is known to nobody.
   */
  onInterrupted(): void {
    if (this.isHeldBack) this.#confirmedAtMs = undefined;
    this.#heldBackMs = 0;
    this.#advancedAtMs = undefined;
    this.#isGapProven = false;
  }

  /** News came that could not be taken: what we know is not the last word, until the next one is heard. */
  onDoubted(atMs: UnixMs): void {
    this.#doubtedAtMs = atMs;
  }

  /** As `onDoubted`: a price or a size was told between our steps. */
  onOffGrid(atMs: UnixMs): void {
    this.#offGridAtMs = atMs;
    this.onDoubted(atMs);
  }

  /**
   * Lately the venue has said prices or sizes between our steps. Its streams are not silent then, but
   * refused, and new ones would bring the same.
   */
  isOffGrid(atMs: UnixMs): boolean {
    return this.#offGridAtMs !== undefined && atMs - this.#offGridAtMs < OFF_GRID_MS;
  }

  /** True when the symbol's gate has just closed because of too many bad messages. */
  onInvalid(atMs: UnixMs, isFuture: boolean): boolean {
    if (atMs - this.#invalidSinceMs > this.#limits.invalidWindowMs) {
      this.#invalidSinceMs = atMs;
      this.#invalidCount = 0;
      this.#futureCount = 0;
    }
    this.#invalidCount += 1;
    if (isFuture) this.#futureCount += 1;
    if (this.#invalidCount < this.#limits.invalidCountMax) return false;
    const closes = atMs >= this.#gatedUntilMs;
    this.#gatedUntilMs = atMs + this.#limits.invalidWindowMs;
    return closes;
  }

  /** The venue's clock was stepped: what seemed to come from the future was no bad message. */
  onClockStepped(): void {
    this.#invalidCount -= this.#futureCount;
    this.#futureCount = 0;
    // The lag was told by the old clock; the next event tells the new one.
    this.#eventLagMs = undefined;
    if (this.#invalidCount < this.#limits.invalidCountMax) {
      this.#gatedUntilMs = Number.NEGATIVE_INFINITY;
    }
  }

  ageMs(nowMs: UnixMs): number {
    if (this.#confirmedAtMs === undefined) return Number.POSITIVE_INFINITY;
    const ageMs = nowMs - this.#confirmedAtMs;
    // Our clock was stepped back: how old it is, nobody knows.
    if (ageMs < -BACKWARD_MS_MAX) return Number.POSITIVE_INFINITY;
    return Math.max(0, ageMs);
  }

  wantsConfirmation(nowMs: UnixMs): boolean {
    return this.ageMs(nowMs) > this.limitMs * ASK_AT_SHARE;
  }

  #findCause(
    ageMs: number,
    eventLagMs: number,
    nowMs: UnixMs,
    isLive: boolean,
  ): StaleCause | undefined {
    if (ageMs > this.limitMs) return 'old';
    if (eventLagMs > this.#limits.eventLagMsMax) return 'late';
    if (this.#doubtedAtMs !== undefined || nowMs < this.#gatedUntilMs) return 'invalid';
    return isLive ? undefined : 'notLive';
  }

  #lagMs(): number {
    const toldMs = this.#eventLagMs ?? 0;
    return this.isHeldBack ? Math.max(toldMs, this.#heldBackMs) : toldMs;
  }

  /** As `assess` says, and makes nothing. */
  isFresh(nowMs: UnixMs, isLive: boolean): boolean {
    return this.#findCause(this.ageMs(nowMs), this.#lagMs(), nowMs, isLive) === undefined;
  }

  assess(nowMs: UnixMs, isLive: boolean): Freshness {
    const ageMs = this.ageMs(nowMs);
    const eventLagMs = this.#lagMs();
    const { eventLagMsMax } = this.#limits;
    const cause = this.#findCause(ageMs, eventLagMs, nowMs, isLive);
    const { limitMs } = this;
    return { fresh: cause === undefined, cause, ageMs, limitMs, eventLagMs, eventLagMsMax };
  }

  save(): SymbolFreshnessState {
    return {
      limitMs: this.limitMs,
      eventLagMs: this.#eventLagMs ?? null,
      heldBackMs: this.#heldBackMs,
      silenceMs: this.#silenceMs,
      gaps: this.#gaps.save(),
      gapCount: this.#gapCount,
      advancedAtMs: this.#advancedAtMs ?? null,
      confirmedAtMs: this.#confirmedAtMs ?? null,
      isGapProven: this.#isGapProven,
      invalidCount: this.#invalidCount,
      futureCount: this.#futureCount,
      invalidSinceMs: saveNumber(this.#invalidSinceMs),
      gatedUntilMs: saveNumber(this.#gatedUntilMs),
      doubtedAtMs: this.#doubtedAtMs ?? null,
      offGridAtMs: this.#offGridAtMs ?? null,
    };
  }
  load(state: SymbolFreshnessState): void {
    this.limitMs = state.limitMs;
    this.#eventLagMs = state.eventLagMs ?? undefined;
    this.#heldBackMs = state.heldBackMs;
    this.#silenceMs = state.silenceMs;
    this.#gaps.load(state.gaps);
    this.#gapCount = state.gapCount;
    this.#advancedAtMs = state.advancedAtMs ?? undefined;
    this.#confirmedAtMs = state.confirmedAtMs ?? undefined;
    this.#isGapProven = state.isGapProven;
    this.#invalidCount = state.invalidCount;
    this.#futureCount = state.futureCount;
    this.#invalidSinceMs = loadNumber(state.invalidSinceMs);
    this.#gatedUntilMs = loadNumber(state.gatedUntilMs);
    this.#doubtedAtMs = state.doubtedAtMs ?? undefined;
    this.#offGridAtMs = state.offGridAtMs ?? undefined;
  }

  #learn(gapMs: number): void {
    this.#gaps.add(gapMs);
    this.#gapCount += 1;
    const { freshnessMsMax, quietFreshnessMsMax, quietGapFactor } = this.#limits;
    const mayGrow = gapMs * quietGapFactor > this.limitMs;
    if (!mayGrow && this.#gapCount % GAPS_PER_LEARNING !== 0) return;
    const learnedMs = this.#gaps.quantileMs(SHARE) * quietGapFactor;
    this.limitMs = Math.min(quietFreshnessMsMax, Math.max(freshnessMsMax, learnedMs));
  }
}
