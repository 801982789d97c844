// Every durable write of every story, the last thing the process does; then its recovery, cut off the same way.
//
// And the power cut in the middle of each write: the log ends at each of its frames, and within each.
//
//   node scripts/bootstrap.mjs scripts/crash-points.ts [--only NAME] [--recovery N] [--torn N]
//
// --recovery N: how many writes of each recovery are cut off as well (default 6; 0: none).
// --torn N: every N-th place in a write at which the power can fail (default 1: all; 0: none).

import process from 'node:process';
import { parseArgs } from 'node:util';
import { CHECKERS } from '../src/sim/checkers/all.ts';
import { type CrashReport, runScenario, runTorn } from '../src/sim/crash-points.ts';
import { CRASH_SCENARIOS, type CrashScenario } from '../src/sim/crash-scenarios.ts';
import { SIM_FAULTS } from '../src/sim/faults/catalogue.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    recovery: { type: 'string', default: '6' },
    torn: { type: 'string', default: '1' },
  },
});
const recoveryWritesCount = Number(values.recovery);
const stride = Number(values.torn);

function main(): void {
  const chosen = CRASH_SCENARIOS.filter(({ name }) => (values.only ?? name) === name);
  if (chosen.length === 0) throw new Error(`no story is called ${values.only}`);
  const reports = chosen.flatMap((scenario) => run(scenario));
  const sum = (of: (report: CrashReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const brokenCount = sum(({ broken }) => broken.length);
  process.stdout.write(
    `${chosen.length} stories, ${sum(({ writesCount }) => writesCount)} writes, ` +
      `${sum(({ triedCount }) => triedCount)} crash points, ` +
      `${sum(({ checksCount }) => checksCount)} checks, ${brokenCount} violations\n`,
  );
  process.exitCode = brokenCount === 0 ? 0 : 1;
}

function run(scenario: CrashScenario): readonly CrashReport[] {
  const setup = { catalogue: SIM_FAULTS, checkers: CHECKERS, scenario };
  const killed = tell(scenario.name, runScenario(setup, recoveryWritesCount), 'crash points');
  if (stride === 0) return [killed];
  // Its writes are counted already.
  const torn = tell(scenario.name, runTorn(setup, stride), 'torn writes');
  return [killed, { ...torn, writesCount: 0 }];
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
