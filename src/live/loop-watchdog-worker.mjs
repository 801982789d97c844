import { appendFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { workerData } from 'node:worker_threads';

// Runs in its own thread: nothing here waits for the main loop, not even to write the line.
// Plain JavaScript: for one file with types a thread loads a compiler of its own, 11 MB that it never gives back.

const LOOK_MS = 500;
/** A pause of our own longer than this means that the whole machine slept: the loop gets its full time again. */
const SLEPT_MS = 5000;

/** @type {{ shared: SharedArrayBuffer, limitMs: number, logPath: string }} */
const watch = workerData;
const beats = new Int32Array(watch.shared);
const neverWoken = new Int32Array(new SharedArrayBuffer(4));

let lastBeat = Atomics.load(beats, 0);
let lastBeatAtMs = performance.now();
let lastLookAtMs = lastBeatAtMs;

for (;;) {
  Atomics.wait(neverWoken, 0, 0, LOOK_MS);
  const now = performance.now();
  const beat = Atomics.load(beats, 0);
  const slept = now - lastLookAtMs > SLEPT_MS;
  lastLookAtMs = now;
  if (beat !== lastBeat || slept) {
    lastBeat = beat;
    lastBeatAtMs = now;
  } else if (now - lastBeatAtMs > watch.limitMs) {
    kill(now - lastBeatAtMs);
  }
}

function kill(blockedMs) {
  const line = {
    level: 'fatal',
    atMs: Date.now(),
    event: 'loop.late',
    blockedMs: Math.round(blockedMs),
    limitMs: watch.limitMs,
    msg: 'the event loop is blocked: killed by the watchdog, the supervisor starts the next',
  };
  try {
    appendFileSync(watch.logPath, `${JSON.stringify(line)}\n`);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}
