import { invariant } from '../domain/assert.ts';
import { Random } from '../domain/random.ts';
import type { DrawContext, FaultMoment, PlannedFault, SimFault } from './fault.ts';

const HOUR_MS = 3_600_000;
/** Of a night: how often something goes wrong in eight hours. */
const COUNT_MIN = 20;
const COUNT_MAX = 80;
/** One night in so many is a nearly quiet one. */
const QUIET_ONE_IN = 10;
const QUIET_COUNT_MAX = 8;
const FULL_NIGHT_HOURS = 8;
/** Which share of all kinds of fault a night knows. */
const KNOWN_SHARE_MIN = 0.15;
const KNOWN_SHARE_MAX = 0.8;
/** Of the time in which things may go wrong, how much may be wrong, each fault counted for itself. */
const TROUBLED_SHARE_MIN = 0.08;
const TROUBLED_SHARE_MAX = 0.4;
/** In so many nights everything comes alone; in the others up to so much of it together with something. */
const ALONE_SHARE = 0.3;
const TOGETHER_SHARE_MAX = 0.8;
/** The next fault follows so soon on the one before when they come together. */
const TOGETHER_MS = 45_000;
/** Within this the daemon has started and trades. */
const FIRST_AT_MS = 60_000;
/** What waits for its moment may begin so much later; see `FaultRunner`. */
const WAITS_MS = 120_000;

export const CALM_MS = 900_000;

export interface ScheduleOptions extends DrawContext {
  /** Decides the whole schedule. */
  readonly seed: string;
  readonly hours: number;
  readonly catalogue: ReadonlyMap<string, SimFault>;
  /** Names or families: a night knows these, all of them, and no other. */
  readonly only?: readonly string[] | undefined;
  /** The end of the night, in which nothing goes wrong any more. Default `CALM_MS`. */
  readonly calmMs?: number | undefined;
}

/**
 * What goes wrong in the night of a seed, by time. Every seed knows a random part of the catalogue and
 * has its own density: many faults hide one another, and a night of a few shows what a night of all
 * would not. Nothing begins, nor lasts into, the calm at the end.
 */
export function drawSchedule(options: ScheduleOptions): readonly PlannedFault[] {
  const random = Random.fromSeed(`${options.seed}/schedule`);
  const known = chooseKnown(random, options);
  const endMs = options.hours * HOUR_MS - (options.calmMs ?? CALM_MS) - WAITS_MS;
  const count = drawCount(random, options.hours);
  let leftMs = endMs * between(random, TROUBLED_SHARE_MIN, TROUBLED_SHARE_MAX);
  const togetherShare = random.chance(ALONE_SHARE) ? 0 : TOGETHER_SHARE_MAX * random.float();
  const planned: PlannedFault[] = [];
  for (let number = 0; number < count && endMs > FIRST_AT_MS; number++) {
    const before = planned.at(-1);
    const isTogether = before !== undefined && random.chance(togetherShare);
    const fault = chooseByShare(random, isTogether ? otherFamily(random, known, before) : known);
    const drawn = fault.draw(random, options);
    const atMs = isTogether
      ? before.atMs + Math.floor(random.float() * TOGETHER_MS)
      : Math.floor(between(random, FIRST_AT_MS, endMs));
    const moment = drawMoment(random, fault);
    // Drawn and dropped: what does not fit changes nothing of what comes after it.
    if (drawn.durationMs > leftMs || atMs + drawn.durationMs > endMs) continue;
    leftMs -= drawn.durationMs;
    planned.push({ name: fault.name, atMs, ...drawn, moment });
    if (moment === 'recovering' && mayKill(options)) planned.push(killAt(atMs));
  }
  return planned.sort((a, b) => a.atMs - b.atMs);
}

const KILL = 'process.killed';

/** What waits for a start needs one: the daemon is killed when it has begun to wait. */
function killAt(atMs: number): PlannedFault {
  return { name: KILL, atMs: atMs + 1, durationMs: 1_000, moment: 'atOnce', parameters: {} };
}

function mayKill({ catalogue, only }: ScheduleOptions): boolean {
  return catalogue.has(KILL) && (only === undefined || only.includes(KILL));
}

function chooseKnown(random: Random, { catalogue, only }: ScheduleOptions): readonly SimFault[] {
  const all = [...catalogue.values()];
  if (only !== undefined) {
    for (const word of only) {
      const isKnown = all.some(({ name, family }) => name === word || family === word);
      invariant(isKnown, `no fault and no family of faults is called ${word}`);
    }
    return all.filter(({ name, family }) => only.includes(name) || only.includes(family));
  }
  const share = between(random, KNOWN_SHARE_MIN, KNOWN_SHARE_MAX);
  // Each fault throws its own dice: a new one in the catalogue changes which others a seed knows not at all.
  const known = all.filter(({ name }) => dice(random, name) < share && shareOf(name));
  return known.length > 0 ? known : all.filter(({ name }) => shareOf(name));

  function shareOf(name: string): boolean {
    return (catalogue.get(name)?.share ?? 1) > 0;
  }
}

/** The same number for the same seed and name, whoever else is in the catalogue. */
function dice(random: Random, name: string): number {
  return Random.fromSeed(`${random.save().words.join('.')}/${name}`).float();
}

function drawCount(random: Random, hours: number): number {
  const isQuiet = random.chance(1 / QUIET_ONE_IN);
  const [min, max] = isQuiet ? [1, QUIET_COUNT_MAX] : [COUNT_MIN, COUNT_MAX];
  const perNight = min * Math.exp(Math.log(max / min) * random.float());
  return Math.max(1, Math.round((perNight * hours) / FULL_NIGHT_HOURS));
}

/**
 * What comes together is of different families, each of them as likely: two cuts of one line show less
 * than a cut and a kill.
 */
function otherFamily(
  random: Random,
  known: readonly SimFault[],
  before: PlannedFault,
): readonly SimFault[] {
  const familyBefore = known.find(({ name }) => name === before.name)?.family;
  const families = new Set(known.map(({ family }) => family));
  if (familyBefore !== undefined) families.delete(familyBefore);
  const family = [...families][random.below(Math.max(1, families.size))];
  return family === undefined ? known : known.filter((fault) => fault.family === family);
}

function chooseByShare(random: Random, known: readonly SimFault[]): SimFault {
  const weights = known.map(({ share = 1 }) => share);
  const sum = weights.reduce((a, b) => a + b, 0);
  let left = random.float() * sum;
  const chosen = known.find((_, at) => {
    left -= weights[at] ?? 0;
    return left < 0;
  });
  const fault = chosen ?? known.at(-1);
  invariant(fault !== undefined, 'a night needs a fault to choose from');
  return fault;
}

/** Half of all begin at an awkward instant, of those that have one. */
function drawMoment(random: Random, { moments }: SimFault): FaultMoment {
  const isAwkward = random.chance(0.5);
  const moment = moments[random.below(Math.max(1, moments.length))];
  return isAwkward && moment !== undefined ? moment : 'atOnce';
}

function between(random: Random, min: number, max: number): number {
  return min + (max - min) * random.float();
}
