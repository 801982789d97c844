import { expect } from 'vitest';
import type { Effect } from '../../../src/domain/effect.ts';
import { type ClientOrderId, strategyId } from '../../../src/domain/ids.ts';
import type { JournalRow } from '../../../src/domain/journal-row.ts';
import type { OrderIntent, OrderReport, SendableOrder } from '../../../src/domain/order.ts';
import type { Reason } from '../../../src/domain/reason.ts';
import { lots, price, type UnixMs, unixMs } from '../../../src/domain/units.ts';
import type { VenueQuestion } from '../../../src/domain/venue.ts';
import type {
  BookedFill,
  ExecutionStep,
  Finding,
  OrderChange,
} from '../../../src/execution/execution-step.ts';
import { DEFAULT_EXECUTION_LIMITS, type ExecutionLimits } from '../../../src/execution/limits.ts';
import { OrderDesk } from '../../../src/execution/order-desk.ts';
import type { OrderWish } from '../../../src/execution/order-wish.ts';
import { markDurable } from '../../../src/journal/durable.ts';
import { decodeRow, encodeRow } from '../../../src/journal/row-codec.ts';
import { approve } from '../../../src/risk/approve.ts';
import { throughJson, toText } from '../../support/exact-text.ts';
import { BTC_USDT, NOON_MS } from '../../support/trading.ts';
import { PlainCodec, type Said } from './plain-codec.ts';
import { PlainVenue } from './plain-venue.ts';

const TICK_MS = 250;
const VENUE_MS = 20; // one way
export const CLOCK_AHEAD_MS = 1_270; // the venue's clock against ours

/** What the venue does with the next order that arrives. */
export type Arrival = (order: SendableOrder, night: DeskNight) => void;

/** An order desk, a venue and the time between them. Performs the desk's effects as a world would. */
export class DeskNight {
  readonly codec = new PlainCodec();
  readonly venue = new PlainVenue();
  /** What the journal holds, as text: a restart reads nothing else. */
  readonly journal: string[] = [];
  readonly limits: ExecutionLimits;
  desk: OrderDesk;
  nowMs: number = NOON_MS;
  epoch = 1;
  /** What happens to orders that leave. Default: taken, acknowledged, worked. */
  arrival: Arrival = acknowledge;
  /** What happens to cancels. Default: done, and acknowledged. */
  onCancel: (id: ClientOrderId, night: DeskNight) => void = cancelAndAnswer;
  /** Account events reach us. */
  isStreamUp = true;
  /** Called before anything happens: a tick, an answer, news. */
  beforeEach: () => void = () => undefined;
  /** Answers to questions take this long. */
  answerMs = 2 * VENUE_MS;

  readonly placed: ClientOrderId[] = [];
  readonly questions: { readonly atMs: number; readonly question: VenueQuestion }[] = [];
  readonly cancels: ClientOrderId[] = [];
  faults: string[] = [];
  findings: Finding[] = [];
  changes: OrderChange[] = [];
  fills: BookedFill[] = [];
  /** Lots we believe to hold, from booked fills. */
  believedLots = 0;
  /** The venue's account says something else than its trades: a transfer by hand. */
  balancesLie = false;
  #requestId = 0;
  #isDead = false;
  #deathAtRow = Number.POSITIVE_INFINITY;
  #later: { readonly atMs: number; readonly run: () => void }[] = [];

  constructor(limits: Partial<ExecutionLimits> = {}) {
    this.limits = { ...DEFAULT_EXECUTION_LIMITS, ...limits };
    this.desk = this.#newDesk();
    this.take(this.desk.restore([], this.at()));
  }

  at(): UnixMs {
    return unixMs(this.nowMs);
  }
  venueMs(): UnixMs {
    return unixMs(this.nowMs + CLOCK_AHEAD_MS);
  }

  /** Wants, approves and opens an order; it leaves within the same instant. */
  send(change: Partial<OrderWish> = {}, guard?: Reason): ClientOrderId {
    const intent = this.intend(change);
    this.#guard = guard;
    this.take(this.desk.open(approve(intent), [], this.at()));
    return intent.clientOrderId;
  }
  #guard: Reason | undefined;

