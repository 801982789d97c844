import type { ConnectBudget } from '../domain/connect-budget.ts';
import type { Effect } from '../domain/effect.ts';
import { NO_EFFECTS } from '../domain/effect.ts';
import { type ExactNumber, loadNumber, saveNumber } from '../domain/exact-number.ts';
import type { FaultId } from '../domain/fault.ts';
import type { Instrument, VenueId } from '../domain/instrument.ts';
import type { DataRejection } from '../domain/market.ts';
import type { UnixMs } from '../domain/units.ts';
import type { MarketCodec, VenueQuestion } from '../domain/venue.ts';
import { ClockOffset, type ClockOffsetState } from './clock-offset.ts';
import type { FeedLimits } from './feed-limits.ts';
import type { FeedCounters, MarketSink } from './feed-views.ts';

/** While the venue's clock is in doubt it is asked for so often. */
export const DOUBTED_TIME_EVERY_MS = 1_000;
/** And so often while nothing at all is known of it, or answers take so long that they say little. */
const VAGUE_TIME_EVERY_MS = 5_000;

type Detail = Readonly<Record<string, string | number | boolean>>;

/** What a feed is made of. */
export interface FeedParts {
  readonly venue: VenueId;
  readonly codec: MarketCodec;
  readonly instruments: readonly Instrument[];
  readonly limits: FeedLimits;
  /** Uniform in [0, 1), from the desk's seeded generator: jitter. */
  readonly random: () => number;
  /** Connection ids are this and a counter; unique per process life. */
  readonly connectionPrefix: string;
  readonly nextRequestId: () => number;
  /** Of the whole venue. The feed keeps it for a checkpoint. */
  readonly connects: ConnectBudget;
}

/** Effects are none of it: between two events they have all been taken. */
export interface FeedContextState {
  readonly clock: ClockOffsetState;
  readonly counters: FeedCounters;
  readonly timeAskedAtMs: ExactNumber;
}

/** What all parts of one feed share: limits, counters, the clock offset, and the effects of this call. */
export class FeedContext {
  readonly venue: VenueId;
  readonly codec: MarketCodec;
  readonly limits: FeedLimits;
  readonly random: () => number;
  readonly nextRequestId: () => number;
  readonly clock = new ClockOffset();
  readonly counters: FeedCounters = emptyCounters();
  #effects: Effect[] = [];
  #timeAskedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: FeedParts) {
    this.venue = parts.venue;
    this.codec = parts.codec;
    this.limits = parts.limits;
    this.random = parts.random;
    this.nextRequestId = parts.nextRequestId;
  }

  push(effect: Effect): void {
    this.#effects.push(effect);
  }

  /** The effects since the last call; usually none, and then nothing is allocated. */
  take(): readonly Effect[] {
    if (this.#effects.length === 0) return NO_EFFECTS;
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  raise(fault: FaultId, severity: 'warn' | 'error', detail: Detail): void {
    this.push({ type: 'raiseFault', fault, severity, detail: { venue: this.venue, ...detail } });
  }

  log(event: string, message: string, detail: Detail): void {
    this.push({
      type: 'logChange',
      event,
      message,
      detail: { venue: this.venue, ...detail },
    });
  }

  /** Returns the id that the answer will carry. */
  ask(question: VenueQuestion): number {
    const requestId = this.nextRequestId();
    this.push({ type: 'askVenue', venue: this.venue, requestId, question });
    return requestId;
  }

  /** Asks for the venue's time unless it was asked within `everyMs`. */
  askTime(atMs: UnixMs, everyMs: number): void {
    const sinceMs = atMs - this.#timeAskedAtMs;
    if (sinceMs >= 0 && sinceMs < everyMs) return;
    this.#timeAskedAtMs = atMs;
    this.ask({ type: 'serverTime' });
  }

  /** The next question for the venue's time that is due by the clock. */
  askTimeWhenDue(atMs: UnixMs): void {
    const { serverTimeEveryMs } = this.limits;
    if (this.clock.doubtMs > 0) this.askTime(atMs, DOUBTED_TIME_EVERY_MS);
    else if (this.clock.offsetMs !== undefined && !this.clock.isVague) {
      this.askTime(atMs, serverTimeEveryMs);
    } else this.askTime(atMs, Math.min(VAGUE_TIME_EVERY_MS, serverTimeEveryMs));
  }

  save(): FeedContextState {
    const { rejections, reconnects } = this.counters;
    return {
      clock: this.clock.save(),
      counters: {
        ...this.counters,
        rejections: { ...rejections },
        reconnects: { ...reconnects },
      },
      timeAskedAtMs: saveNumber(this.#timeAskedAtMs),
    };
  }
  load(state: FeedContextState): void {
    this.clock.load(state.clock);
    const { rejections, reconnects, ...counts } = state.counters;
    Object.assign(this.counters, counts);
    Object.assign(this.counters.rejections, rejections);
    Object.assign(this.counters.reconnects, reconnects);
    this.#timeAskedAtMs = loadNumber(state.timeAskedAtMs);
  }

  reject(
    rejection: DataRejection,
    instrument: number | undefined,
    detail: string,
    sink: MarketSink,
  ): void {
    countIn(this.counters.rejections, rejection);
    sink.onRejected(rejection, instrument, detail);
  }
}

/** One more of `key`. */
export function countIn(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function emptyCounters(): FeedCounters {
  return {
    frames: 0,
    pings: 0,
    trades: 0,
    tops: 0,
    diffs: 0,
    ignored: 0,
    answers: 0,
    rejections: {},
    tradeGaps: 0,
    bookGaps: 0,
    bookSyncs: 0,
    bookRefreshes: 0,
    topsEqual: 0,
    topsDifferent: 0,
    reconnects: {},
    resubscribes: 0,
    rotations: 0,
    overlapDuplicates: 0,
  };
}
