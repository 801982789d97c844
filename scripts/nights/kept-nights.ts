import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { FAULT_MOMENTS, type SimFault } from '../../src/sim/fault.ts';
import { loadNightSettings } from '../../src/sim/settings.ts';
import { BadArgument } from './command-line.ts';
import type { NightPlan } from './words.ts';

/** A night that broke once, written down: it must never break again. */
export interface KeptNight {
  readonly plan: NightPlan;
  /** The invariant that it broke. */
  readonly invariant: string;
  /** What was wrong and what became of it, for people. */
  readonly story: string;
}

const FAULT = z.strictObject({
  name: z.string(),
  atMs: z.number().nonnegative(),
  durationMs: z.number().nonnegative(),
  moment: z.enum(FAULT_MOMENTS),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

/** Whether they are settings at all is looked at when the night begins. */
const SETTINGS = z.strictObject({
  profile: z.string(),
  change: z.record(z.string(), z.json()),
  reentryCooldownMs: z.number().nonnegative().optional(),
});

const KEPT = z.strictObject({
  seed: z.string(),
  hours: z.number().positive(),
  settings: SETTINGS.optional(),
  schedule: z.array(FAULT),
  invariant: z.string(),
  story: z.string(),
});

const PROBLEMS_TOLD = 3;

/** Throws `BadArgument`, with what was found in the file, where, and what was expected, when it is no night. */
export function readKeptNight(file: string): KeptNight {
  const parsed = KEPT.safeParse(readJson(file));
  if (!parsed.success) throw noNight(file, ...parsed.error.issues.map(tellIssue));
  const { invariant, story, ...night } = parsed.data;
  return { plan: { ...night, keptAs: basename(file, '.json'), file }, invariant, story };
}

/** The same, of which nothing is left to break when the night begins: its faults exist, its settings are valid. */
export function readAskedNight(file: string, catalogue: ReadonlyMap<string, SimFault>): KeptNight {
  const night = readKeptNight(file);
  const { schedule, settings } = night.plan;
  const problems = schedule.flatMap(({ name }, n) =>
    catalogue.has(name) ? [] : [`schedule[${n}].name: found ${name}, expected the name of a fault`],
  );
  if (problems.length > 0) throw noNight(file, ...problems);
  try {
    loadNightSettings(settings?.change, settings?.reentryCooldownMs);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw noNight(file, `settings.change: ${error.message}`);
  }
  return night;
}

function readJson(file: string): unknown {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new BadArgument(`found no file ${file}, expected a night that was written down`);
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw noNight(file, error.message);
  }
}

function noNight(file: string, ...problems: readonly string[]): BadArgument {
  const told = problems.slice(0, PROBLEMS_TOLD);
  const more = problems.length > told.length ? `; and ${problems.length - told.length} more` : '';
  return new BadArgument(`${file} holds no night: ${told.join('; ')}${more}`);
}

/** `schedule[2].atMs: expected number, found nothing`. */
function tellIssue({ message, path }: z.core.$ZodIssue): string {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`));
  const what = message
    .replace('Invalid input: ', '')
    .replace('received undefined', 'found nothing')
    .replace('received', 'found');
  return `${place.join('').replace(/^\./, '') || 'the file'}: ${what}`;
}

/** Every kept night of a folder, by name. */
export function readKeptNights(folder: string): readonly KeptNight[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => readKeptNight(join(folder, name)));
}

export function writeKeptNight(file: string, { plan, invariant, story }: KeptNight): void {
  const { seed, hours, schedule, settings } = plan;
  mkdirSync(dirname(file), { recursive: true });
  const night = { seed, hours, invariant, story, settings, schedule };
  writeFileSync(file, `${JSON.stringify(night, null, 2)}\n`);
}
