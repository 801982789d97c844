import { Random } from '../domain/random.ts';
import type { PlannedFault, SimFault } from './fault.ts';

/** A short story in which orders are under way, to be cut off at every write. */
export interface CrashScenario {
  readonly name: string;
  /** Decides market and chance. */
  readonly seed: string;
  /** Names of what is wrong while orders leave. */
  readonly faults: readonly string[];
}

/** Everything that can become of an order on its way, and of the news about it, alone and in pairs. */
// biome-ignore format: a table
export const CRASH_SCENARIOS: readonly CrashScenario[] = [
  { name: 'nothing wrong', seed: 'quiet-1', faults: [] },
  { name: 'nothing wrong, another market', seed: 'quiet-2', faults: [] },
  { name: 'answers are lost', seed: 'a', faults: ['order.answer_lost'] },
  { name: 'errors after acceptance', seed: 'b', faults: ['order.error_after'] },
  { name: 'errors, never accepted', seed: 'c', faults: ['order.error_before'] },
  { name: 'orders are lost', seed: 'd', faults: ['order.lost'] },
  { name: 'no byte leaves', seed: 'e', faults: ['order.not_sent'] },
  { name: 'orders appear late', seed: 'f', faults: ['order.appears_late'] },
  { name: 'garbled answers', seed: 'g', faults: ['order.answer_garbled'] },
  { name: 'connections are reset', seed: 'h', faults: ['order.reset'] },
  { name: 'requests are repeated', seed: 'r', faults: ['order.repeated'] },
  { name: 'slow answers', seed: 'j', faults: ['order.slow'] },
  { name: 'refused for funds', seed: 'k', faults: ['order.refused_funds'] },
  { name: 'answers lost, sockets cut', seed: 'l', faults: ['order.answer_lost', 'socket.cut'] },
  { name: 'answers lost, market silent', seed: 'm', faults: ['order.answer_lost', 'feed.silent'] },
];

const BEGINS_MS = 3_000;
const LASTS_MS = 25_000;

/** The schedule of a story: all of it at once, as soon as the first orders can leave, hitting everything. */
export function planScenario(
  { faults, seed }: CrashScenario,
  catalogue: ReadonlyMap<string, SimFault>,
): readonly PlannedFault[] {
  return faults.map((name) => {
    const fault = catalogue.get(name);
    if (fault === undefined) throw new Error(`no fault is called ${name}`);
    const { parameters } = fault.draw(Random.fromSeed(`${seed}/${name}`), { symbols: SYMBOLS });
    const always = 'share' in parameters ? { share: 1 } : {};
    return {
      name,
      atMs: BEGINS_MS,
      durationMs: LASTS_MS,
      moment: 'atOnce',
      parameters: { ...parameters, ...always },
    };
  });
}

/** As the venue spells them. */
const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];
