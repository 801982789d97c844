import { unixMs } from '../domain/units.ts';
import type { VenueAnswer } from '../domain/venue.ts';
import type { SimClock } from './clock.ts';
import type { Latency } from './latency.ts';
import type { Listeners } from './listeners.ts';
import type { SimRequest } from './request.ts';
import { weightOf } from './request-weight.ts';
import { hearSubscription, type SubscriptionAnswer } from './subscription.ts';
import type { Troubles } from './trouble.ts';
import type { SimVenue } from './venue.ts';

/** A request on its way out; who carries it gives it its number. */
export type Outgoing = Unnumbered<SimRequest>;
type Unnumbered<T> = T extends unknown ? Omit<T, 'number' | 'sentAtMs'> : never;

/** The way of requests to the venue and of answers back, with everything that may happen to them. */
export class Carrier {
  readonly #clock: SimClock;
  readonly #latency: Latency;
  readonly #troubles: Troubles;
  readonly #listeners: Listeners;
  readonly #venue: SimVenue;
  #count = 0;

  constructor(parts: {
    readonly clock: SimClock;
    readonly latency: Latency;
    readonly troubles: Troubles;
    readonly listeners: Listeners;
    readonly venue: SimVenue;
  }) {
    this.#clock = parts.clock;
    this.#latency = parts.latency;
    this.#troubles = parts.troubles;
    this.#listeners = parts.listeners;
    this.#venue = parts.venue;
  }

  /** Answered once: by the venue, by what stands in its way, or by our own clock after `timeoutMs`. */
  carry(outgoing: Outgoing, timeoutMs: number, answered: (answer: VenueAnswer) => void): void {
    const request = this.#number(outgoing);
    let isAnswered = false;
    const answerOnce = (answer: VenueAnswer): void => {
      if (isAnswered) return;
      isAnswered = true;
      answered(answer);
    };
    const sentAtMs = unixMs(request.sentAtMs);
    this.#clock.after(timeoutMs, () =>
      answerOnce({ type: 'timedOut', waitedMs: timeoutMs, sentAtMs }),
    );
    const fate = this.#troubles.find((trouble) => trouble.request?.(request));
    if (fate?.type === 'notSent') {
      const answer = { type: 'transportFailed', bytesSent: 'none', text: fate.text } as const;
      this.#clock.after(1, () => answerOnce({ ...answer, sentAtMs }));
      return;
    }
    this.#listeners.onRequest(request);
    if (fate?.type === 'lost') return;
    if (fate?.type === 'answered') {
      this.#clock.after(this.#latency.roundTripMs(), () => answerOnce(fate.answer));
      return;
    }
    if (fate?.type === 'parked') {
      this.#clock.after(this.#latency.roundTripMs(), () => answerOnce(fate.answer));
      this.#clock.after(this.#latency.oneWayMs() + fate.byMs, () =>
        this.#arrive({ ...request, timestampMs: Math.floor(this.#venue.nowMs()) }, answerOnce),
      );
      return;
    }
    const lateMs = fate?.type === 'delayed' ? fate.byMs : 0;
    const read = fate?.type === 'misread' ? fate.as : request;
    this.#clock.after(this.#latency.oneWayMs() + lateMs, () => this.#arrive(read, answerOnce));
    if (fate?.type === 'repeated') {
      this.#clock.after(this.#latency.oneWayMs() + fate.afterMs, () =>
        this.#arrive(request, () => undefined),
      );
    }
  }

  /** A subscription leaves on a socket; what is returned is called when it has come to the venue. */
  subscribe(outgoing: Outgoing): (isSubscribed: boolean) => SubscriptionAnswer {
    const request = this.#number(outgoing);
    const clock = this.#clock;
    const world = { troubles: this.#troubles, listeners: this.#listeners, venue: this.#venue };
    this.#listeners.onRequest(request);
    return (isSubscribed) =>
      hearSubscription({ ...world, nowMs: clock.nowMs }, request, isSubscribed);
  }

  #number(outgoing: Outgoing): SimRequest {
    this.#count += 1;
    return { ...outgoing, number: this.#count, sentAtMs: this.#clock.nowMs };
  }

  #arrive(request: SimRequest, answered: (answer: VenueAnswer) => void): void {
    const leave = this.#troubles.meet(request);
    const { answer, isAccepted } = this.#venue.take(request);
    leave();
    this.#listeners.onArrived({
      request,
      arrivedAtMs: this.#clock.nowMs,
      weight: weightOf(request),
      answer,
      isAccepted,
    });
    const fate = this.#troubles.find((trouble) => trouble.answer?.(request, answer));
    if (fate?.type === 'lost') return;
    const told = fate?.type === 'replaced' ? fate.answer : answer;
    const lateMs = fate?.type === 'delayed' ? fate.byMs : 0;
    this.#clock.after(this.#latency.oneWayMs() + lateMs, () => answered(told));
  }
}
