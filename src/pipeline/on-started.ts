import type { Started } from '../domain/event.ts';
import { Random } from '../domain/random.ts';
import type { UnixMs } from '../domain/units.ts';
import { askBoots } from './boot.ts';
import { DecisionRecorder } from './decisions.ts';
import type { Desk } from './desk.ts';
import { findFirstOrderAtMs } from './first-day.ts';
import { findTargetMode } from './mode-machine.ts';
import { isFlatten } from './modes.ts';
import { TICK_MS } from './setup.ts';

export function onStarted(desk: Desk, event: Started): void {
  desk.started = event;
  desk.firstOrderAtMs = findFirstOrderAtMs(event.rows);
  desk.phase = 'booting';
  desk.lastTickAtMs = event.atMs;
  desk.recorder = DecisionRecorder.of(desk.setup);
  desk.generator = Random.fromSeed(`${event.seed}`);
  const { startMode } = desk.setup;
  desk.targetMode = findTargetMode(event.rows, event.haltLatched, startMode, event.atMs);
  desk.mustGoOnFlattening = isFlatten(desk.targetMode);
  if (desk.targetMode.mode === 'HALTED') desk.mode = desk.targetMode;
  else {
    desk.mode = { ...desk.mode, cause: 'start', sinceMs: event.atMs };
    desk.push([
      {
        type: 'logChange',
        event: 'process.started',
        message: findStartMessage(event),
        detail: { rows: event.rows.length, target: desk.targetMode.mode },
      },
    ]);
  }
  if (!event.clean) {
    desk.push([
      { type: 'raiseFault', fault: 'process.started', severity: 'warn', detail: { clean: false } },
    ]);
  }
  if (event.recentStartsCount >= desk.setup.recovery.crashLoopStarts) {
    const detail = { startsCount: event.recentStartsCount };
    desk.push([{ type: 'raiseFault', fault: 'process.crash_loop', severity: 'error', detail }]);
  }
  askBoots(desk);
  desk.out.push({ type: 'setTimer', timer: 'tick', atMs: (event.atMs + TICK_MS) as UnixMs });
}

function findStartMessage({ rows, clean }: Started): string {
  if (rows.length === 0) return 'started for the first time';
  return clean ? 'started after a clean stop' : 'started after an unclean stop';
}
