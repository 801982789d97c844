import type { DecisionRecord } from '../domain/decision.ts';
import type { Effect } from '../domain/effect.ts';
import type { DeskEvent, Started } from '../domain/event.ts';
import type { ClientOrderId, ConnectionId } from '../domain/ids.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { OrderStateName } from '../domain/order.ts';
import {
  type Cell,
  denyCell,
  exitCell,
  foundCell,
  isExitCode,
  isGateCode,
  stateCell,
  wayCell,
} from './cells/cells.ts';
import {
  type FilledRow,
  isFoundState,
  type ModeRow,
  wayOfFill,
  wayOfStep,
  waysOfMode,
} from './cells/ways.ts';
import { ProjectedOrders } from './checkers/projected-orders.ts';
import type { FaultFamily, PlannedFault } from './fault.ts';
import type { NightListener } from './listener.ts';
import type { SimNight } from './night.ts';
import type { SimRequest } from './request.ts';
import type { SocketKind } from './trouble.ts';

/** How often each cell was hit. Plain data, so that workers can hand it over. */
export type CoverageHits = Readonly<Record<Cell, number>>;

/** A kill is over in an instant: what comes of a fault is seen for so long after its end. */
const AFTERMATH_MS = 60_000;

interface FamilySeen {
  activeCount: number;
  endedAtMs: number;
}

/** Notes which of the cells a night has shown. It judges nothing. */
export class CoverageWatcher implements NightListener {
  readonly #night: SimNight;
  readonly #hits = new Map<Cell, number>();
  readonly #orders = new ProjectedOrders();
  readonly #families = new Map<FaultFamily, FamilySeen>();
  readonly #cancelWanted = new Set<ClientOrderId>();
  readonly #cancelAsked = new Set<ClientOrderId>();
  readonly #accountSockets = new Set<ConnectionId>();
  #hasLostAccount = false;
  /** Of the life that runs. */
  #hasRecovered = false;
  #hasHeardPerson = false;

  constructor(night: SimNight) {
    this.#night = night;
  }

  get hits(): CoverageHits {
    return Object.fromEntries(this.#hits);
  }

  onLifeEnded(): void {
    if (!this.#hasRecovered) this.#hit(wayCell('start.interrupted'));
    this.#accountSockets.clear();
    this.#hasLostAccount = false;
  }

  onSocketAsked(kind: SocketKind, connection: ConnectionId): void {
    if (kind === 'account') this.#accountSockets.add(connection);
  }

  onEvent(event: DeskEvent): void {
    switch (event.type) {
      case 'started':
        this.#onStarted(event);
        return;
      case 'operatorSpoke':
        this.#hasHeardPerson = true;
        return;
      case 'socketClosed':
        if (this.#accountSockets.delete(event.connection)) this.#hasLostAccount = true;
        return;
      case 'venueAnswered':
        if (!this.#hasLostAccount || event.question.type !== 'account') return;
        if (event.answer.type !== 'http' || event.answer.status !== 200) return;
        this.#hasLostAccount = false;
        this.#hit(wayCell('gap.reconciled'));
        return;
      default:
        return;
    }
  }

  onEffect(effect: Effect): void {
    if (effect.type === 'recordDecision') this.#onDecision(effect.record);
  }

  onRequest(request: SimRequest): void {
    if (request.kind !== 'cancel') return;
    if (this.#cancelAsked.has(request.clientOrderId)) this.#hit(wayCell('cancel.repeated'));
    this.#cancelAsked.add(request.clientOrderId);
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) this.#take(row, atMs);
  }

  onFaultBegan(fault: PlannedFault): void {
    const family = this.#night.faults.familyOf(fault);
    this.#seen(family).activeCount += 1;
    for (const { state } of this.#orders.open.values()) this.#hit(stateCell(state, family));
  }

  onFaultEnded(fault: PlannedFault, atMs: number): void {
    const seen = this.#seen(this.#night.faults.familyOf(fault));
    seen.activeCount -= 1;
    seen.endedAtMs = atMs;
  }

  #onStarted({ rows, clean, recentStartsCount, haltLatched }: Started): void {
    this.#hasRecovered = false;
    this.#hasHeardPerson = false;
    if (!rows.some(({ type }) => type === 'started')) this.#hit(wayCell('start.first'));
    else this.#hit(wayCell(clean ? 'start.clean' : 'start.unclean'));
    const { crashLoopStarts } = this.#night.setup.recovery;
    if (recentStartsCount >= crashLoopStarts) this.#hit(wayCell('start.crash_loop'));
    if (haltLatched) this.#hit(wayCell('start.halt_kept'));
    for (const { state, intent } of this.#orders.open.values()) {
      if (isFoundState(state)) this.#hit(foundCell(state));
      if (this.#cancelWanted.has(intent.clientOrderId)) this.#hit(wayCell('start.cancel_wanted'));
    }
  }

  #onDecision({ stage, outcome, reason, checks }: DecisionRecord): void {
    const isVoid = stage === 'order' && outcome === 'void';
    if (isVoid && isGateCode(reason.code)) this.#hit(denyCell(reason.code));
    if (stage !== 'risk' || outcome !== 'denied') return;
    this.#hit(denyCell(reason.code));
    for (const { code, passed } of checks) {
      if (!passed && code !== reason.code) this.#hit(denyCell(code));
    }
  }

  #take(row: JournalRow, atMs: number): void {
    if (row.type === 'mode') this.#onMode(row);
    if (row.type === 'external') this.#hit(wayCell('external.found'));
    if (row.type === 'cancelRequested') this.#cancelWanted.add(row.clientOrderId);
    if (row.type === 'filled') this.#onFill(row);
    if (row.type === 'intent' && row.intent.class === 'exit') {
      const { code } = row.intent.reason;
      if (isExitCode(code)) this.#hit(exitCell(code));
    }
    const from = 'clientOrderId' in row ? this.#stateOf(row) : undefined;
    const order = this.#orders.take(row, atMs);
    if (order === undefined || order.state === from) return;
    const way = from === undefined ? undefined : wayOfStep(from, order.state);
    if (way !== undefined) this.#hit(wayCell(way));
    for (const [family, { activeCount, endedAtMs }] of this.#families) {
      if (activeCount > 0 || atMs - endedAtMs <= AFTERMATH_MS) {
        this.#hit(stateCell(order.state, family));
      }
    }
  }

  #stateOf(row: Extract<JournalRow, { clientOrderId: unknown }>): OrderStateName | undefined {
    return row.type === 'external' ? undefined : this.#orders.byId.get(row.clientOrderId)?.state;
  }

  #onMode(row: ModeRow): void {
    for (const way of waysOfMode(row, this.#hasHeardPerson)) this.#hit(wayCell(way));
    if (row.from === 'RECOVERING') this.#hasRecovered = true;
  }

  #onFill(row: FilledRow): void {
    const way = wayOfFill(row);
    if (way !== undefined) this.#hit(wayCell(way));
  }

  #seen(family: FaultFamily): FamilySeen {
    let seen = this.#families.get(family);
    if (seen === undefined) {
      seen = { activeCount: 0, endedAtMs: Number.NEGATIVE_INFINITY };
      this.#families.set(family, seen);
    }
    return seen;
  }

  #hit(cell: Cell): void {
    this.#hits.set(cell, (this.#hits.get(cell) ?? 0) + 1);
  }
}
