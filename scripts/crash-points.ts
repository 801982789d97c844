// Every durable write of every story, the last thing the process does; then its recovery, cut off the same way.
//
// And the power cut in the middle of each write: the log ends at each of its frames, and within each.
//
//   node scripts/bootstrap.mjs scripts/crash-points.ts [--only STORY] [--recovery N] [--torn N]
//
// Exit code 1 on a violation, and when nothing was tried of a kind that was asked for; 2 on arguments that nobody can mean.

import process from 'node:process';
import { CHECKERS } from '../src/sim/checkers/all.ts';
import { type CrashReport, runScenario, runTorn } from '../src/sim/crash-points.ts';
import { CRASH_SCENARIOS, type CrashScenario } from '../src/sim/crash-scenarios.ts';
import { SIM_FAULTS } from '../src/sim/faults/catalogue.ts';
import { readArguments } from './nights/command-line.ts';
import { CRASH_USAGE, findUntried, parseCrashAsk } from './nights/crash-ask.ts';

const STORIES = CRASH_SCENARIOS.map(({ name }) => name);
const ask = readArguments(CRASH_USAGE, (args) => parseCrashAsk(args, STORIES));

interface Outcome {
  readonly reports: readonly CrashReport[];
  readonly untried: readonly string[];
}

function main(): void {
  const chosen = CRASH_SCENARIOS.filter(({ name }) => ask.stories.includes(name));
  const outcomes = chosen.map((scenario) => run(scenario));
  const reports = outcomes.flatMap((outcome) => outcome.reports);
  const untried = outcomes.flatMap((outcome) => outcome.untried);
  const sum = (of: (report: CrashReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const brokenCount = sum(({ broken }) => broken.length);
  for (const text of untried) process.stdout.write(`FAILED: ${text}\n`);
  process.stdout.write(
    `${chosen.length} stories, ${sum(({ writesCount }) => writesCount)} writes, ` +
      `${sum(({ triedCount }) => triedCount)} crash points, ` +
      `${sum(({ checksCount }) => checksCount)} checks, ${brokenCount} violations\n`,
  );
  process.exitCode = brokenCount === 0 && untried.length === 0 ? 0 : 1;
}

function run(scenario: CrashScenario): Outcome {
  const { name } = scenario;
  const setup = { catalogue: SIM_FAULTS, checkers: CHECKERS, scenario };
  const killed = tell(name, runScenario(setup, ask.recoveryWritesCount), 'crash points');
  const torn =
    ask.tornStride === 0 ? undefined : tell(name, runTorn(setup, ask.tornStride), 'torn writes');
  const untried = findUntried(ask, { killed, torn }).map((kind) => `${name}: 0 ${kind} were tried`);
  // Its writes are counted already.
  return {
    reports: torn === undefined ? [killed] : [killed, { ...torn, writesCount: 0 }],
    untried,
  };
}

function tell(name: string, report: CrashReport, what: string): CrashReport {
  const { broken, triedCount, writesCount } = report;
  process.stdout.write(
    `${name.padEnd(32)} ${writesCount} writes, ${triedCount} ${what}, ${broken.length} violations\n`,
  );
  for (const text of broken) process.stdout.write(`  ${text}\n`);
  return report;
}

main();
