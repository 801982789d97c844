import { readFileSync } from 'node:fs';
import process from 'node:process';

// Loaded before the daemon (`node --import`), so that a rehearsal can step the clock on its wall without
// being root: SIGUSR2 reads from a file by how many milliseconds `Date` is off from now on. The
// monotonic clock stays as it is, as it does when a real clock is stepped. The daemon's code is unchanged.

const file = process.env['REHEARSAL_CLOCK_FILE'] ?? '';
const SystemDate = Date;
const systemNow = Date.now;
let shiftMs = 0;

const steppedNow = () => systemNow() + shiftMs;

SystemDate.now = steppedNow;
globalThis.Date = new Proxy(SystemDate, {
  construct: (target, parts) =>
    parts.length === 0 ? new target(steppedNow()) : Reflect.construct(target, parts),
});

process.on('SIGUSR2', () => {
  shiftMs = Math.round(Number(readFileSync(file, 'utf8')));
});
