import type { DeskEvent } from '../../domain/event.ts';
import type { ConnectionId } from '../../domain/ids.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { FaultFamily } from '../fault.ts';
import type { LifeEnd, WireEntry } from '../listener.ts';
import type { SimNight } from '../night.ts';
import { nameOf, type SimRequest } from '../request.ts';
import { findTold } from '../stay-away.ts';

const MINUTE_MS = 60_000;
/** Of the venue's own limit: what comes on top may be a request of a person on the same account. */
const WEIGHT_SHARE_MAX = 0.8;
const CONNECTS_MAX = 20;
/** A fifth of what the venue allows. The supervisor's patience alone keeps a daemon below that is killed all the time. */
const CONNECTS_OF_ALL_MAX = 60;
const CONNECTS_WINDOW_MS = 300_000;
/** The venue allows five and counts pongs, which are not ours to space. */
const FRAMES_MAX = 3;
const FRAMES_WINDOW_MS = 1_000;
/** The daemon counts in whole milliseconds. */
const ROUNDING_MS = 2;

/** What ends a daemon from outside, with whatever exit code. */
const ENDING_FAMILIES: readonly FaultFamily[] = ['process', 'disk'];

/** A time of which the venue said that it wants us away. */
interface Away {
  readonly status: 418 | 429;
  readonly toldAtMs: number;
  /** True time, the longest that any start was told. */
  readonly untilMs: number;
  /** The longest that the start which runs was told. 0: it was told nothing. */
  readonly ownUntilMs: number;
}

/**
 * We keep to the venue's rules, counted by the venue's own price list and clocks: weight per minute, nothing while
 * it told us to stay away, by HTTP or on a socket (after 429 a cancel may still leave), frames per socket, connects.
 * A venue does not forget because a process ended: bans and connects are counted over all starts, with more
 * room for connects of a daemon that is killed. The text of a break says whether the start that broke the
 * rule could know, and who ended the one that did.
 */
class VenueRules implements Checker {
  readonly tally: Tally;
  /** Of the clock by which the venue counts its minutes. */
  readonly #venueAheadMs: number;
  readonly #weightMax: number;
  #minute = -1;
  #weight = 0;
  readonly #night: SimNight;
  /** Only cancels may leave. */
  #limited: Away | undefined;
  /** Nothing may leave. */
  #banned: Away | undefined;
  /** Of this start, and of those before it that ended by themselves. */
  #connectsAtMs: number[] = [];
  /** Of starts that somebody outside has ended. */
  #connectsBeforeAtMs: number[] = [];
  #life = 0;
  #isAskedToStop = false;
  /** When a start last ended although nobody outside ended it. */
  #endedItselfAtMs = Number.NEGATIVE_INFINITY;
  readonly #framesAtMs = new Map<ConnectionId, number[]>();

  constructor(night: SimNight) {
    const { clock, venue } = night;
    this.#night = night;
    this.#venueAheadMs = venue.nowMs() - venue.skewMs - clock.nowMs;
    this.tally = new Tally('I17', night);
    this.#weightMax = venue.limits.settings.weightPerMinute * WEIGHT_SHARE_MAX;
  }

  /** Its sockets are gone with the process; everything else is the venue's memory. */
  onLifeBegan(life: number): void {
    this.#life = life;
    this.#isAskedToStop = false;
    this.#framesAtMs.clear();
    this.#limited = forget(this.#limited);
    this.#banned = forget(this.#banned);
  }

  onLifeEnded(_life: number, { exitCode }: LifeEnd, atMs: number): void {
    const { faults } = this.#night;
    const isBroken = faults
      .recentNames()
      .some((name) => ENDING_FAMILIES.includes(faults.familyOf({ name })));
    if (exitCode !== undefined && !this.#isAskedToStop && !isBroken) {
      this.#endedItselfAtMs = atMs;
      return;
    }
    this.#connectsBeforeAtMs.push(...this.#connectsAtMs);
    this.#connectsAtMs = [];
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
      case 'frameReceived':
        this.#hear(event, atMs);
        return;
      case 'socketClosed':
        this.#framesAtMs.delete(event.connection);
        return;
      case 'stopRequested':
        this.#isAskedToStop = true;
        return;
      default:
        return;
    }
  }

  onRequest(request: SimRequest, atMs: number): void {
    if (this.#banned !== undefined) {
      this.#checkAway(request, this.#banned, atMs);
      if (atMs >= this.#banned.untilMs) this.#banned = undefined;
    }
    if (this.#limited !== undefined && request.kind !== 'cancel') {
      this.#checkAway(request, this.#limited, atMs);
      if (atMs >= this.#limited.untilMs) this.#limited = undefined;
    }
  }

  onSocketAsked(_kind: string, connection: ConnectionId, atMs: number): void {
    const isLate = (at: number): boolean => atMs - at < CONNECTS_WINDOW_MS;
    this.#connectsAtMs = [...this.#connectsAtMs.filter(isLate), atMs];
    this.#connectsBeforeAtMs = this.#connectsBeforeAtMs.filter(isLate);
    const count = this.#connectsAtMs.length;
    this.tally.check(
      count <= CONNECTS_MAX,
      () => `${count} connects in five minutes with ${connection}, limit ${CONNECTS_MAX}`,
    );
    const allCount = count + this.#connectsBeforeAtMs.length;
    this.tally.check(
      allCount <= CONNECTS_OF_ALL_MAX,
      () =>
        `${allCount} connects of all starts in five minutes with ${connection}, ` +
        `limit ${CONNECTS_OF_ALL_MAX}`,
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

  #hear(event: DeskEvent, atMs: number): void {
    const told = findTold(event);
    if (told?.retryAfterMs === undefined) return;
    const untilMs = atMs + told.retryAfterMs - ROUNDING_MS;
    if (told.status === 418) this.#banned = tell(this.#banned, 418, atMs, untilMs);
    if (told.status === 429) this.#limited = tell(this.#limited, 429, atMs, untilMs);
  }

  #checkAway(request: SimRequest, away: Away, atMs: number): void {
    this.tally.check(atMs >= away.untilMs, () => {
      const whose = atMs < away.ownUntilMs ? '' : `; it is of ${this.#whoForgot(away.toldAtMs)}`;
      return (
        `${nameOf(request)} left ${Math.round(away.untilMs - atMs)} ms before the end of what the ` +
        `venue asked for with ${away.status}, allowed are 0 ms${whose}`
      );
    });
  }

  /** Of a rule that only starts since then could know. */
  #whoForgot(sinceMs: number): string {
    const how = this.#endedItselfAtMs >= sinceMs ? 'ended by itself' : 'was ended';
    return `start ${this.#life}, which cannot know: the one before ${how}`;
  }
}

/** The last moment that was told is the one that a start must have in mind; the venue keeps the longest. */
function tell(
  before: Away | undefined,
  status: Away['status'],
  toldAtMs: number,
  untilMs: number,
): Away {
  return {
    status,
    toldAtMs: before?.toldAtMs ?? toldAtMs,
    untilMs: Math.max(before?.untilMs ?? 0, untilMs),
    ownUntilMs: Math.max(before?.ownUntilMs ?? 0, untilMs),
  };
}

/** What another start was told. */
function forget(away: Away | undefined): Away | undefined {
  return away === undefined ? undefined : { ...away, ownUntilMs: 0 };
}

export const venueRules: CheckerKind = {
  id: 'I17',
  claim:
    'we stay within four fifths of the weight per minute, away while told to, at 3 frames a second a socket, at 20 connects in five minutes, over all starts',
  make: (night) => new VenueRules(night),
};
