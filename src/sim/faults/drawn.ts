import { invariant } from '../../domain/assert.ts';
import type { Random } from '../../domain/random.ts';
import type { PlannedFault } from '../fault.ts';

/** Whole ms between two bounds, each order of magnitude alike: short faults are common, long ones rare. */
export function lasting(random: Random, msMin: number, msMax: number): number {
  return Math.round(msMin * Math.exp(Math.log(msMax / msMin) * random.float()));
}

export function oneOf<T>(random: Random, all: readonly T[]): T {
  const chosen = all[random.below(all.length)];
  invariant(chosen !== undefined, 'nothing to choose from');
  return chosen;
}

/** A random subset that is not empty, as one text. */
export function someOf(random: Random, all: readonly string[]): string {
  const some = all.filter(() => random.chance(0.5));
  return (some.length > 0 ? some : [oneOf(random, all)]).join(',');
}

/** In hundredths, so that a schedule is short to read. */
export function shareOf(random: Random, min: number, max: number): number {
  return Math.round((min + (max - min) * random.float()) * 100) / 100;
}

export function numberOf(plan: PlannedFault, name: string): number {
  const value = plan.parameters[name];
  invariant(typeof value === 'number', `${plan.name} needs the number ${name}`);
  return value;
}

export function textOf(plan: PlannedFault, name: string): string {
  const value = plan.parameters[name];
  invariant(typeof value === 'string', `${plan.name} needs the text ${name}`);
  return value;
}

/** What `someOf` drew. */
export function listOf(plan: PlannedFault, name: string): readonly string[] {
  return textOf(plan, name).split(',');
}
