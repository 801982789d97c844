import { CRASHED, HUNG, type NightOutcome, type NightPlan } from './words.ts';

/** One in so many nights is run a second time, in another process where there are two. */
const TWICE_ONE_IN = 10;

export interface NightsToRun {
  /** Run first, whatever the time. */
  readonly kept: readonly NightPlan[];
  /** Night number `index`, from 0; `undefined` behind the last. */
  readonly drawn: (index: number) => NightPlan | undefined;
  readonly run: (plan: NightPlan) => Promise<NightOutcome>;
  readonly jobs: number;
  readonly nowMs: () => number;
  /** No drawn night that would probably end after this begins. */
  readonly untilMs: number | undefined;
  /** Each night as it ends. */
  readonly onEnded: (outcome: NightOutcome) => void;
}

/** The same plan, run twice. */
export interface Twins {
  readonly first: NightOutcome;
  readonly second: NightOutcome;
}

export interface NightsRun {
  readonly kept: readonly NightOutcome[];
  /** In the order of their plans, whatever the order in which they ended. */
  readonly drawn: readonly NightOutcome[];
  readonly twins: readonly Twins[];
}

/** Runs the kept nights, then the drawn ones while there are any and time is left, always `jobs` at once. */
export async function runNights(options: NightsToRun): Promise<NightsRun> {
  const { jobs, onEnded, run } = options;
  const tasks = tasksOf(options);
  const kept: NightOutcome[] = [];
  const drawn: NightOutcome[] = [];
  const twins = new Map<number, NightOutcome>();
  const work = async (): Promise<void> => {
    for (let next = tasks.next(); next !== undefined; next = tasks.next()) {
      const beganAtMs = options.nowMs();
      const outcome = await run(next.plan);
      tasks.tookMs(options.nowMs() - beganAtMs);
      if (next.kind === 'again') {
        twins.set(next.index, outcome);
        continue;
      }
      (next.kind === 'kept' ? kept : drawn)[next.index] = outcome;
      onEnded(outcome);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  const pairs = [...twins].flatMap(([index, second]) => {
    const first = drawn[index];
    return first === undefined ? [] : [{ first, second }];
  });
  return { kept, drawn, twins: pairs };
}

interface Task {
  readonly kind: 'kept' | 'drawn' | 'again';
  readonly index: number;
  readonly plan: NightPlan;
}

function tasksOf({ kept, drawn, nowMs, untilMs }: NightsToRun) {
  const waiting: Task[] = kept.map((plan, index) => ({ kind: 'kept', index, plan }));
  let index = 0;
  let longestMs = 0;
  return {
    tookMs(ms: number): void {
      longestMs = Math.max(longestMs, ms);
    },
    next(): Task | undefined {
      const first = waiting.shift();
      if (first !== undefined) return first;
      if (untilMs !== undefined && index > 0 && nowMs() + longestMs > untilMs) return undefined;
      const plan = drawn(index);
      if (plan === undefined) return undefined;
      const task: Task = { kind: 'drawn', index, plan };
      if (index % TWICE_ONE_IN === 0) waiting.push({ ...task, kind: 'again' });
      index += 1;
      return task;
    },
  };
}

/** Whether a night broke off: what it has counted up to then depends on when. */
export function isBrokenOff({ broken }: NightOutcome): boolean {
  return (broken[CRASHED] ?? 0) + (broken[HUNG] ?? 0) > 0;
}

/** Where two runs of one plan differ; `undefined`: nowhere. Both came to their end. */
export function findDifference({ first, second }: Twins): string | undefined {
  const one = comparable(first);
  const two = comparable(second);
  const differing = Object.keys(one).filter((key) => one[key] !== two[key]);
  if (differing.length === 0) return undefined;
  return differing.map((key) => `${key}: ${one[key]}, then ${two[key]}`).join('; ');
}

function comparable(outcome: NightOutcome): Readonly<Record<string, string>> {
  const { journalHash, isSettled, counts, faultsBegan, checks, broken } = outcome;
  return {
    'journal hash': journalHash,
    settled: String(isSettled),
    ...Object.fromEntries(Object.entries(counts).map(([key, count]) => [key, String(count)])),
    'faults that began': JSON.stringify(faultsBegan),
    checks: JSON.stringify(checks),
    broken: JSON.stringify(broken),
  };
}
