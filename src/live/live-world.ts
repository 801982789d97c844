import { assertNever } from '../domain/assert.ts';
import type { Effect } from '../domain/effect.ts';
import type { DeskEvent } from '../domain/event.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { UnixMs } from '../domain/units.ts';
import type { VenueAnswer, VenueQuestion } from '../domain/venue.ts';
import { markDurable } from '../journal/durable.ts';
import type { LatencyProbe } from '../observe/latency-probe.ts';
import type { Tally } from '../observe/metric-set.ts';
import type { World } from '../ports.ts';
import type { Capture } from '../store/capture.ts';
import { outcomesOf } from '../store/capture-outcome.ts';
import type { HaltLatch } from '../store/halt-latch.ts';
import type { JournalStore } from '../store/journal-store.ts';
import { appendLatched } from '../store/latched-journal.ts';
import { isPublic, publicPath } from '../venues/binance-rest.ts';
import type { AccountGateway, AccountSocket } from './account-gateway.ts';
import type { AttestedHttp } from './attested-http.ts';
import type { DecisionSink } from './decision-sink.ts';
import type { FaultBoard } from './fault-board.ts';
import type { AppLog } from './log.ts';
import type { Sockets } from './sockets.ts';
import { wallClockMs } from './wall-clock.ts';
import type { WorldMetrics } from './world-metrics.ts';

export interface LiveWorldParts {
  readonly restBase: string;
  readonly wsBase: string;
  readonly questionTimeoutMs: number;
  readonly sockets: Sockets;
  readonly http: AttestedHttp;
  readonly account: AccountGateway;
  readonly accountSocket: AccountSocket;
  readonly journal: JournalStore;
  /** Set with every halt, cleared when an operator leaves it. */
  readonly haltLatch: HaltLatch;
  /** `undefined` when the settings switch it off. */
  readonly capture: Capture | undefined;
  readonly decisions: DecisionSink;
  readonly probe: LatencyProbe;
  readonly log: AppLog;
  readonly faults: FaultBoard;
  readonly metrics: WorldMetrics;
  /** Hears every row that the journal took. */
  readonly onRows: (rows: readonly JournalRow[]) => void;
  /** RECOVERING has reconciled. */
  readonly onReady: () => void;
  readonly onStop: (exitCode: number, cause: string) => void;
}

/** Whose frames come over a connection. */
interface FrameSource {
  readonly connection: ConnectionId;
  readonly venue: string;
  readonly tally: Tally | undefined;
}

/** The real world: sockets, requests, disk and clock. It does what the core asks and tells what happened. */
export class LiveWorld implements World {
  readonly #parts: LiveWorldParts;
  #deliver: (event: DeskEvent) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #venueOffsetMs = 0;
  #isClosed = false;
  #source: FrameSource | undefined;
  #listener: ((event: DeskEvent) => void) | undefined;

  constructor(parts: LiveWorldParts) {
    this.#parts = parts;
  }

  /** Venue clock as the core estimates it, for whoever signs or stamps. */
  venueNowMs(): number {
    return wallClockMs() + this.#venueOffsetMs;
  }

  onEvent(deliver: (event: DeskEvent) => void): void {
    this.#deliver = deliver;
  }

  /** Hears everything from outside before the core does: a venue in our own process. */
  listen(listener: (event: DeskEvent) => void): void {
    this.#listener = listener;
  }

