import type { PlannedFault } from '../../src/sim/fault.ts';

/** A night as small as it may become. */
export interface NightShape {
  readonly hours: number;
  readonly schedule: readonly PlannedFault[];
}

export interface ShrinkOptions {
  readonly from: NightShape;
  /** When it broke, ms after the beginning of the night; `undefined`: nobody knows. */
  readonly brokeAtMs: number | undefined;
  /** Whether the same invariant still breaks. */
  readonly breaks: (shape: NightShape) => Promise<boolean>;
  /** So many are tried side by side. */
  readonly jobs: number;
  readonly runsMax: number;
  readonly nowMs: () => number;
  readonly untilMs: number;
}

export interface Shrunken {
  /** One that `breaks` was asked about, or the one that it began with. */
  readonly shape: NightShape;
  readonly runs: number;
  /** `false`: there was no time to try everything. */
  readonly isMinimal: boolean;
}

const HOUR_MS = 3_600_000;
/** Nights keep their last quarter of an hour calm; what follows needs some minutes more. */
const AFTER_BREAK_MS = 1_500_000;
const HOURS_MIN = 0.5;
const FIRST_FAULT_AT_MS = 120_000;
const DURATION_MS_MIN = 1_000;
/** Of a length: what is tried instead of it. */
const PARTS = [1 / 8, 1 / 4, 1 / 2, 3 / 4];
/** Of the quiet time before the first fault: how much of it is left out. */
const MOVED_SHARES = [1, 3 / 4, 1 / 2, 1 / 4];

/**
 * Makes a night that breaks smaller for as long as the same invariant breaks: cut off behind the break,
 * halves of what goes wrong dropped, then one by one, then all of it earlier, shorter, and the night too.
 * The same night gives the same answer, unless time runs out.
 */
export async function shrink(options: ShrinkOptions): Promise<Shrunken> {
  const shrinker = new Shrinker(options);
  await shrinker.cutBehind();
  await shrinker.dropFaults();
  await shrinker.moveEarlier();
  await shrinker.shortenFaults();
  await shrinker.shortenNight();
  return { shape: shrinker.shape, runs: shrinker.runs, isMinimal: !shrinker.isOutOfTime };
}

class Shrinker {
  shape: NightShape;
  runs = 0;
  isOutOfTime = false;
  readonly #options: ShrinkOptions;

  constructor(options: ShrinkOptions) {
    this.#options = options;
    this.shape = options.from;
  }

  async cutBehind(): Promise<void> {
    const { brokeAtMs } = this.#options;
    if (brokeAtMs === undefined) return;
    const { schedule, hours } = this.shape;
    const shorter = Math.min(hours, toHours(brokeAtMs + AFTER_BREAK_MS));
    const before = schedule.filter(({ atMs }) => atMs <= brokeAtMs);
    if (shorter === hours && before.length === schedule.length) return;
    await this.#tryAll([{ hours: shorter, schedule: before }]);
  }

  /** Zeller's delta debugging: ever smaller parts are left out, until no single one can be. */
  async dropFaults(): Promise<void> {
    if (this.shape.schedule.length > 0) await this.#tryAll([{ ...this.shape, schedule: [] }]);
    for (let parts = 2; this.shape.schedule.length > 1; ) {
      const { schedule } = this.shape;
      const size = Math.ceil(schedule.length / parts);
      const without = range(Math.ceil(schedule.length / size)).map((part) => ({
        ...this.shape,
        schedule: schedule.filter((_, index) => Math.floor(index / size) !== part),
      }));
      if (await this.#tryAll(without)) parts = Math.max(2, parts - 1);
      else if (size === 1 || this.isOutOfTime) return;
      else parts = Math.min(schedule.length, parts * 2);
    }
  }

  /** Everything that goes wrong comes sooner: a shorter night will do. */
  async moveEarlier(): Promise<void> {
    const { schedule, hours } = this.shape;
    const firstMs = Math.min(...schedule.map(({ atMs }) => atMs));
    const byMs = firstMs - FIRST_FAULT_AT_MS;
    if (schedule.length === 0 || byMs <= 0) return;
    const moved = MOVED_SHARES.map((share) => {
      const earlierMs = Math.round(byMs * share);
      return {
        hours: Math.max(HOURS_MIN, roundHours(hours - earlierMs / HOUR_MS)),
        schedule: schedule.map((fault) => ({ ...fault, atMs: fault.atMs - earlierMs })),
      };
    });
    await this.#tryAll(moved);
  }

  async shortenFaults(): Promise<void> {
    for (const index of range(this.shape.schedule.length)) {
      const { schedule } = this.shape;
      const durationMs = schedule[index]?.durationMs ?? 0;
      const shorter = PARTS.map((part) => Math.round(durationMs * part)).filter(
        (ms) => ms >= DURATION_MS_MIN,
      );
      await this.#tryAll(
        shorter.map((ms) => ({
          ...this.shape,
          schedule: schedule.map((fault, at) =>
            at === index ? { ...fault, durationMs: ms } : fault,
          ),
        })),
      );
    }
  }

  async shortenNight(): Promise<void> {
    const { hours, schedule } = this.shape;
    const shorter = PARTS.map((part) => roundHours(hours * part)).filter(
      (each) => each >= HOURS_MIN && each < hours,
    );
    await this.#tryAll(shorter.map((each) => ({ hours: each, schedule })));
  }

  /** The first of them that still breaks becomes the night; `false` when none does. */
  async #tryAll(shapes: readonly NightShape[]): Promise<boolean> {
    const { breaks, jobs, nowMs, runsMax, untilMs } = this.#options;
    for (let at = 0; at < shapes.length; at += jobs) {
      if (this.runs >= runsMax || nowMs() >= untilMs) {
        this.isOutOfTime = true;
        return false;
      }
      const together = shapes.slice(at, at + jobs);
      this.runs += together.length;
      const broke = await Promise.all(together.map(breaks));
      const found = together[broke.indexOf(true)];
      if (found === undefined) continue;
      this.shape = found;
      return true;
    }
    return false;
  }
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function toHours(ms: number): number {
  return roundHours(Math.max(HOURS_MIN, ms / HOUR_MS));
}

/** To minutes, upwards. */
function roundHours(hours: number): number {
  return Math.ceil(hours * 60) / 60;
}
