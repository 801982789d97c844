// npm run nights: the daemon in a made-up world, night after night, and what it survived. USAGE tells the rest.
// Exit code 1 on anything broken that must not be, 2 on arguments that nobody can mean.

import { join } from 'node:path';
import process from 'node:process';
import { CHECKERS } from '../src/sim/checkers/all.ts';
import { SIM_FAULTS } from '../src/sim/faults/catalogue.ts';
import { DRAWN, parseAsk, seedAt, settingsOf, USAGE } from './nights/arguments.ts';
import {
  asItIs,
  BROKEN_NIGHTS,
  brokenLines,
  makeSmaller,
  type Smaller,
} from './nights/broken-night.ts';
import { orRefuse, readArguments } from './nights/command-line.ts';
import { findCommit } from './nights/commit.ts';
import { drawFaults } from './nights/draw-faults.ts';
import { readExpected, unexpectedOf } from './nights/expected.ts';
import { readAskedNight, readKeptNights } from './nights/kept-nights.ts';
import { runNights } from './nights/run-nights.ts';
import { findFailures, surviveOf } from './nights/survival.ts';
import { survivalLines } from './nights/survival-table.ts';
import type { NightOutcome, NightPlan } from './nights/words.ts';
import { NightWorkers } from './nights/workers.ts';
import { ROOT } from './node-runtime.mjs';

const NIGHTS = join(ROOT, 'test', 'nights');
/** Of different invariants; of one, a single night is made smaller. */
const SHRUNKEN_MAX = 5;
const SHRINK_MS_EACH = 120_000;
const SHRINK_MS_ALL = 300_000;

// Who stops reading, as `| head` does, ends the run.
process.stdout.on('error', () => process.exit(1));

const commit = findCommit();
const ask = readArguments(USAGE, (args) => parseAsk(args, SIM_FAULTS, commit.id));
const askedFile = ask.nights.type === 'schedule' ? ask.nights.file : undefined;
const written =
  askedFile === undefined ? undefined : orRefuse(() => readAskedNight(askedFile, SIM_FAULTS)).plan;
const say = (line: string): void =>
  void (ask.isJson ? process.stderr : process.stdout).write(`${line}\n`);

const regress = readKeptNights(join(NIGHTS, 'regress'));
const expected = readExpected(join(NIGHTS, 'expected.json'), {
  invariants: CHECKERS.map(({ id }) => id),
  faults: [...SIM_FAULTS.keys()],
  keptNights: regress.map(({ plan }) => plan.keptAs ?? ''),
});
const isWhole = ask.nights.type === 'seeds';
const kept = isWhole ? regress : [];
const workers = new NightWorkers({ jobs: ask.jobs });
process.on('exit', () => workers.close());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(130));

say(
  `commit ${commit.id}${commit.isChanged ? ' with changes' : ''}, node ${process.versions.node}, ` +
    `${ask.jobs} at a time, ${SIM_FAULTS.size} faults, ${CHECKERS.length} checkers, ${kept.length} kept nights`,
);
const run = (plan: NightPlan): Promise<NightOutcome> => workers.run(plan);
const nowMs = (): number => performance.now();
const ran = await runNights({
  kept: kept.map(({ plan }) => plan),
  drawn: planOf,
  run,
  jobs: ask.jobs,
  nowMs,
  untilMs: ask.minutes === undefined ? undefined : nowMs() + ask.minutes * 60_000,
  onEnded: (outcome) => say(nightLine(outcome)),
});
const survival = surviveOf(ran, { checkers: CHECKERS, catalogue: SIM_FAULTS, expected });
for (const line of survivalLines(survival)) say(line);

const folder = BROKEN_NIGHTS;
const smaller: Smaller[] = [];
const sameAsk =
  (ask.faultNames === undefined ? '' : ` --faults ${ask.faultNames.join(',') || 'none'}`) +
  (ask.settings === DRAWN ? '' : ` --settings ${ask.settings}`);
const shrinkUntilMs = nowMs() + SHRINK_MS_ALL;
for (const [index, broken] of survival.breaks.entries()) {
  const untilMs = Math.min(nowMs() + SHRINK_MS_EACH, shrinkUntilMs);
  const found =
    ask.isShrinking && index < SHRUNKEN_MAX
      ? await makeSmaller(broken, { run, jobs: ask.jobs, expected, folder, untilMs })
      : asItIs(broken, folder);
  smaller.push(found);
  for (const line of brokenLines(found, commit, sameAsk)) say(line);
}
workers.close();

const failures = findFailures(survival, isWhole);
say('');
for (const failure of failures) say(`FAILED: ${failure}`);
say(failures.length === 0 ? 'every invariant held' : `${failures.length} reasons to look closer`);
if (ask.isJson) {
  const report = {
    commit,
    node: process.versions.node,
    survival,
    smaller,
    failures,
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}
process.exitCode = failures.length === 0 ? 0 : 1;

function planOf(index: number): NightPlan | undefined {
  const { hours, nights } = ask;
  if (nights.type === 'schedule') return index === 0 ? written : undefined;
  if (index >= (nights.type === 'seed' ? 1 : nights.count)) return undefined;
  const seed = nights.type === 'seed' ? nights.seed : seedAt(nights.from, index);
  const settings = settingsOf(ask, seed);
  return { seed, hours, schedule: drawFaults(seed, hours, ask.faultNames), settings };
}

function nightLine(outcome: NightOutcome): string {
  const { counts, cpuMs, journalHash, plan, violations } = outcome;
  const broken = new Set(unexpectedOf(outcome, expected).map(({ invariant }) => invariant));
  const all = new Set(violations.map(({ invariant }) => invariant));
  const known = [...all].filter((invariant) => !broken.has(invariant));
  const verdict = [
    ...(broken.size > 0 ? [`BROKEN ${[...broken].join(' ')}`] : ['ok']),
    ...(known.length > 0 ? [`expected ${known.join(' ')}`] : []),
    ...(ask.isHashShown ? [journalHash] : []),
  ];
  return [
    (plan.keptAs ?? plan.seed).padEnd(16),
    `${Number(plan.hours.toFixed(2))} h`.padStart(7),
    (plan.settings?.profile ?? '').padStart(15),
    `${plan.schedule.length} faults`.padStart(12),
    `${counts.lives} lives`.padStart(10),
    `${counts.orders} orders`.padStart(13),
    `${(cpuMs / 1_000).toFixed(1)} s`.padStart(9),
    `  ${verdict.join(', ')}`,
  ].join('');
}
