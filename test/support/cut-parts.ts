import { expect } from 'vitest';
import { Random } from '../../src/domain/random.ts';

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
export function expectCutsUnseen<Part, State>(
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
