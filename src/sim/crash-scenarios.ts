import type { JournalRowType } from '../domain/journal-row.ts';
import { Random } from '../domain/random.ts';
import type { PlannedFault, SimFault } from './fault.ts';
import type { SettingsChange } from './settings.ts';

/** A short story in which orders are under way, to be cut off at every write. */
export interface CrashScenario {
  readonly name: string;
  /** Decides market and chance. */
  readonly seed: string;
  /** What is wrong while orders leave. */
  readonly faults: readonly ScenarioFault[];
  /** What it must have written when nobody cuts it off, at least so many rows of a kind. */
  readonly rows: Rows;
  /** Orders that leave while something is wrong, or at all where nothing is: at least so many. */
  readonly ordersMin: number;
  /** What it needs otherwise than the usual settings. */
  readonly settings?: SettingsChange | undefined;
  /** True time at which it begins, Unix ms; without it that of every night. */
  readonly startMs?: number | undefined;
}

export type Rows = Readonly<Partial<Record<JournalRowType, number>>>;

/** What is not told comes as in every story: all of it, as soon as the first orders can leave. */
export interface ScenarioFault extends Partial<Omit<PlannedFault, 'name'>> {
  readonly name: string;
}

/** A night in which midnight comes half way through a story. */
const BEFORE_MIDNIGHT_MS = Date.UTC(2026, 10, 20, 23, 59, 38);