  /** Everything outside speaks through here. */
  tell(event: DeskEvent): void {
    if (this.#isClosed) return;
    this.#listener?.(event);
    this.#deliver(event);
  }

  nowMs(): UnixMs {
    return wallClockMs();
  }

  capture(event: DeskEvent): void {
    const { capture, probe, metrics } = this.#parts;
    if (event.type === 'frameReceived') {
      const source = this.#sourceOf(event.connection);
      probe.begin(source.venue, event.atMs);
      metrics.framesCount += 1;
      if (source.tally !== undefined) source.tally.value += 1;
    } else if (event.type !== 'intentDurable' && event.type !== 'submittedDurable') {
      probe.beginWithoutFrame();
    }
    if (event.type === 'timerFired') metrics.ticksCount += 1;
    capture?.record(event);
  }

  perform(effect: Effect): void {
    const { log, faults, decisions, probe } = this.#parts;
    switch (effect.type) {
      case 'recordDecision':
        decisions.add(effect.record);
        this.#keep(effect);
        break;
      case 'appendRows':
        this.#append(effect.rows, effect.now);
        this.#keep(effect);
        break;
      case 'setTimer':
        this.#setTimer(effect.atMs);
        break;
      case 'persistIntent':
        this.#persistIntent(effect);
        break;
      case 'persistSubmitted':
        this.#append([effect.row], true);
        this.#keep(effect);
        probe.orderDurable(effect.order.clientOrderId);
        this.#deliver({
          type: 'submittedDurable',
          atMs: wallClockMs(),
          order: effect.order,
        });
        break;
      case 'placeOrder':
        this.#place(effect);
        break;
      case 'cancelOrder':
        this.#cancel(effect);
        break;
      case 'askVenue':
        this.#ask(effect.venue, effect.requestId, effect.question);
        break;
      case 'openSocket':
        this.#openSocket(effect);
        break;
      case 'closeSocket':
        this.#socketsOf(effect.connection).close(effect.connection, effect.how);
        break;
      case 'sendFrame':
        this.#socketsOf(effect.connection).send(effect.connection, effect.text);
        break;
      case 'sendSigned':
        this.#parts.accountSocket.sendSigned(
          effect.connection,
          effect.requestId,
          effect.method,
          this.venueNowMs(),
        );
        break;
      case 'setVenueClock':
        this.#venueOffsetMs = effect.offsetMs;
        break;
      case 'raiseFault':
        faults.raise(effect.fault, effect.severity, effect.detail);
        log.fault(effect.fault, effect.severity, effect.detail);
        break;
      case 'logChange':
        log.change(effect.event, effect.message, effect.detail);
        break;
      case 'announceReady':
        this.#parts.onReady();
        break;
      case 'stopProcess':
        this.#keep(effect);
        this.#parts.onStop(effect.exitCode, effect.cause);
        break;
      default:
        assertNever(effect);
    }
  }

  /** No event reaches the core any more, no timer fires. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#parts.sockets.dropAll();
    this.#parts.http.close();
  }

  /** Frames come in rows from one socket: what its name says is looked up once. */
  #sourceOf(connection: ConnectionId): FrameSource {
    if (connection === this.#source?.connection) return this.#source;
    const venue = venueOf(connection);
    const tally = this.#parts.metrics.findTally(venue, isAccount(connection));
    this.#source = { connection, venue, tally };
    return this.#source;
  }

  /** What the desk hears is captured before, what it did behind it: replay compares. */
  #keep(effect: Effect): void {
    const { capture } = this.#parts;
    if (capture === undefined) return;
    for (const text of outcomesOf(effect)) capture.recordOutcome(text, wallClockMs());
  }

  #setTimer(atMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.tell({ type: 'timerFired', atMs: wallClockMs(), timer: 'tick' }),
      Math.max(0, atMs - wallClockMs()),
    );
  }

  #append(rows: readonly JournalRow[], now: boolean): void {
    const { metrics, onRows } = this.#parts;
    const beganAtMs = performance.now();
    appendLatched(this.#parts, rows, now);
    if (now) metrics.committed((performance.now() - beganAtMs) / 1_000);
    onRows(rows);
  }

  #persistIntent(effect: Extract<Effect, { type: 'persistIntent' }>): void {
    const { order, checks, atMs } = effect;
    this.#parts.probe.orderLeaves(order);
    this.#append([{ type: 'intent', atMs, intent: order, checks }], true);
    this.#keep(effect);
    this.#deliver({ type: 'intentDurable', atMs: wallClockMs(), order: markDurable(order) });
  }

  #place(effect: Extract<Effect, { type: 'placeOrder' }>): void {
    const { order, timestampMs } = effect;
    const { account, probe, metrics } = this.#parts;
    const id = order.clientOrderId;
    this.#keep(effect);
    metrics.orderLeft(order.venue);
    const call = metrics.callBegins(order.venue, 'place');
    void account
      .place(order, timestampMs, () => probe.orderSent(id))
      .then((answer) => {
        probe.orderAnswered(id);
        this.#parts.decisions.orderTimed(id);
        call(answer);
        this.tell({ type: 'orderAnswered', atMs: wallClockMs(), clientOrderId: id, answer });
      });
  }

  #cancel(effect: Extract<Effect, { type: 'cancelOrder' }>): void {
    const { clientOrderId, instrument, venue } = effect;
    this.#keep(effect);
    const call = this.#parts.metrics.callBegins(venue, 'cancel');
    void this.#parts.account.cancel(instrument, clientOrderId, this.venueNowMs()).then((answer) => {
      call(answer);
      this.tell({ type: 'cancelAnswered', atMs: wallClockMs(), clientOrderId, answer });
    });
  }

  #ask(venue: string, requestId: number, question: VenueQuestion): void {
    const call = this.#parts.metrics.callBegins(venue, question.type);
    void this.#answerOf(question).then((answer) => {
      call(answer);
      this.tell({ type: 'venueAnswered', atMs: wallClockMs(), venue, requestId, question, answer });
    });
  }

  #answerOf(question: VenueQuestion): Promise<VenueAnswer> {
    const { http, account, restBase, questionTimeoutMs } = this.#parts;
    if (!isPublic(question)) return account.ask(question, this.venueNowMs());
    return http.send({
      method: 'GET',
      url: restBase + publicPath(question),
      headers: { accept: 'application/json' },
      body: undefined,
      timeoutMs: questionTimeoutMs,
    });
  }

  #openSocket(effect: Extract<Effect, { type: 'openSocket' }>): void {
    const { connection, path, socket } = effect;
    if (socket === 'market') {
      this.#parts.sockets.open(connection, this.#parts.wsBase + path);
      return;
    }
    this.#parts.accountSocket.open(connection, path);
  }

  #socketsOf(connection: string): Pick<AccountSocket, 'send' | 'close'> {
    return isAccount(connection) ? this.#parts.accountSocket : this.#parts.sockets;
  }
}

/** Connection ids begin with their venue's name. */
function venueOf(connection: string): string {
  const end = connection.indexOf('/');
  return end < 0 ? connection : connection.slice(0, end);
}

function isAccount(connection: string): boolean {
  return connection.includes('/account/');
}
