import { join, relative, resolve } from 'node:path';
import type { Violation } from '../../src/sim/checker.ts';
import type { PlannedFault } from '../../src/sim/fault.ts';
import { ROOT } from '../node-runtime.mjs';
import type { Commit } from './commit.ts';
import { type ExpectedFailure, unexpectedOf } from './expected.ts';
import { writeKeptNight } from './kept-nights.ts';
import { type NightShape, type Shrunken, shrink } from './shrink.ts';
import { type Break, signOf } from './survival.ts';
import { HOST_DISK_FULL, HUNG, type NightOutcome, type NightPlan, SAME_TWICE } from './words.ts';

/** Broken nights are written down here; who keeps one moves it to `test/nights/regress/` with its story. */
export const BROKEN_NIGHTS = join(ROOT, 'logs', 'nights');
const RUNS_MAX = 100;

export interface Smaller {
  readonly broken: Break;
  /** How the smaller night breaks; without one, how the whole night does. */
  readonly violation: Violation;
  /** `undefined`: nothing smaller was looked for. */
  readonly shrunken: Shrunken | undefined;
  /** Where the night is written down. */
  readonly file: string;
}

export interface ShrinkParts {
  /** Where it is written down. */
  readonly folder: string;
  readonly run: (plan: NightPlan) => Promise<NightOutcome>;
  readonly jobs: number;
  readonly expected: readonly ExpectedFailure[];
  readonly untilMs: number;
}

/** Looks for the smallest night that still breaks the same invariant, and writes it down. */
export async function makeSmaller(broken: Break, parts: ShrinkParts): Promise<Smaller> {
  const { invariant, outcome, violation } = broken;
  const { plan, startMs } = outcome;
  const { seed, settings } = plan;
  // One that hangs takes minutes each time; one that differs from itself, or had no room, does by something outside of it.
  const isOfHost = violation.text.startsWith(HOST_DISK_FULL);
  const isHopeless = invariant === HUNG || invariant === SAME_TWICE || isOfHost;
  if (isHopeless) return asItIs(broken, parts.folder);
  const sign = signOf(violation);
  const seen = new Map<NightShape, Violation>();
  const shrunken = await shrink({
    from: plan,
    brokeAtMs: violation.atMs > startMs ? violation.atMs - startMs : undefined,
    breaks: async (shape) => {
      const tried = await parts.run({ seed, settings, ...shape });
      const same = unexpectedOf(tried, parts.expected).find((one) => signOf(one) === sign);
      if (same !== undefined) seen.set(shape, same);
      return same !== undefined;
    },
    jobs: parts.jobs,
    runsMax: RUNS_MAX,
    nowMs: () => performance.now(),
    untilMs: parts.untilMs,
  });
  const now = seen.get(shrunken.shape) ?? violation;
  const file = writeDown(broken, now, shrunken.shape, parts.folder);
  return { broken, violation: now, shrunken, file };
}

/** The same without looking. */
export function asItIs(broken: Break, folder: string): Smaller {
  const { outcome, violation } = broken;
  const file = writeDown(broken, violation, outcome.plan, folder);
  return { broken, violation, shrunken: undefined, file };
}

function writeDown(
  { invariant, outcome }: Break,
  { text: story }: Violation,
  { hours, schedule }: NightShape,
  folder: string,
): string {
  const { seed, settings } = outcome.plan;
  const name = `${invariant}-${seed}`.replaceAll(/[^\w.-]/g, '_');
  const place = join(folder, `${name}.json`);
  const { plan } = outcome;
  // A night that was read from there stays what it is, and its smaller one lies beside it.
  const isTaken = plan.file !== undefined && resolve(plan.file) === place;
  const isSmaller = isTaken && schedule !== plan.schedule;
  const file = isSmaller ? join(folder, `${name}-smaller.json`) : place;
  writeKeptNight(file, { plan: { seed, hours, schedule, settings }, invariant, story });
  return fromRoot(file);
}

/** As `npm run` sees it, which begins in the root wherever it is typed. */
function fromRoot(file: string): string {
  return relative(ROOT, resolve(file));
}

/** As a shell must be given it. */
function quoted(word: string): string {
  return /^[\w.,:/=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What a person needs to know and to type. */
export function brokenLines(smaller: Smaller, commit: Commit, sameAsk: string): readonly string[] {
  const { broken, file, shrunken, violation } = smaller;
  const { invariant, nights, outcome } = broken;
  const { plan, startMs } = outcome;
  const others = nights === 1 ? '' : ` (one of ${nights} nights)`;
  const shown = shrunken?.shape ?? plan;
  return [
    '',
    `BROKEN ${invariant}: seed ${plan.seed}${others}, commit ${commit.id}${commit.isChanged ? ' with changes' : ''}`,
    `  ${clockOf(violation.atMs - startMs)} ${violation.text.replaceAll('\n', '\n  ')}`,
    `  wrong then: ${violation.faults.join(', ') || 'nothing'}`,
    ...(plan.settings === undefined ? [] : [`  settings: ${JSON.stringify(plan.settings)}`]),
    shrunkenLine(smaller),
    ...shown.schedule.map((fault) => `    ${faultLine(fault)}`),
    `  again: npm run nights -- --schedule ${quoted(file)}`,
    plan.file === undefined
      ? `  whole: npm run nights -- --seed ${quoted(plan.seed)} --hours ${plan.hours}${sameAsk}`
      : `  whole: npm run nights -- --schedule ${quoted(fromRoot(plan.file))}`,
  ];
}

function shrunkenLine({ broken, shrunken }: Smaller): string {
  const { hours, schedule } = broken.outcome.plan;
  const whole = `${schedule.length} faults in ${Number(hours.toFixed(2))} h`;
  if (shrunken === undefined) return `  not shrunk: ${whole}`;
  const time = shrunken.isMinimal ? '' : ', and there was no time for more';
  const { shape } = shrunken;
  return (
    `  shrunk in ${shrunken.runs} runs from ${whole} to ${shape.schedule.length} faults ` +
    `in ${Number(shape.hours.toFixed(2))} h${time}:`
  );
}

/** One fault of a schedule, for people. */
function faultLine({ atMs, durationMs, moment, name, parameters }: PlannedFault): string {
  const told = Object.keys(parameters).length === 0 ? '' : ` ${JSON.stringify(parameters)}`;
  const when = moment === 'atOnce' ? '' : `, at ${moment}`;
  return `${clockOf(atMs)} ${name} for ${(durationMs / 1_000).toFixed(1)} s${when}${told}`;
}

/** `h:mm:ss.mmm` after the beginning of the night. */
function clockOf(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const seconds = (ms / 1_000) % 60;
  const rest = seconds.toFixed(3).padStart(6, '0');
  return `+${Math.floor(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${rest}`;
}
