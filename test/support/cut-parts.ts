import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { type UnixMs, unixMs } from '../../src/domain/units.ts';

/** Something that is saved and loaded, and how it is driven. */
export interface CutPart<Part, State> {
  readonly make: () => Part;
  readonly save: (part: Part) => State;
  /** A part made of what was saved, after a way through JSON text. */
  readonly load: (state: State) => Part;
  /** The next thing that happens, drawn once: it is then done to each part and tells all there is to see. */
  readonly next: (random: Random) => (part: Part) => unknown;
}

/**
 * Drives a part through `steps` random happenings and cuts now and then: from there on a part loaded
 * from the text of the first one's state must answer as it does, and be as it is at the end.
 */
function expectCutsUnseen<Part, State>(
  seed: string,
  steps: number,
  { make, save, load, next }: CutPart<Part, State>,
): void {
  const random = Random.fromSeed(seed);
  const first = make();
  const loaded: { readonly part: Part; readonly cutAt: number }[] = [];
  for (let step = 0; step < steps; step++) {
    if (random.chance(0.03)) {
      const text = JSON.stringify(save(first));
      const part = load(JSON.parse(text));
      expect(JSON.stringify(save(part)), `seed ${seed}, cut at step ${step}`).toBe(text);
      loaded.push({ part, cutAt: step });
    }
    const happen = next(random);
    const told = happen(first);
    for (const { part, cutAt } of loaded) {
      expect(happen(part), `seed ${seed}, cut at step ${cutAt}, now ${step}`).toEqual(told);
    }
  }
  const text = JSON.stringify(save(first));
  for (const { part, cutAt } of loaded) {
    expect(JSON.stringify(save(part)), `seed ${seed}, cut at step ${cutAt}`).toBe(text);
  }
}

const SEEDS = 8;
const STEPS = 300;

/** The same claim for each part; `newPart` begins its story anew for each seed. */
export function claimCutsUnseen<Part, State>(
  name: string,
  newPart: () => CutPart<Part, State>,
): void {
  test(`${name}: cut anywhere, what was loaded answers as what was saved`, () => {
    for (let number = 1; number <= SEEDS; number++) {
      expectCutsUnseen(`${name} ${number}`, STEPS, newPart());
    }
  });
}

/** For parts that are loaded in place. */
export function inPlace<State, Part extends { save(): State; load(state: State): void }>(
  make: () => Part,
): Pick<CutPart<Part, State>, 'make' | 'save' | 'load'> {
  return {
    make,
    save: (part) => part.save(),
    load(state) {
      const part = make();
      part.load(state);
      return part;
    },
  };
}

/** A clock that each draw moves on by up to `ms`, seldom by much more, and now and then back. */
export function newClock(ms: number): (random: Random) => UnixMs {
  let nowMs = 1_723_161_253_000;
  return (random) => {
    nowMs += random.chance(0.02) ? 60 * random.below(ms) : random.below(ms);
    if (random.chance(0.01)) nowMs -= 3 * ms;
    return unixMs(nowMs);
  };
}

export function pick<T>(random: Random, options: readonly T[]): T {
  const [first] = options;
  if (first === undefined) throw new Error('nothing to pick from');
  return options[random.below(options.length)] ?? first;
}
