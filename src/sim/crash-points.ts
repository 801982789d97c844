import { type CrashRun, type CrashSetup, runCrash } from './crash-run.ts';
import { findUnshown } from './crash-shown.ts';
import type { KillPoint } from './process-killed.ts';

/** What all crash points of one story have shown. */
export interface CrashReport {
  /** Durable writes of the story when nobody cuts it off. */
  readonly writesCount: number;
  readonly triedCount: number;
  /** Of them those that cut a recovery off. */
  readonly recoveriesCount: number;
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
  const broken = [...findUnshown(setup.scenario, whole.shown), ...tellViolations(whole)];
  let triedCount = 0;
  let recoveriesCount = 0;
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
      recoveriesCount += 1;
      checksCount += again.checksCount + recovered.begunBefore.size;
      broken.push(...tellViolations(again));
      broken.push(...compareOrders(recovered, again, recovered.begunBefore));
    }
  }
  return { writesCount: whole.commitsCount, triedCount, recoveriesCount, checksCount, broken };
}

/** A page of the file, and what stands before it in the log. */
const FRAME_BYTES = 24 + 4_096;
/** Within a frame: in the head of it, and in its page. */
const INSIDE = [12, 24 + 1_000];

/**
 * The story ended by a power cut in the middle of its writes: the log holds the first bytes of a write, up to each of
 * its frames and into each of them, and the daemon starts on that. Of all these cuts every `stride`-th. Less than
 * the whole write must be as if it had never been.
 */
export function runTorn(setup: CrashSetup, stride: number): CrashReport {
  const whole = runCrash(setup, []);
  const broken = tellViolations(whole);
  const cuts = [...whole.walGrowth].flatMap(([commit, growth]) =>
    cutsOf(growth).map((tornBytes) => ({ commit, growth, tornBytes })),
  );
  const chosen = cuts.filter((_, place) => place % stride === 0);
  let checksCount = whole.checksCount;
  for (const { commit, growth, tornBytes } of chosen) {
    const torn = runCrash(setup, [{ commit, when: 'after', tornBytes }]);
    const expected = runCrash(setup, [{ commit, when: tornBytes < growth ? 'before' : 'after' }]);
    checksCount += torn.checksCount + torn.begunBefore.size;
    broken.push(...tellViolations(torn), ...compareOrders(whole, torn, torn.endedBefore));
    const [was, is] = [expected, torn].map(({ begunBefore }) => [...begunBefore].join());
    if (was !== is) broken.push(`${tellKills(torn)}: I21 orders ${is}, expected ${was}`);
    if (tornBytes < growth) broken.push(...compareOrders(expected, torn, expected.begunBefore));
  }
  const { commitsCount } = whole;
  const triedCount = chosen.length;
  return { writesCount: commitsCount, triedCount, recoveriesCount: 0, checksCount, broken };
}

/** From nothing of the write to all of it. */
function cutsOf(growth: number): readonly number[] {
  const framesCount = Math.floor(growth / FRAME_BYTES);
  // The first write has the head of the log before its frames.
  const headBytes = growth - framesCount * FRAME_BYTES;
  const frames = Array.from({ length: framesCount }, (_, n) => headBytes + n * FRAME_BYTES);
  const inside = frames.flatMap((at) => [at, ...INSIDE.map((bytes) => at + bytes)]);
  return growth <= 0 ? [] : [...new Set([0, ...inside, growth - 1, growth])];
}

function tellViolations(run: CrashRun): string[] {
  return run.violations.map(({ invariant, text }) => `${tellKills(run)}: ${invariant} ${text}`);
}

function tellKills({ kills }: CrashRun): string {
  if (kills.length === 0) return 'not killed';
  return `killed ${kills.map(tellKill).join(' and ')}`;
}

function tellKill({ commit, when, tornBytes }: KillPoint): string {
  if (tornBytes === undefined) return `${when} write ${commit}`;
  return `${tornBytes} bytes into write ${commit}`;
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
