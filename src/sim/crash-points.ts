import { type CrashRun, type CrashSetup, runCrash } from './crash-run.ts';
import type { KillPoint } from './process-killed.ts';

/** What all crash points of one story have shown. */
export interface CrashReport {
  /** Durable writes of the story when nobody cuts it off. */
  readonly writesCount: number;
  readonly triedCount: number;
  readonly checksCount: number;
  /** Each with the place of the kill. */
  readonly broken: readonly string[];
}

/**
 * The story cut off before and after each of its writes, and each recovery of these cut off before and
 * after each of its own first `recoveryWritesCount` writes: it must come to the same end.
 */
export function runScenario(setup: CrashSetup, recoveryWritesCount: number): CrashReport {
  const whole = runCrash(setup, []);
  const broken = tellViolations(whole);
  let triedCount = 0;
  let checksCount = whole.checksCount;
  for (const kill of everyKill(whole.commitsCount)) {
    const recovered = runCrash(setup, [kill]);
    triedCount += 1;
    checksCount += recovered.checksCount + recovered.endedBefore.size;
    broken.push(...tellViolations(recovered));
    broken.push(...compareOrders(whole, recovered, recovered.endedBefore));
    for (const { commit, when } of everyKill(recoveryWritesCount)) {
      const again = runCrash(setup, [kill, { commit: kill.commit + commit, when }]);
      triedCount += 1;
      checksCount += again.checksCount + recovered.begunBefore.size;
      broken.push(...tellViolations(again));
      broken.push(...compareOrders(recovered, again, recovered.begunBefore));
    }
  }
  return { writesCount: whole.commitsCount, triedCount, checksCount, broken };
}

function tellViolations(run: CrashRun): string[] {
  return run.violations.map(({ invariant, text }) => `${tellKills(run)}: ${invariant} ${text}`);
}

function tellKills({ kills }: CrashRun): string {
  if (kills.length === 0) return 'not killed';
  return `killed ${kills.map(({ commit, when }) => `${when} write ${commit}`).join(' and ')}`;
}

/** Before and after every durable write of the story. */
function everyKill(commitsCount: number): readonly KillPoint[] {
  return Array.from({ length: commitsCount }, (_, index) => index + 1).flatMap((commit) => [
    { commit, when: 'before' } as const,
    { commit, when: 'after' } as const,
  ]);
}

/**
 * Orders of which something else became in the second run. What had ended before a crash stays what it was, and
 * whether a recovery was itself cut off must not show in any order from before it.
 */
export function compareOrders(
  expected: CrashRun,
  actual: CrashRun,
  ids: ReadonlySet<string>,
): readonly string[] {
  return [...ids].flatMap((id) => {
    const [before, now] = [expected, actual].map(
      ({ orders }) => orders.get(id) ?? 'not in the journal',
    );
    return before === now ? [] : [`${tellKills(actual)}: I21 ${id}: ${before} or ${now}`];
  });
}
