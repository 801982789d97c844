import type { DecisionRecord } from '../../src/domain/decision.ts';
import type { Effect } from '../../src/domain/effect.ts';
import type { DeskEvent } from '../../src/domain/event.ts';
import { type UnixMs, unixMs } from '../../src/domain/units.ts';
import type { VenueAnswer } from '../../src/domain/venue.ts';
import { markDurable } from '../../src/journal/durable.ts';
import type { World } from '../../src/ports.ts';
import type { SimClock } from '../../src/sim/clock.ts';
import { http } from '../../src/sim/venue-answer.ts';
import type { NightFaults } from './night-faults.ts';
import type { NightJournal } from './night-journal.ts';
import { NightLines, ONE_WAY_MS } from './night-line.ts';
import type { NightTimes } from './night-times.ts';
import type { NightVenue } from './night-venue.ts';

const ORDER_TIMEOUT_MS = 15_000;
const QUESTION_TIMEOUT_MS = 10_000;
const LATE_MS = 3_000;
const COMMIT_EVERY_MS = 50;
const UNPROVEN = { code: -1007, msg: 'Timeout waiting for response from backend server.' };
const REFUSED = { code: -2010, msg: 'Account has insufficient balance for requested action.' };

/** What all lives of a night share. */
export interface NightParts {
  readonly clock: SimClock;
  readonly venue: NightVenue;
  readonly journal: NightJournal;
  readonly faults: NightFaults;
  /** Who measures, if anybody. */
  readonly times: NightTimes | undefined;
}

type EffectOf<T extends Effect['type']> = Extract<Effect, { readonly type: T }>;

/** The world of one life of the daemon: it performs what the core asks for, until it is killed. */
export class NightWorld implements World {
  readonly lines: NightLines;
  readonly events: DeskEvent[] = [];
  /** Everything that was asked for, in order. */
  readonly effects: Effect[] = [];
  readonly decisions: DecisionRecord[] = [];
  readonly raised: EffectOf<'raiseFault'>[] = [];
  readonly changes: EffectOf<'logChange'>[] = [];
  readonly placed: EffectOf<'placeOrder'>[] = [];
  readonly canceled: EffectOf<'cancelOrder'>[] = [];
  readonly asked: EffectOf<'askVenue'>[] = [];
  stopped: EffectOf<'stopProcess'> | undefined;
  isReady = false;
  isDead = false;
  readonly #parts: NightParts;
  #deliver: (event: DeskEvent) => void = () => undefined;
  #tick = 0;

