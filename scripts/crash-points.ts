// Every durable write of every story, the last thing the process does; then its recovery, cut off the same way.
//
//   node scripts/bootstrap.mjs scripts/crash-points.ts [--only NAME] [--recovery N]
//
// --recovery N: how many writes of each recovery are cut off as well (default 6; 0: none).

import process from 'node:process';
import { parseArgs } from 'node:util';
import { CHECKERS } from '../src/sim/checkers/all.ts';
import { type CrashReport, runScenario } from '../src/sim/crash-points.ts';
import { CRASH_SCENARIOS, type CrashScenario } from '../src/sim/crash-scenarios.ts';
import { SIM_FAULTS } from '../src/sim/faults/catalogue.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, recovery: { type: 'string', default: '6' } },
});
const recoveryWritesCount = Number(values.recovery);

function main(): void {
  const chosen = CRASH_SCENARIOS.filter(({ name }) => (values.only ?? name) === name);
  if (chosen.length === 0) throw new Error(`no story is called ${values.only}`);
  const reports = chosen.map((scenario) => run(scenario));
  const sum = (of: (report: CrashReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const brokenCount = sum(({ broken }) => broken.length);
  process.stdout.write(
    `${reports.length} stories, ${sum(({ writesCount }) => writesCount)} writes, ` +
      `${sum(({ triedCount }) => triedCount)} crash points, ` +
      `${sum(({ checksCount }) => checksCount)} checks, ${brokenCount} violations\n`,
  );
  process.exitCode = brokenCount === 0 ? 0 : 1;
}

function run(scenario: CrashScenario): CrashReport {
  const report = runScenario(
    { catalogue: SIM_FAULTS, checkers: CHECKERS, scenario },
    recoveryWritesCount,
  );
  const { broken, triedCount, writesCount } = report;
  process.stdout.write(
    `${scenario.name.padEnd(32)} ${writesCount} writes, ${triedCount} crash points, ${broken.length} violations\n`,
  );
  for (const text of broken) process.stdout.write(`  ${text}\n`);
  return report;
}

main();