  intend(change: Partial<OrderWish> = {}): OrderIntent {
    return this.desk.prepare(
      {
        decisionId: this.desk.nextDecisionId(),
        strategy: strategyId('ema-cross'),
        class: 'entry',
        instrument: BTC_USDT,
        side: 'BUY',
        timeInForce: 'GTC',
        price: price(6_000_000),
        quantity: lots(10),
        reason: { code: 'SIGNAL_ENTRY' },
        ...change,
      },
      this.at(),
    );
  }

  /** Lets time pass. */
  wait(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const nextTickMs = (Math.floor(this.nowMs / TICK_MS) + 1) * TICK_MS;
      const due = this.#later
        .filter(({ atMs }) => atMs <= Math.min(endMs, nextTickMs))
        .sort((a, b) => a.atMs - b.atMs)[0];
      this.beforeEach();
      if (due !== undefined) {
        this.#later.splice(this.#later.indexOf(due), 1);
        this.nowMs = Math.max(this.nowMs, due.atMs);
        due.run();
      } else if (nextTickMs <= endMs) {
        this.nowMs = nextTickMs;
        this.take(this.desk.onTick(this.at(), this.venueMs()));
      } else {
        this.nowMs = endMs;
        return;
      }
    }
  }

  later(afterMs: number, run: () => void): void {
    this.#later.push({ atMs: this.nowMs + afterMs, run });
  }

  /** The desk goes on as another one, made of nothing but the text of what it saves. */
  passThroughText(): void {
    const saved = throughJson(this.desk.save());
    this.desk = this.#newDesk();
    this.desk.load(saved);
    expect(toText(this.desk.save()), 'saved, loaded and saved').toBe(toText(saved));
  }

  /** The answer to a placed order, on its way. */
  answerOrder(id: ClientOrderId, said: Said, afterMs = VENUE_MS): void {
    const { epoch } = this;
    this.later(afterMs, () => {
      if (this.epoch !== epoch) return; // the process that asked is gone
      this.take(this.desk.onOrderAnswer(id, this.codec.answer(said, this.nowMs), this.at()));
    });
  }

  answerCancel(id: ClientOrderId, said: Said, afterMs = VENUE_MS): void {
    const { epoch } = this;
    this.later(afterMs, () => {
      if (this.epoch !== epoch) return;
      this.take(this.desk.onCancelAnswer(id, this.codec.answer(said, this.nowMs), this.at()));
    });
  }

  /** An account event, on its way if the socket is up. */
  stream(report: OrderReport, afterMs = VENUE_MS): void {
    const { epoch } = this;
    if (!this.isStreamUp) return;
    this.later(afterMs, () => {
      if (this.epoch === epoch) this.take(this.desk.onReport(report, 'userStream', this.at()));
    });
  }

  /** Kills the process; nothing but the journal and the venue remain. Starts it again. */
  restart(): ExecutionStep {
    this.epoch += 1;
    this.#isDead = false;
    this.#deathAtRow = Number.POSITIVE_INFINITY;
    this.desk = this.#newDesk();
    this.believedLots = 0;
    const rows = this.rows();
    for (const row of rows) if (row.type === 'filled') this.#believe(row.fill);
    const step = this.desk.restore(rows, this.at());
    this.take(step);
    return step;
  }

  /** From now on no effect is performed: the process is dead and does not know. */
  kill(): void {
    this.#isDead = true;
  }

  /** The process dies right after so many more rows are on disk, whatever it was about to do. */
  killAfterRows(count: number): void {
    this.#deathAtRow = this.journal.length + count;
  }

  rows(): JournalRow[] {
    return this.journal.map(decodeRow);
  }

  stateOf(id: ClientOrderId): string {
    return this.desk.findOrder(id)?.state.type ?? 'none';
  }

  /** When questions of a kind were asked, ms after `sinceMs`. */
  askedAt(type: VenueQuestion['type'], sinceMs: number): number[] {
    return this.questions
      .filter(({ question }) => question.type === type)
      .map(({ atMs }) => atMs - sinceMs);
  }

  take(step: ExecutionStep): void {
    if (this.#isDead) return;
    this.#append(step.rows);
    if (this.#isDead) return;
    this.changes.push(...step.changes);
    this.findings.push(...step.findings);
    for (const booked of step.newFills) {
      this.fills.push(booked);
      this.#believe(booked.fill);
    }
    for (const effect of step.effects) this.#perform(effect);
    if (step.balancesToCompare !== undefined) {
      const agree = !this.balancesLie && this.believedLots === this.venue.heldLots(BTC_USDT.symbol);
      this.take(this.desk.onBalancesCompared(agree, this.at()));
    }
  }

  #append(rows: readonly JournalRow[]): void {
    for (const row of rows) {
      if (this.#isDead) return;
      this.journal.push(encodeRow(row));
      this.#isDead = this.journal.length >= this.#deathAtRow;
    }
  }

  #believe(fill: BookedFill['fill']): void {
    this.believedLots += fill.side === 'BUY' ? fill.quantity : -fill.quantity;
  }

  #perform(effect: Effect): void {
    if (this.#isDead) return;
    switch (effect.type) {
      case 'persistIntent': {
        const { order, checks, atMs } = effect;
        this.#append([{ type: 'intent', atMs, intent: order, checks }]);
        if (this.#isDead) return;
        const guard = this.#guard;
        const durable = markDurable(order);
        this.take(this.desk.onIntentDurable(durable, guard, this.at(), this.venueMs()));
        return;
      }
      case 'persistSubmitted':
        this.#append([effect.row]);
        if (this.#isDead) return;
        this.take(this.desk.onSubmittedDurable(effect.order, this.at()));
        return;
      case 'placeOrder':
        this.placed.push(effect.order.clientOrderId);
        this.later(VENUE_MS, () => this.arrival(effect.order, this));
        return;
      case 'cancelOrder':
        this.cancels.push(effect.clientOrderId);
        this.later(VENUE_MS, () => this.onCancel(effect.clientOrderId, this));
        return;
      case 'askVenue':
        this.#ask(effect.requestId, effect.question);
        return;
      case 'raiseFault':
        this.faults.push(effect.fault);
        return;
      default:
        return;
    }
  }

  #ask(requestId: number, question: VenueQuestion): void {
    const { epoch } = this;
    this.questions.push({ atMs: this.nowMs, question });
    this.later(this.answerMs / 2, () => {
      const said = this.venue.answerTo(question, this.venueMs());
      this.later(this.answerMs / 2, () => {
        if (this.epoch !== epoch) return;
        const answer = this.codec.answer(said, this.nowMs);
        this.take(this.desk.onVenueAnswer(requestId, question, answer, this.at()));
      });
    });
  }

  #newDesk(): OrderDesk {
    return new OrderDesk({
      venue: 'binance',
      codec: this.codec,
      instruments: [BTC_USDT],
      limits: this.limits,
      epoch: this.epoch,
      environment: 'rehearsal',
      accountTag: 'test',
      nextRequestId: () => {
        this.#requestId += 1;
        return this.#requestId;
      },
    });
  }
}

