import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { FAULT_MOMENTS } from '../../src/sim/fault.ts';
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

/** Throws with the file's name when it is no night. */
export function readKeptNight(file: string): KeptNight {
  try {
    const { invariant, story, ...night } = KEPT.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { plan: { ...night, keptAs: basename(file, '.json') }, invariant, story };
  } catch (error) {
    throw new Error(`${file} holds no night`, { cause: error });
  }
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
