import type { Effect } from '../domain/effect.ts';
import type { DeskEvent } from '../domain/event.ts';
import type { UnixMs } from '../domain/units.ts';
import type { VenueAnswer } from '../domain/venue.ts';
import type { DeskSetup } from '../pipeline/setup.ts';
import type { Carrier } from './carrier.ts';
import { type SimRequest, toOrderFields } from './request.ts';
import type { SubscriptionAnswer } from './subscription.ts';

/** When a request was signed, venue clock in whole ms, and for how long it is good. */
type Signed = Pick<SimRequest, 'timestampMs' | 'recvWindowMs'>;

/** Longer than this no question is waited for. */
const QUESTION_TIMEOUT_MS = 10_000;

type EffectOf<T extends Effect['type']> = Extract<Effect, { readonly type: T }>;

export interface LifeRequestsParts {
  /** Number of the life that sends. */
  readonly life: number;
  readonly limits: Pick<DeskSetup['execution'], 'orderTimeoutMs' | 'recvWindowMs'>;
  readonly carrier: Carrier;
  readonly nowMs: () => UnixMs;
  /** Nothing is heard any more once the life is over. */
  readonly tell: (event: DeskEvent) => void;
}

/** What one life asks of the venue by REST: made, signed by its own clock, sent, and its answer told. */
export class LifeRequests {
  /** What is added to our clock when a request is signed. */
  venueOffsetMs = 0;
  readonly #parts: LifeRequestsParts;

  constructor(parts: LifeRequestsParts) {
    this.#parts = parts;
  }

  place({ order, timestampMs, recvWindowMs }: EffectOf<'placeOrder'>): void {
    const { limits, nowMs, tell } = this.#parts;
    const { clientOrderId } = order;
    const request = { kind: 'place', order, fields: toOrderFields(order) } as const;
    const signed = { timestampMs: Math.floor(timestampMs), recvWindowMs };
    this.#send({ ...request, ...signed }, limits.orderTimeoutMs, (answer) =>
      tell({ type: 'orderAnswered', atMs: nowMs(), clientOrderId, answer }),
    );
  }

  cancel({ instrument, clientOrderId }: EffectOf<'cancelOrder'>): void {
    const { limits, nowMs, tell } = this.#parts;
    const request = { kind: 'cancel', instrument, clientOrderId } as const;
    this.#send({ ...request, ...this.#sign() }, limits.orderTimeoutMs, (answer) =>
      tell({ type: 'cancelAnswered', atMs: nowMs(), clientOrderId, answer }),
    );
  }

  ask({ venue, requestId, question }: EffectOf<'askVenue'>): void {
    const { nowMs, tell } = this.#parts;
    this.#send({ kind: 'ask', question, ...this.#sign() }, QUESTION_TIMEOUT_MS, (answer) =>
      tell({ type: 'venueAnswered', atMs: nowMs(), venue, requestId, question, answer }),
    );
  }

  /** What is returned is called when it has come to the venue. */
  subscribe(): (isSubscribed: boolean) => SubscriptionAnswer {
    const { carrier, life } = this.#parts;
    return carrier.subscribe({ kind: 'subscribe', life, ...this.#sign() });
  }

  /** As of now, by our clock and what we believe of the venue's. */
  #sign(): Signed {
    const { limits, nowMs } = this.#parts;
    const timestampMs = Math.floor(nowMs() + this.venueOffsetMs);
    return { timestampMs, recvWindowMs: limits.recvWindowMs };
  }

  /** The request is on the wire: whatever becomes of us from here on, it is. */
  #send(request: Unsent, timeoutMs: number, answered: (answer: VenueAnswer) => void): void {
    const { carrier, life, nowMs } = this.#parts;
    const sentAtMs = nowMs();
    carrier.carry({ ...request, life }, timeoutMs, (answer) => answered({ ...answer, sentAtMs }));
  }
}

/** A request of which only the number, the life and the moment are not known yet. */
type Unsent = OmitEach<SimRequest, 'number' | 'life' | 'sentAtMs'>;
type OmitEach<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
