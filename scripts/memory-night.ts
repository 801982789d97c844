// node scripts/memory-night.ts [--json]: what three quiet hours leave in the heap.
//
// A night of its own, with nobody watching: checkers keep what they compare, and other nights of the same
// process leave compiled code and feedback behind. The exchange, which keeps its trades, and the daemon's
// order histories grow by 3 MB an hour together; whatever keeps something of each frame, of which there are
// 70,000 an hour, grows by far more. The report is that of `npm run nights`, with I18 alone.

import process from 'node:process';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';
import { SIM_FAULTS } from '../src/sim/faults/catalogue.ts';
import { SimNight } from '../src/sim/night.ts';
import { readArguments } from './nights/command-line.ts';

const HOUR_MS = 3_600_000;
/** Books, candles and learned limits are full by then, and the code is compiled. */
const WARM_HOURS = 1;
const HOURS = 3;
const BYTES_PER_HOUR_MAX = 7_000_000;

const USAGE = `node scripts/memory-night.ts [--json]
  --json  the report as JSON, as npm run nights prints it`;

const { values } = readArguments(USAGE, (args) =>
  parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false } } }),
);

/** Bytes that are reachable now, buffers outside the heap included. */
function weigh(collectGarbage: () => void): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function exposeGc(): () => void {
  setFlagsFromString('--expose-gc');
  return z.custom<() => void>((gc) => typeof gc === 'function').parse(runInNewContext('gc'));
}

function bytesPerHour(): number {
  const collectGarbage = exposeGc();
  const night = new SimNight({
    seed: 'memory',
    hours: HOURS,
    faults: [],
    catalogue: SIM_FAULTS,
    watchers: () => [],
  });
  try {
    night.waitMs(WARM_HOURS * HOUR_MS);
    const warmBytes = weigh(collectGarbage);
    night.waitMs((HOURS - WARM_HOURS) * HOUR_MS);
    return Math.round((weigh(collectGarbage) - warmBytes) / (HOURS - WARM_HOURS));
  } finally {
    night.close();
  }
}

const grown = bytesPerHour();
const isBroken = grown > BYTES_PER_HOUR_MAX;
const text = `${grown} bytes more an hour in a quiet night, limit ${BYTES_PER_HOUR_MAX}`;
if (values.json) {
  const invariants = [{ id: 'I18', brokenNights: isBroken ? 1 : 0 }];
  const breaks = isBroken ? [{ invariant: 'I18', violation: { text } }] : [];
  process.stdout.write(`${JSON.stringify({ survival: { nights: 1, invariants, breaks } })}\n`);
} else process.stdout.write(`${isBroken ? 'BROKEN I18' : 'ok'}: ${text}\n`);
process.exitCode = isBroken ? 1 : 0;
