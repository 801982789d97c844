import type { JournalRow } from '../domain/journal-row.ts';
import type { Mode, ModeActor } from '../domain/mode.ts';
import type { UnixMs } from '../domain/units.ts';
import type { Desk, VenueDesk } from './desk.ts';
import { isMoreCautious, type ModeState, tellModeChange } from './modes.ts';
import { FIRST_DATA_WAIT_MS, UNKNOWN_ORDERS_MAX } from './setup.ts';

/**
 * Changes the mode and tells it. Nothing happens when it is already so, for the same cause: `flatten` after
 * `halt` is another word, and a start goes by the one that is written down.
 */
export function setMode(desk: Desk, mode: Mode, actor: ModeActor, cause: string): void {
  const before = desk.mode;
  if (before.mode === mode && before.actor === actor && before.cause === cause) return;
  desk.mode = { mode, actor, cause, sinceMs: desk.nowMs };
  desk.push(tellModeChange(before.mode, desk.mode));
}

/** Latched: only an operator leaves it. */
export function halt(desk: Desk, cause: string): void {
  if (desk.mode.mode !== 'HALTED') setMode(desk, 'HALTED', 'machine', cause);
}

/**
 * Where this start leads: what an operator set last, else where a first start ends. A halt holds until
 * an operator has spoken after it.
 */
export function findTargetMode(
  rows: readonly JournalRow[],
  haltLatched: boolean,
  startMode: Mode,
  nowMs: UnixMs,
): ModeState {
  let target: ModeState = {
    mode: startMode,
    actor: 'machine',
    cause: rows.some(({ type }) => type === 'started') ? 'started again' : 'first start',
    sinceMs: nowMs,
  };
  for (const row of rows) {
    if (row.type !== 'mode') continue;
    const isWord = row.actor === 'operator' && row.to !== 'RECOVERING';
    if (isWord || row.to === 'HALTED') {
      target = { mode: row.to, actor: row.actor, cause: row.cause, sinceMs: row.atMs };
    }
  }
  if (haltLatched && target.mode !== 'HALTED') {
    target = { mode: 'HALTED', actor: 'machine', cause: 'the halt file exists', sinceMs: nowMs };
  }
  return target;
}

/** The machine's own reasons to hold back, looked at on each tick. */
function refreshHolds(desk: Desk): void {
  hold(desk, 'crash loop', isInCrashLoop(desk), 'OBSERVING');
  let unknownCount = 0;
  let isBlocked = false;
  for (const venue of desk.venues) {
    unknownCount += venue.orders.unknownCount();
    if (venue.orders.findBlockedUntilMs(desk.nowMs) !== undefined) isBlocked = true;
  }
  hold(desk, 'too many unproven orders', unknownCount > UNKNOWN_ORDERS_MAX, 'OBSERVING');
  hold(desk, 'the venue told us to stay away', isBlocked, 'OBSERVING');
}

/** Sets or ends one reason to hold back. The mode of the strictest one rules. */
export function hold(desk: Desk, cause: string, holds: boolean, mode: Mode): void {
  if (holds) {
    if (desk.holds.get(cause) !== mode) desk.holds.set(cause, mode);
  } else if (desk.holds.has(cause)) desk.holds.delete(cause);
}

function isInCrashLoop(desk: Desk): boolean {
  const { started } = desk;
  if (started === undefined) return false;
  const { crashLoopStarts, crashLoopClearMs } = desk.setup.recovery;
  if (started.recentStartsCount < crashLoopStarts) return false;
  return desk.nowMs - started.atMs < crashLoopClearMs;
}

/** Moves RECOVERING on when all is proven, and steps down or back up with the machine's own reasons. */
export function refreshMode(desk: Desk): void {
  const { mode, targetMode } = desk;
  if (desk.phase !== 'running' || mode.mode === 'HALTED' || targetMode === undefined) return;
  refreshHolds(desk);
  if (mode.mode === 'RECOVERING' && findRecoveryGaps(desk).length > 0) return;
  const wanted = strictest(desk, targetMode);
  if (wanted.mode !== mode.mode) setMode(desk, wanted.mode, wanted.actor, causeOf(desk, wanted));
}

/** The venue told us to stay away: from this answer on, not from the next tick. */
export function holdIfToldAway(desk: Desk, { orders }: VenueDesk): void {
  if (orders.findBlockedUntilMs(desk.nowMs) !== undefined) refreshMode(desk);
}

/**
 * An operator wants to trade, wholly or only to leave. What is not proven yet is proven first, and the
 * machine's own reasons to hold back still hold: it moves on by itself when they are gone.
 */
export function holdBack(desk: Desk): void {
  if (findRecoveryGaps(desk).length === 0) refreshMode(desk);
  else setMode(desk, 'RECOVERING', 'machine', 'not everything is proven yet');
}

/** Back where the start led, because what held us back has ended: that is the cause, not the start. */
function causeOf({ mode, targetMode }: Desk, wanted: ModeState): string {
  const wasHeld = mode.actor === 'machine' && mode.mode !== 'RECOVERING';
  const isBack = wanted === targetMode && wanted.actor === 'machine';
  return wasHeld && isBack ? `over: ${mode.cause}` : wanted.cause;
}

function strictest(desk: Desk, target: ModeState): ModeState {
  let wanted = target;
  for (const [cause, mode] of desk.holds.entries()) {
    if (isMoreCautious(mode, wanted.mode)) {
      wanted = { mode, actor: 'machine', cause, sinceMs: desk.nowMs };
    }
  }
  return wanted;
}

/** What is still missing before this start may trade; empty when nothing is. */
export function findRecoveryGaps(desk: Desk): string[] {
  if (desk.phase !== 'running') return ['the instruments are not known yet'];
  const gaps: string[] = [];
  const waitedMs = desk.nowMs - (desk.started?.atMs ?? desk.nowMs);
  for (const venue of desk.venues) {
    const name = venue.setup.venue;
    if (!venue.orders.isReconciled()) gaps.push(`${name}: orders and balances are not proven yet`);
    if (!venue.stream.isUp(desk.nowMs)) gaps.push(`${name}: account events do not arrive yet`);
    if (venue.feed.clockOffsetMs() === undefined) gaps.push(`${name}: clock not measured yet`);
    const leaseMs = venue.orders.leaseWaitEndMs() - desk.nowMs;
    if (leaseMs > 0) gaps.push(`${name}: lease wait, ${Math.ceil(leaseMs / 1_000)} s left`);
    if (waitedMs > FIRST_DATA_WAIT_MS) continue;
    for (const instrument of venue.instruments) {
      if (venue.feed.top(instrument.index) === undefined) {
        gaps.push(`${name}: no data of ${instrument.symbol} yet`);
      }
    }
  }
  return gaps;
}