/** Taken, reported on the account socket and answered. */
export const acknowledge: Arrival = (order, night) => {
  const report = night.venue.take(order, night.venueMs());
  night.stream(report);
  night.answerOrder(order.clientOrderId, { place: { type: 'accepted', report } });
};

/** Taken, and nobody ever hears of it by itself. */
export const takeSilently: Arrival = (order, night) => {
  night.venue.take(order, night.venueMs());
};

/** Lost on the way: the venue never sees it. */
export const loseOnTheWay: Arrival = () => undefined;

/** An error that proves nothing; the venue does not have the order. */
export const failUnproven: Arrival = (order, night) => {
  night.answerOrder(order.clientOrderId, {
    place: {
      type: 'unknown',
      cause: { type: 'venueError', httpStatus: 503, code: undefined, text: 'Unknown error' },
    },
  });
};

function cancelAndAnswer(id: ClientOrderId, night: DeskNight): void {
  if (!night.venue.isWorking(id)) {
    night.answerCancel(id, {
      order: {
        type: 'notFound',
        proof: { httpStatus: 400, code: -2011, text: 'Unknown order sent.' },
      },
    });
    return;
  }
  const report = night.venue.end(id, 'CANCELED', night.venueMs());
  night.stream(report);
  night.answerCancel(id, { order: { type: 'value', value: report } });
}
