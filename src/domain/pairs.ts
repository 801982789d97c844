import { InvariantBroken } from './assert.ts';

/** Each part with what was saved of it; throws when a checkpoint is of another number of parts. */
export function inPairs<Part, Saved>(
  parts: readonly Part[],
  saved: readonly Saved[],
): readonly (readonly [Part, Saved])[] {
  if (parts.length !== saved.length) {
    throw new InvariantBroken(`${parts.length} parts, saved were ${saved.length}`);
  }
  const states = saved[Symbol.iterator]();
  return parts.flatMap((part) => {
    const state = states.next();
    return state.done ? [] : [[part, state.value] as const];
  });
}