  constructor(parts: NightParts) {
    this.#parts = parts;
    this.lines = new NightLines(parts.clock, parts.faults, (event) => this.tell(event));
    parts.clock.after(COMMIT_EVERY_MS, () => this.#commit());
  }

  onEvent(deliver: (event: DeskEvent) => void): void {
    this.#deliver = deliver;
  }

  nowMs(): UnixMs {
    return this.#atMs();
  }

  capture(event: DeskEvent): void {
    this.#parts.times?.hear(event);
    this.events.push(event);
  }

  /** What happens outside reaches the core only while the process lives. */
  tell(event: DeskEvent): void {
    if (!this.isDead && this.stopped === undefined) this.#deliver(event);
  }

  perform(effect: Effect): void {
    const { journal } = this.#parts;
    this.effects.push(effect);
    this.#parts.times?.onEffect(effect);
    switch (effect.type) {
      case 'recordDecision':
        this.decisions.push(effect.record);
        return;
      case 'appendRows':
        journal.append(effect.rows, effect.now);
        return;
      case 'persistIntent': {
        const { order, checks, atMs } = effect;
        journal.append([{ type: 'intent', atMs, intent: order, checks }], true);
        this.#parts.clock.sleep(this.#parts.faults.commitMs);
        this.tell({ type: 'intentDurable', atMs: this.#atMs(), order: markDurable(order) });
        return;
      }
      case 'persistSubmitted':
        journal.append([effect.row], true);
        this.#parts.clock.sleep(this.#parts.faults.submitMs);
        this.tell({ type: 'submittedDurable', atMs: this.#atMs(), order: effect.order });
        return;
      case 'placeOrder':
        this.#place(effect);
        return;
      case 'cancelOrder':
        this.#cancel(effect);
        return;
      case 'askVenue':
        this.#ask(effect);
        return;
      case 'setTimer':
        this.#setTimer(effect.atMs);
        return;
      case 'openSocket':
        this.lines.open(effect.connection, effect.socket);
        return;
      case 'closeSocket':
        this.lines.close(effect.connection);
        return;
      case 'sendFrame':
        this.lines.send(effect.connection, effect.text);
        return;
      case 'sendSigned':
        this.lines.subscribeAccount(effect.connection, effect.requestId);
        return;
      case 'raiseFault':
        this.raised.push(effect);
        return;
      case 'logChange':
        this.changes.push(effect);
        return;
      case 'announceReady':
        this.isReady = true;
        return;
      case 'stopProcess':
        this.stopped = effect;
        return;
      case 'setVenueClock':
        return;
    }
  }

  #setTimer(atMs: number): void {
    const { clock } = this.#parts;
    this.#tick += 1;
    const tick = this.#tick;
    clock.after(Math.max(0, atMs - clock.nowMs), () => {
      if (tick !== this.#tick) return;
      this.tell({ type: 'timerFired', atMs: this.#atMs(), timer: 'tick' });
    });
  }

  #place(effect: EffectOf<'placeOrder'>): void {
    const { clock, venue, faults } = this.#parts;
    this.placed.push(effect);
    const { order } = effect;
    const fate = faults.orders.shift() ?? faults.everyOrder;
    const answer = (said: VenueAnswer, afterMs: number): void => {
      const sentAtMs = this.#atMs();
      clock.after(afterMs, () =>
        this.tell({
          type: 'orderAnswered',
          atMs: this.#atMs(),
          clientOrderId: order.clientOrderId,
          answer: { ...said, sentAtMs },
        }),
      );
    };
    const lost: VenueAnswer = {
      type: 'timedOut',
      waitedMs: ORDER_TIMEOUT_MS,
      sentAtMs: this.#atMs(),
    };
    // Whatever becomes of us from here on, the request is on the wire.
    const arrives = fate !== 'lostOnTheWay' && fate !== 'notSent' && fate !== 'refused';
    if (arrives && fate !== 'errorBefore') {
      clock.after(ONE_WAY_MS, () => {
        const said = venue.place(order);
        if (fate === 'errorAfter') answer(http(503, UNPROVEN), ONE_WAY_MS);
        else if (fate !== 'answerLost') answer(said, fate === 'late' ? LATE_MS : ONE_WAY_MS);
      });
    }
    if (fate === 'errorBefore') answer(http(503, UNPROVEN), 2 * ONE_WAY_MS);
    if (fate === 'refused') answer(http(400, REFUSED), 2 * ONE_WAY_MS);
    if (fate === 'notSent') {
      const text = 'connect ECONNREFUSED';
      answer({ type: 'transportFailed', bytesSent: 'none', text, sentAtMs: this.#atMs() }, 1);
    }
    if (fate === 'answerLost' || fate === 'lostOnTheWay') answer(lost, ORDER_TIMEOUT_MS);
  }

  #cancel({ instrument, clientOrderId }: EffectOf<'cancelOrder'>): void {
    const { clock, venue } = this.#parts;
    clock.after(ONE_WAY_MS, () => {
      const answer = venue.cancel(instrument, clientOrderId);
      clock.after(ONE_WAY_MS, () =>
        this.tell({ type: 'cancelAnswered', atMs: this.#atMs(), clientOrderId, answer }),
      );
    });
  }

  #ask(effect: EffectOf<'askVenue'>): void {
    const { clock, faults } = this.#parts;
    const { venue, requestId, question } = effect;
    this.asked.push(effect);
    if (faults.mute.includes(question.type)) return;
    const sentAtMs = this.#atMs();
    const answer = (said: VenueAnswer, afterMs: number): void =>
      clock.after(afterMs, () => {
        const told = { ...said, sentAtMs };
        this.tell({
          type: 'venueAnswered',
          atMs: this.#atMs(),
          venue,
          requestId,
          question,
          answer: told,
        });
      });
    if (faults.failing.includes('timeout')) {
      answer({ type: 'timedOut', waitedMs: QUESTION_TIMEOUT_MS, sentAtMs }, QUESTION_TIMEOUT_MS);
      return;
    }
    clock.after(ONE_WAY_MS, () => {
      const { limited } = faults;
      const body = { code: -1003, msg: 'Way too much request weight used.' };
      if (limited !== undefined) answer(http(limited.status, body, limited.retryAfterMs), 1);
      else if (faults.failing.includes(question.type)) answer(http(503, UNPROVEN), 1);
      else answer(this.#parts.venue.answerTo(question), ONE_WAY_MS);
    });
  }

  #commit(): void {
    if (this.isDead) return;
    this.#parts.journal.commit();
    this.#parts.clock.after(COMMIT_EVERY_MS, () => this.#commit());
  }

  #atMs() {
    return unixMs(this.#parts.clock.nowMs);
  }
}