/** Everything that can become of an order on its way, and of the news about it, alone and in pairs. */
// biome-ignore format: a table
export const CRASH_SCENARIOS: readonly CrashScenario[] = [
  { name: 'nothing wrong', seed: 'quiet-1', faults: [], rows: { filled: 4 }, ordersMin: 4 },
  { name: 'nothing wrong, another market', seed: 'quiet-2', faults: [], rows: { filled: 8 }, ordersMin: 8 },
  { name: 'midnight', seed: 'quiet-2', faults: [], rows: { dayOpened: 2, filled: 6 }, ordersMin: 6, startMs: BEFORE_MIDNIGHT_MS },
  { name: 'answers are lost', seed: 'a', faults: [{ name: 'order.answer_lost' }], rows: { filled: 3 }, ordersMin: 3 },
  { name: 'answers are lost, and reports too', seed: 'a', faults: [{ name: 'order.answer_lost' }, { name: 'fill.untold', parameters: { what: 'all reports' } }], rows: { unknown: 2, filled: 2 }, ordersMin: 2 },
  { name: 'errors after acceptance', seed: 'b', faults: [{ name: 'order.error_after' }], rows: { filled: 3 }, ordersMin: 3 },
  { name: 'errors, never accepted', seed: 'errors-never-8', faults: [{ name: 'order.error_before' }], rows: { unknown: 3, absent: 2 }, ordersMin: 3 },
  { name: 'orders are lost', seed: 'd', faults: [{ name: 'order.lost' }], rows: { unknown: 2, absent: 2 }, ordersMin: 2 },
  { name: 'no byte leaves', seed: 'no-byte-12', faults: [{ name: 'order.not_sent' }], rows: { voided: 4 }, ordersMin: 4 },
  { name: 'orders appear late', seed: 'f', faults: [{ name: 'order.appears_late' }], rows: { unknown: 2, filled: 2 }, ordersMin: 2 },
  { name: 'garbled answers', seed: 'g', faults: [{ name: 'order.answer_garbled' }], rows: { unknown: 2, filled: 2 }, ordersMin: 2 },
  { name: 'connections are reset', seed: 'connections-are-11', faults: [{ name: 'order.reset' }], rows: { unknown: 2, absent: 1, filled: 1 }, ordersMin: 2 },
  { name: 'requests are repeated', seed: 'requests-are-15', faults: [{ name: 'order.repeated', atMs: 15_000, parameters: { afterMs: 900 } }], rows: { filled: 6, mode: 2 }, ordersMin: 2 },
  { name: 'slow answers', seed: 'j', faults: [{ name: 'order.slow' }], rows: { filled: 3 }, ordersMin: 3 },
  { name: 'refused for funds', seed: 'refused-for-24', faults: [{ name: 'order.refused_funds' }], rows: { rejected: 3 }, ordersMin: 3 },
  { name: 'answers lost, sockets cut', seed: 'l', faults: [{ name: 'order.answer_lost' }, { name: 'socket.cut', moment: 'orderTaken' }], rows: { filled: 3 }, ordersMin: 3 },
  { name: 'answers lost, market silent', seed: 'm', faults: [{ name: 'order.answer_lost' }, { name: 'feed.silent', moment: 'orderLeft', durationMs: 12_000 }], rows: { filled: 2 }, ordersMin: 2 },
  { name: 'orders rest, and a person halts', seed: 'orders-rest-8', faults: [{ name: 'cancel.troubled', durationMs: 25_000, parameters: { fate: 'answered', forMs: 0, isKilled: false } }], rows: { cancelRequested: 1, mode: 3, filled: 2 }, ordersMin: 2 },
  { name: 'orders rest, a person halts, cancels are lost', seed: 'orders-rest-4', faults: [{ name: 'cancel.troubled', durationMs: 25_000, parameters: { fate: 'never arrives', forMs: 8_000, isKilled: false } }], rows: { cancelRequested: 1, mode: 3, filled: 2 }, ordersMin: 1 },
  { name: 'a person flattens', seed: 'a-person-13', faults: [{ name: 'operator.flatten', moment: 'filled', durationMs: 12_000, parameters: { isDark: false } }], rows: { mode: 3, filled: 4 }, ordersMin: 2 },
  { name: 'a person flattens in the dark', seed: 'a-person-13', faults: [{ name: 'operator.flatten', moment: 'filled', durationMs: 12_000, parameters: { isDark: true } }, { name: 'fill.untold', parameters: { what: 'all reports' } }], rows: { mode: 3, unknown: 2, filled: 4 }, ordersMin: 2 },
  { name: 'a person reduces', seed: 'a-person-20', faults: [{ name: 'operator.reduce', moment: 'orderTaken', durationMs: 15_000 }], rows: { mode: 3, filled: 3 }, ordersMin: 1 },
  { name: 'orders are parked', seed: 'orders-are-6', faults: [{ name: 'order.unresolved', parameters: { lossMs: 15_000, isLost: false } }], rows: { unknown: 2, dead: 2, filled: 2 }, ordersMin: 2, settings: { execution: { deadAfterMs: 10_000 } } },
  { name: 'a person trades beside us', seed: 'a-person-7', faults: [{ name: 'order.by_hand', moment: 'orderTaken', durationMs: 15_000, parameters: { symbol: 'BTCUSDT', side: 'BUY' } }], rows: { external: 1, filled: 3 }, ordersMin: 2 },
  { name: 'the venue has larger lots, and goes back', seed: 'lots-go-18', faults: [{ name: 'rules.changed', atMs: 0, durationMs: 39_000, parameters: { symbol: 'ETHUSDT', tickTimes: 1, lotTimes: 10, notionalTimes: 1 } }, { name: 'process.killed', atMs: 40_000, durationMs: 1_000 }], rows: { regridded: 1, started: 2, filled: 8 }, ordersMin: 5, settings: { sizing: { orderNotional: '950' } } },
  { name: 'stopped in good order', seed: 'stopped-in-4', faults: [{ name: 'process.terminated', moment: 'orderLeft' }], rows: { stopped: 1, started: 2, filled: 4 }, ordersMin: 0 },
];

const BEGINS_MS = 3_000;
const LASTS_MS = 35_000;

/** The schedule of a story: all of it at once, as soon as the first orders can leave, hitting everything. */
export function planScenario(
  { faults, seed }: CrashScenario,
  catalogue: ReadonlyMap<string, SimFault>,
): readonly PlannedFault[] {
  return faults.map((fault) => {
    const { name } = fault;
    const kind = catalogue.get(name);
    if (kind === undefined) throw new Error(`no fault is called ${name}`);
    const { parameters } = kind.draw(Random.fromSeed(`${seed}/${name}`), { symbols: SYMBOLS });
    const always = 'share' in parameters ? { share: 1 } : {};
    return {
      atMs: BEGINS_MS,
      durationMs: LASTS_MS,
      moment: 'atOnce',
      ...fault,
      parameters: { ...parameters, ...always, ...fault.parameters },
    };
  });
}

/** As the venue spells them. */
const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];
