import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../src/domain/random.ts';
import type { FaultTarget } from '../../src/exchange/faults/fault.ts';
import type { FaultOrder } from '../../src/exchange/faults/fault-board.ts';
import type { DaemonProcess } from './daemon-process.ts';
import { describeKill } from './journal-at-rest.ts';
import type { SocketNight } from './socket-night.ts';

/** One way of choosing the moment. All but `whenever` wait for an order to be on its way first. */
export interface Aim {
  readonly name: string;
  /** Faults that keep an order on its way for a while; the first one tells when an order came. */
  readonly faults: readonly FaultOrder[];
  /** The kill falls within so long after the order came, or after the daemon was ready. */
  readonly withinMs: number;
}

const ORDER: FaultTarget = { channel: 'rest', method: 'POST', path: 'order' };
const REPORTS: FaultTarget = { channel: 'userStream' };

/** Nothing special; or the order, its answer and its reports are late, useless or lost. */
export const AIMS: readonly Aim[] = [
  // From its first page on: starting, asking, waiting for the first order, trading.
  { name: 'whenever', faults: [], withinMs: 8_000 },
  {
    name: 'order on its way',
    faults: [{ fault: 'delay', target: ORDER, settings: { delayMs: 250, where: 'before' } }],
    withinMs: 300,
  },
  {
    name: 'answer on its way',
    faults: [
      { fault: 'delay', target: ORDER, settings: { delayMs: 200, where: 'after' } },
      { fault: 'delay', target: REPORTS, settings: { delayMs: 400, where: 'frames' } },
    ],
    withinMs: 230,
  },
  {
    name: 'answer useless',
    faults: [
      { fault: 'error-after', target: ORDER },
      { fault: 'delay', target: REPORTS, settings: { delayMs: 1_000, where: 'frames' } },
    ],
    withinMs: 200,
  },
  {
    name: 'answer lost',
    faults: [
      { fault: 'lose-answer', target: ORDER },
      { fault: 'delay', target: REPORTS, settings: { delayMs: 2_000, where: 'frames' } },
    ],
    withinMs: 400,
  },
  {
    name: 'order lost',
    faults: [{ fault: 'lose-answer', target: ORDER, settings: { where: 'before' } }],
    withinMs: 1_500,
  },
];

export interface Kill {
  readonly aim: string;
  readonly afterMs: number;
  /** What the journal knew at that moment. */
  readonly hit: string;
}

/**
 * Lets a daemon trade, kills it, starts it again on the same data and the same exchange, `count` times.
 * Returns with the last daemon running and ready, no fault armed.
 */
export async function killAgainAndAgain(
  night: SocketNight,
  options: {
    readonly count: number;
    readonly seed: string;
    readonly onKill?: (kill: Kill, number: number) => void;
  },
): Promise<{ readonly kills: readonly Kill[]; readonly daemon: DaemonProcess }> {
  const random = Random.fromSeed(options.seed);
  const kills: Kill[] = [];
  for (let number = 1; number <= options.count; number++) {
    const aim = AIMS[number % AIMS.length] ?? AIMS[0];
    if (aim === undefined) throw new Error('no way to choose a moment');
    const daemon = night.startDaemon();
    const afterMs = Math.floor(random.float() * aim.withinMs);
    if (aim.faults.length === 0) await waitListening(daemon);
    else await waitOrder(night, daemon, aim);
    await delay(afterMs);
    await daemon.kill();
    night.exchange.clearFaults();
    const kill = { aim: aim.name, afterMs, hit: describeKill(night.readJournal().rows) };
    kills.push(kill);
    options.onKill?.(kill, number);
  }
  const daemon = night.startDaemon();
  await daemon.waitReady();
  return { kills, daemon };
}

/** From here on any moment may be the one: the start itself is part of the night. */
async function waitListening(daemon: DaemonProcess): Promise<void> {
  await daemon.waitFor('a page', async () => (await daemon.askText('/healthz')) !== '');
}

async function waitOrder(night: SocketNight, daemon: DaemonProcess, aim: Aim): Promise<void> {
  await daemon.waitReady();
  const [first] = aim.faults.map((fault) => night.exchange.armFault(fault));
  if (first === undefined) return;
  await daemon.waitFor('an order', async () => (await night.actedCount(first)) > 0, 60_000);
}

/** How often each thing was hit, most frequent first. */
export function countHits(kills: readonly Kill[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { hit } of kills) counts.set(hit, (counts.get(hit) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** The histogram as lines of text. */
export function drawHits(kills: readonly Kill[]): string {
  return countHits(kills)
    .map(([hit, count]) => `${hit.padEnd(24)} ${String(count).padStart(4)} ${'#'.repeat(count)}`)
    .join('\n');
}
