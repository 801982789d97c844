// npm run mutants: daemons that are wrong in one way each, and whether the nights notice.
//
//   npm run mutants -- [NAME]... [--jobs J]
//
// Each patch of test/mutants/ is applied to a copy; its nights must break an invariant that its head names.
// Before that the source as it is runs through the very same nights, and nothing may break in them: a
// checker that breaks anyway catches every mutant and shows nothing.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Copy } from './mutants/copy.ts';
import { type Mutant, readMutants } from './mutants/mutant.ts';
import { BadArgument, parseJobs, readArguments } from './nights/command-line.ts';
import { ROOT } from './node-runtime.mjs';

const USAGE = `npm run mutants -- [NAME]... [--only NAME,NAME] [--jobs J]
  NAME         a patch of test/mutants/, without .patch; default all of them
  --only LIST  the same, with commas
  --jobs J     nights at a time, default 2`;

interface Ask {
  readonly mutants: readonly Mutant[];
  readonly jobs: number;
}

const ask = readArguments(USAGE, parseAsk);

const nightsReport = z.object({
  survival: z.object({
    nights: z.number(),
    invariants: z.array(z.object({ id: z.string(), brokenNights: z.number() })),
    breaks: z.array(z.object({ invariant: z.string(), violation: z.object({ text: z.string() }) })),
  }),
});

interface Verdict {
  readonly mutant: Mutant;
  readonly isCaught: boolean;
  readonly text: string;
}

function main(): void {
  const verdicts = ask.mutants.map((mutant) => {
    const verdict = judge(mutant);
    const mark = verdict.isCaught ? 'caught ' : 'MISSED ';
    process.stdout.write(`${mark} ${mutant.name.padEnd(36)} ${verdict.text}\n`);
    return verdict;
  });
  const missed = verdicts.filter(({ isCaught }) => !isCaught);
  process.stdout.write(
    `${verdicts.length} mutants, ${verdicts.length - missed.length} caught, ${missed.length} missed\n`,
  );
  process.exitCode = missed.length === 0 ? 0 : 1;
}

function parseAsk(args: readonly string[]): Ask {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { only: { type: 'string' }, jobs: { type: 'string', default: '2' } },
  });
  const wanted = [...positionals, ...(values.only?.split(',') ?? [])];
  const all = readMutants(join(ROOT, 'test', 'mutants'));
  const unknown = wanted.filter((one) => !all.some(({ name }) => name === one));
  if (unknown.length > 0) {
    const names = all.map(({ name }) => name).join(', ');
    throw new BadArgument(`no mutant is called ${unknown.join(' or ')}; there are ${names}`);
  }
  const mutants = all.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  return { mutants, jobs: parseJobs(values.jobs) };
}

type Report = z.infer<typeof nightsReport>;

/** What the nights of a mutant come to on the source of a copy, or why there is no report. */
function runNights(mutant: Mutant, copy: Copy): Report | string {
  const ran = spawnSync(process.execPath, nightsOf(mutant), {
    cwd: copy.folder,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (!ran.stdout.startsWith('{')) return `no report: ${ran.stderr.slice(-400)}`;
  return nightsReport.parse(JSON.parse(ran.stdout));
}

function nightsOf(mutant: Mutant): readonly string[] {
  if (mutant.isMemoryNight) return [join('scripts', 'memory-night.ts'), '--json'];
  const nights = join('scripts', 'nights.ts');
  const how = ['--jobs', String(ask.jobs), '--no-shrink', '--json'];
  if (mutant.schedule !== undefined) return [nights, '--schedule', mutant.schedule, ...how];
  const { faults, hours, name, seedsCount } = mutant;
  const drawn = ['--seeds', String(seedsCount), '--from', name, '--hours', String(hours)];
  return [nights, ...drawn, '--settings', 'usual', '--faults', faults, ...how];
}

function judge(mutant: Mutant): Verdict {
  const copy = new Copy(ROOT);
  const missed = (text: string): Verdict => ({ mutant, isCaught: false, text });
  try {
    const control = runNights(mutant, copy);
    if (typeof control === 'string') return missed(`without it: ${control}`);
    const anyway = control.survival.invariants.filter(({ brokenNights }) => brokenNights > 0);
    if (anyway.length > 0)
      return missed(`${anyway.map(({ id }) => id).join(' and ')} broke without it`);
    const problem = copy.apply(mutant.file);
    if (problem !== undefined) return missed(`does not apply: ${problem}`);
    const report = runNights(mutant, copy);
    return typeof report === 'string' ? missed(report) : decide(mutant, report);
  } finally {
    copy.remove();
  }
}

function decide(mutant: Mutant, { survival }: Report): Verdict {
  const broken = survival.invariants.filter(({ brokenNights }) => brokenNights > 0);
  const hits = broken.filter(({ id }) => mutant.caughtBy.includes(id));
  const tell = (found: typeof broken): string =>
    found.map(({ id, brokenNights }) => `${id} ${brokenNights}/${survival.nights}`).join(' ');
  const others = broken.filter(({ id }) => !mutant.caughtBy.includes(id));
  const first = survival.breaks.find(({ invariant }) => mutant.caughtBy.includes(invariant));
  if (hits.length === 0) {
    const found = others.length === 0 ? 'nothing broke' : `only ${tell(others)} broke`;
    return { mutant, isCaught: false, text: `${mutant.caughtBy.join(' or ')} held; ${found}` };
  }
  const beside = others.length === 0 ? '' : `, beside it ${tell(others)}`;
  return { mutant, isCaught: true, text: `${tell(hits)}${beside}: ${first?.violation.text ?? ''}` };
}

main();
