import type { DeskEvent } from '../../domain/event.ts';
import type { ConnectionId } from '../../domain/ids.ts';
import type { VenueAnswer } from '../../domain/venue.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { WireEntry } from '../listener.ts';
import type { SimNight } from '../night.ts';
import { nameOf, type SimRequest } from '../request.ts';

const MINUTE_MS = 60_000;
/** Of the venue's own limit: what comes on top may be a request of a person on the same account. */
const WEIGHT_SHARE_MAX = 0.8;
const CONNECTS_MAX = 20;
const CONNECTS_WINDOW_MS = 300_000;
/** The venue allows five and counts pongs, which are not ours to space. */
const FRAMES_MAX = 3;
const FRAMES_WINDOW_MS = 1_000;
/** The daemon counts in whole milliseconds. */
const ROUNDING_MS = 2;

/**
 * We keep to the venue's rules, counted by the venue's own price list and clocks: weight per minute,
 * nothing while it told us to stay away (after 429 a cancel may still leave), frames per socket, connects.
 * Knowledge of a ban, and of connects, ends with the process: a start counts anew.
 */
class VenueRules implements Checker {
  readonly tally: Tally;
  /** Of the clock by which the venue counts its minutes. */
  readonly #venueAheadMs: number;
  readonly #weightMax: number;
  #minute = -1;
  #weight = 0;
  /** True time until which only cancels may leave (429), and nothing at all (418); `undefined`: not told. */
  #limitedUntilMs: number | undefined;
  #bannedUntilMs: number | undefined;
  #connectsAtMs: number[] = [];
  readonly #framesAtMs = new Map<ConnectionId, number[]>();

  constructor(night: SimNight) {
    const { clock, venue } = night;
    this.#venueAheadMs = venue.nowMs() - venue.skewMs - clock.nowMs;
    this.tally = new Tally('I17', night);
    this.#weightMax = venue.limits.settings.weightPerMinute * WEIGHT_SHARE_MAX;
  }

  onLifeBegan(): void {
    this.#limitedUntilMs = undefined;
    this.#bannedUntilMs = undefined;
    this.#connectsAtMs = [];
    this.#framesAtMs.clear();
  }

  onArrived({ weight, request, arrivedAtMs }: WireEntry): void {
    const minute = Math.floor((arrivedAtMs + this.#venueAheadMs) / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#weight = 0;
    }
    this.#weight += weight;
    this.tally.check(
      this.#weight <= this.#weightMax,
      () =>
        `${this.#weight} weight in one minute with ${nameOf(request)}, limit ${this.#weightMax}`,
    );
  }

  onEvent(event: DeskEvent, atMs: number): void {
    switch (event.type) {
      case 'venueAnswered':
      case 'orderAnswered':
      case 'cancelAnswered':
        this.#hear(event.answer, atMs);
        return;
      case 'socketClosed':
        this.#framesAtMs.delete(event.connection);
        return;
      default:
        return;
    }
  }

  onRequest(request: SimRequest, atMs: number): void {
    if (this.#bannedUntilMs !== undefined) {
      this.#checkAway(request, 418, this.#bannedUntilMs, atMs);
      if (atMs >= this.#bannedUntilMs) this.#bannedUntilMs = undefined;
    }
    if (this.#limitedUntilMs !== undefined && request.kind !== 'cancel') {
      this.#checkAway(request, 429, this.#limitedUntilMs, atMs);
      if (atMs >= this.#limitedUntilMs) this.#limitedUntilMs = undefined;
    }
  }

  onSocketAsked(_kind: string, connection: ConnectionId, atMs: number): void {
    this.#connectsAtMs.push(atMs);
    this.#connectsAtMs = this.#connectsAtMs.filter((at) => atMs - at < CONNECTS_WINDOW_MS);
    const count = this.#connectsAtMs.length;
    this.tally.check(
      count <= CONNECTS_MAX,
      () => `${count} connects in five minutes with ${connection}, limit ${CONNECTS_MAX}`,
    );
  }

  onFrameSent(connection: ConnectionId, text: string, atMs: number): void {
    const before = this.#framesAtMs.get(connection) ?? [];
    const frames = [...before.filter((at) => atMs - at < FRAMES_WINDOW_MS), atMs];
    this.#framesAtMs.set(connection, frames);
    this.tally.check(
      frames.length <= FRAMES_MAX,
      () =>
        `${frames.length} frames in a second on ${connection}, limit ${FRAMES_MAX}; ` +
        `the last: ${text.slice(0, 60)}`,
    );
  }

  #hear(answer: VenueAnswer, atMs: number): void {
    if (answer.type !== 'http' || answer.retryAfterMs === undefined) return;
    const untilMs = atMs + answer.retryAfterMs - ROUNDING_MS;
    if (answer.status === 418) this.#bannedUntilMs = Math.max(this.#bannedUntilMs ?? 0, untilMs);
    if (answer.status === 429) this.#limitedUntilMs = Math.max(this.#limitedUntilMs ?? 0, untilMs);
  }

  #checkAway(request: SimRequest, status: number, untilMs: number, atMs: number): void {
    this.tally.check(
      atMs >= untilMs,
      () =>
        `${nameOf(request)} left ${Math.round(untilMs - atMs)} ms before the end of what the ` +
        `venue asked for with ${status}, allowed are 0 ms`,
    );
  }
}

export const venueRules: CheckerKind = {
  id: 'I17',
  claim:
    'we stay within four fifths of the weight per minute, away while told to, at 3 frames a second a socket, at 20 connects in five minutes',
  make: (night) => new VenueRules(night),
};
