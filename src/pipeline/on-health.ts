import type { HealthSampled } from '../domain/event.ts';
import type { Desk } from './desk.ts';
import { pushFeed } from './feed-effects.ts';
import { halt, hold } from './mode-machine.ts';
import { DISK_HALTED_BYTES, DISK_REDUCING_BYTES } from './setup.ts';

/** What the machine is like. An input of the gate, and sometimes a reason to hold back. */
export function onHealth(desk: Desk, event: HealthSampled): void {
  const hadRoom = (desk.health?.diskFreeBytes ?? Number.POSITIVE_INFINITY) >= DISK_REDUCING_BYTES;
  desk.health = event;
  const { diskFreeBytes } = event;
  if (diskFreeBytes !== undefined) {
    const isLow = diskFreeBytes < DISK_REDUCING_BYTES;
    hold(desk, 'little disk left', isLow, 'REDUCING');
    if (isLow && hadRoom) tellDiskLow(desk, diskFreeBytes);
    if (diskFreeBytes < DISK_HALTED_BYTES) halt(desk, `only ${diskFreeBytes} bytes of disk left`);
  }
  if (event.clockStepMs !== 0) onClockStep(desk, event.clockStepMs);
}

function tellDiskLow(desk: Desk, diskFreeBytes: number): void {
  const detail = { diskFreeBytes, limitBytes: DISK_REDUCING_BYTES };
  desk.out.push({ type: 'raiseFault', fault: 'disk.low', severity: 'error', detail });
}

/** A disk that is low for long is told again. */
export function tellDiskAgain(desk: Desk): void {
  const { diskFreeBytes } = desk.health ?? {};
  if (diskFreeBytes !== undefined && diskFreeBytes < DISK_REDUCING_BYTES) {
    tellDiskLow(desk, diskFreeBytes);
  }
}

/** Our wall clock was stepped: what was measured with it is void until measured again. */
function onClockStep(desk: Desk, stepMs: number): void {
  desk.lastTickAtMs = desk.nowMs;
  for (const venue of desk.venues) {
    pushFeed(desk, venue, venue.feed.onClockStep(stepMs, desk.nowMs));
    venue.clockOffsetMs = undefined;
  }
  desk.out.push({
    type: 'raiseFault',
    fault: 'clock.jumped',
    severity: 'warn',
    detail: { stepMs: Math.round(stepMs) },
  });
}
