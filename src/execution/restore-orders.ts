import { assertNever, invariant } from '../domain/assert.ts';
import type { Effect } from '../domain/effect.ts';
import type { SymbolId } from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { OrderIntent } from '../domain/order.ts';
import type { UnixMs } from '../domain/units.ts';
import { findOwnId } from './client-id.ts';
import { DeskState, type OrderDeskSetup } from './desk-state.ts';
import { StepBuilder } from './execution-step.ts';
import { change, lose } from './order-news.ts';
import { isLegal, type OrderEvent } from './order-state.ts';
import { TrackedOrder } from './tracked-order.ts';
import { beginSearch } from './unknown-resolver.ts';
import { findUnprovenFault } from './unproven-fault.ts';

/** What the past says about ids: the next one of this epoch must be above. */
export interface RestoredIds {
  readonly sequence: number;
}

/**
 * Rebuilds all orders from the journal's rows, oldest first. The present is nothing but this
 * projection, so that a crash between any two rows loses nothing that was written.
 */
export function replayRows(state: DeskState, rows: readonly JournalRow[]): RestoredIds {
  let sequence = 0;
  for (const row of rows) {
    if (row.type === 'intent') {
      if (row.intent.venue !== state.setup.venue) continue;
      addOrder(state, row.intent, row.atMs);
      const parts = findOwnId(row.intent.clientOrderId, state.setup);
      if (parts?.epoch === state.setup.epoch) sequence = Math.max(sequence, parts.sequence);
    } else if (row.type === 'external') {
      if (row.venue === state.setup.venue) state.externals.remember(row.symbol, row.venueOrderId);
    } else if ('clientOrderId' in row) {
      const tracked = state.registry.find(row.clientOrderId);
      if (tracked === undefined) continue; // of another venue
      replayRow(state, tracked, row);
      state.registry.file(tracked);
    }
  }
  return { sequence };
}

/** Symbols with an order that has work left, by the journal alone: not ended, or with fills still to be found. */
export function findLiveSymbols(
  setup: OrderDeskSetup,
  rows: readonly JournalRow[],
): ReadonlySet<SymbolId> {
  const state = new DeskState(setup);
  replayRows(state, rows);
  return new Set(state.registry.live().map(({ symbol }) => symbol));
}

/** What a start will have to say of orders without a proven outcome, by the journal alone. */
export function foretellUnproven(
  setup: OrderDeskSetup,
  rows: readonly JournalRow[],
  atMs: UnixMs,
): readonly Effect[] {
  const state = new DeskState(setup);
  replayRows(state, rows);
  const step = new StepBuilder();
  settleCrashed(state, atMs, step);
  return step.effects.filter(({ type }) => type === 'raiseFault');
}

/** The crash table: what an order that was found in a state is from now on. */
export function settleCrashed(state: DeskState, atMs: UnixMs, step: StepBuilder): void {
  for (const tracked of state.registry.live()) {
    const { type } = tracked.order.state;
    if (type === 'INITIALIZED') {
      // No row says that it left, and that row comes before the first byte: it never left.
      const reason = { code: 'FOUND_UNSENT' } as const;
      step.rows.push({ type: 'voided', atMs, clientOrderId: tracked.id, reason });
      change(tracked, { type: 'voided', reason }, reason, undefined, atMs, step);
      state.registry.file(tracked);
    } else if (type === 'SUBMITTED') {
      lose(state, tracked, { type: 'restart' }, atMs, step);
      beginSearch(tracked, atMs, 0);
    } else if (tracked.isUnproven) {
      const fault = findUnprovenFault(tracked.order, atMs);
      if (fault !== undefined) step.effects.push(fault);
      beginSearch(tracked, atMs, 0);
    }
    if (tracked.order.cancelRequested && !tracked.hasEnded) {
      // The start asks for every order first; if this one still works then, it is canceled again.
      const nextAtMs = atMs + state.limits.cancelTimeoutMs;
      tracked.cancel = { askedAtMs: undefined, nextAtMs, failuresCount: 0 };
    }
  }
}

/** Remembers a new order. Throws when there is no room: the caller asks `isFull` first. */
export function addOrder(state: DeskState, intent: OrderIntent, atMs: UnixMs): TrackedOrder {
  invariant(
    state.registry.find(intent.clientOrderId) === undefined,
    `client order id ${intent.clientOrderId} was used before`,
  );
  const tracked = new TrackedOrder(intent, state.fills.highestSeen(intent.symbol), atMs);
  state.registry.add(tracked);
  return tracked;
}

type OrderRow = Exclude<
  Extract<JournalRow, { readonly clientOrderId: unknown }>,
  { readonly type: 'external' }
>;

function replayRow(state: DeskState, tracked: TrackedOrder, row: OrderRow): void {
  const { strategy, symbol } = tracked.order.intent;
  switch (row.type) {
    case 'submitted':
      tracked.submittedAtMs = row.atMs;
      tracked.sentAtMs = row.sentAtMs;
      tracked.isPlaced = true;
      tracked.apply(
        { type: 'submitted', sentAtMs: row.sentAtMs, leaseEndMs: row.leaseEndMs },
        row.atMs,
      );
      return;
    case 'voided': {
      const type = tracked.order.state.type === 'INITIALIZED' ? 'voided' : 'notSent';
      tracked.apply({ type, reason: row.reason }, row.atMs);
      return;
    }
    case 'reported':
      replayReport(state, tracked, row);
      state.refusals.onAccepted(strategy, symbol);
      return;
    case 'rejected':
      tracked.apply({ type: 'refused', proof: row.proof }, row.atMs);
      state.refusals.onRefused(strategy, symbol, row.atMs);
      return;
    case 'unknown':
      tracked.apply({ type: 'lost', sinceMs: row.atMs, cause: row.cause }, row.atMs);
      return;
    case 'absent':
      tracked.apply({ type: 'provenAbsent', proof: row.proof }, row.atMs);
      return;
    case 'dead':
      tracked.apply({ type: 'parked' }, row.atMs);
      return;
    case 'cancelRequested':
      tracked.markCancelRequested(row.atMs);
      return;
    case 'regridded':
      tracked.recount(row.instrument, row.atMs);
      return;
    case 'filled':
      state.fills.remember(row.fill);
      state.registry.bind(tracked, row.fill.venueOrderId);
      tracked.venueOrderId ??= row.fill.venueOrderId;
      tracked.book(row.fill, row.atMs);
      return;
    default:
      assertNever(row);
  }
}

function replayReport(
  state: DeskState,
  tracked: TrackedOrder,
  row: Extract<JournalRow, { type: 'reported' }>,
): void {
  tracked.venueOrderId ??= row.venueOrderId;
  state.registry.bind(tracked, row.venueOrderId);
  tracked.count(row.filledQuantity);
  const from = tracked.order.state.type;
  if (from === row.state) return; // more was counted, nothing else changed
  const event: OrderEvent = {
    type: isLegal(from, 'appeared') ? 'appeared' : 'reported',
    to: row.state,
    venueOrderId: row.venueOrderId,
    text: row.text,
  };
  tracked.apply(event, row.atMs);
}
