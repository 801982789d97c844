import { BoundedList, BoundedMap } from '../domain/bounded.ts';
import type { Effect } from '../domain/effect.ts';
import { bytesOf, type DeskEvent } from '../domain/event.ts';
import { markDurable } from '../journal/durable.ts';
import type { Desk } from '../pipeline/desk.ts';
import { spellExact } from '../store/capture-event.ts';
import { outcomesOf } from '../store/capture-outcome.ts';

type EventOf<T extends DeskEvent['type']> = Extract<DeskEvent, { readonly type: T }>;
type Durable = EventOf<'intentDurable'> | EventOf<'submittedDurable'>;

const QUESTIONS_MAX = 10_000;
const ORDERS_MAX = 100_000;
/** The world's part of what was sent. */
const STAMP = /"timestampMs":[\d.]+,/;

/**
 * Answers for a desk that decides otherwise than the recorded one. What the recorded one asked and this
 * one asks too keeps its answer; what this one alone writes down is durable at once; what only the
 * recorded one sent gets no answer here, and what only this one sends never does: from there on a
 * night is an estimate.
 */
export class OwnAnswers {
  readonly #durable = new BoundedList<Durable>('replay.durable', ORDERS_MAX, 'refuse');
  readonly #questions = new BoundedMap<number, string>(
    'replay.questions',
    QUESTIONS_MAX,
    'dropOldest',
  );
  readonly #desk: Desk;
  #firstRequestId = Number.POSITIVE_INFINITY;
  readonly #sent = new BoundedMap<string, string>('replay.sent', ORDERS_MAX, 'dropOldest');
  readonly #recordedSent = new BoundedMap<string, string>(
    'replay.recorded_sent',
    ORDERS_MAX,
    'dropOldest',
  );
  readonly #cancels = new BoundedMap<string, true>('replay.cancels', ORDERS_MAX, 'dropOldest');

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** What the desk asked for while it heard an event of this moment. */
  note(effects: readonly Effect[], atMs: DeskEvent['atMs']): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'persistIntent':
          this.#durable.push({ type: 'intentDurable', atMs, order: markDurable(effect.order) });
          break;
        case 'persistSubmitted':
          this.#durable.push({ type: 'submittedDurable', atMs, order: effect.order });
          break;
        case 'placeOrder':
          this.#sent.set(effect.order.clientOrderId, withoutStamp(outcomesOf(effect)[0] ?? ''));
          break;
        case 'cancelOrder':
          this.#cancels.set(effect.clientOrderId, true);
          break;
        case 'askVenue':
          this.#firstRequestId = Math.min(this.#firstRequestId, effect.requestId);
          this.#questions.set(effect.requestId, spellExact(effect.question));
          break;
        default:
      }
    }
  }

  /** A recorded order that left. */
  noteRecorded(text: string): void {
    const id = /^place \{"clientOrderId":"([^"]+)"/.exec(text)?.[1];
    if (id !== undefined) this.#recordedSent.set(id, withoutStamp(text));
  }

  /** The next answer of the journal that the record does not have at this place; `undefined`: none. */
  takeOwn(next: DeskEvent): DeskEvent | undefined {
    const waiting = [...this.#durable];
    const at = waiting.findIndex((own) => isAnswer(next, own));
    // An answer to what only the recorded desk wrote down is heard by nobody, and hurries nothing.
    if (at === 0 || (at < 0 && isDurable(next))) return undefined;
    return this.#durable.shift();
  }

  /** The recorded event as this desk may hear it; `undefined`: it never asked for that. */
  adapt(event: DeskEvent): DeskEvent | undefined {
    switch (event.type) {
      case 'intentDurable':
      case 'submittedDurable':
        return this.#takeDurable(event);
      case 'frameReceived':
        return this.#isAboutOther(event) ? undefined : event;
      case 'orderAnswered': {
        const sent = this.#sent.get(event.clientOrderId);
        return sent === this.#recordedSent.get(event.clientOrderId) ? event : undefined;
      }
      case 'cancelAnswered':
        return this.#cancels.has(event.clientOrderId) ? event : undefined;
      case 'venueAnswered':
        return this.#adaptAnswer(event);
      default:
        return event;
    }
  }

  #takeDurable(event: DeskEvent): DeskEvent | undefined {
    const [own] = this.#durable;
    if (own === undefined || !isAnswer(event, own)) return undefined;
    this.#durable.shift();
    return event;
  }

  /** A report about an order that only the recorded desk has sent. */
  #isAboutOther(event: EventOf<'frameReceived'>): boolean {
    for (const { setup, feed } of this.#desk.venues) {
      if (!event.connection.startsWith(`${setup.venue}/account/`)) continue;
      const message = setup.accountCodec.decodeAccountFrame(bytesOf(event), feed.instruments);
      if (message.type !== 'orderReported') return false;
      const id = message.report.clientOrderId;
      const recorded = id === undefined ? undefined : this.#recordedSent.get(id);
      return recorded !== undefined && this.#sent.get(id ?? '') !== recorded;
    }
    return false;
  }

  #adaptAnswer(event: EventOf<'venueAnswered'>): DeskEvent | undefined {
    // Asked before the first event that we know of.
    if (event.requestId < this.#firstRequestId) return event;
    const question = spellExact(event.question);
    for (const [requestId, asked] of this.#questions.entries()) {
      if (asked !== question) continue;
      this.#questions.delete(requestId);
      return { ...event, requestId };
    }
    return undefined;
  }
}

function isDurable(event: DeskEvent): event is Durable {
  return event.type === 'intentDurable' || event.type === 'submittedDurable';
}

function isAnswer(event: DeskEvent, own: Durable): boolean {
  return (
    event.type === own.type &&
    event.order.clientOrderId === own.order.clientOrderId &&
    spellExact(event.order) === spellExact(own.order)
  );
}

function withoutStamp(text: string): string {
  return text.replace(STAMP, '');
}
