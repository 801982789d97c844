import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Copy } from '../../scripts/mutants/copy.ts';
import { readMutants } from '../../scripts/mutants/mutant.ts';
import { CHECKERS } from '../../src/sim/checkers/all.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MUTANTS = readMutants(join(ROOT, 'test', 'mutants'));
/** Whoever runs a night twice compares; no checker of one night can. */
const SAME_TWICE = 'I20';

let copy: Copy | undefined;
afterEach(() => copy?.remove());

// A patch that no longer fits shows nothing, and nobody would notice before the nights run over it.
test('every mutant still applies to the source, alone', () => {
  copy = new Copy(ROOT);
  for (const { file, name } of MUTANTS) expect(copy.try(file), name).toBeUndefined();
});

test('every mutant names invariants that the nights check', () => {
  const checked = new Set([...CHECKERS.map(({ id }) => id), SAME_TWICE]);
  for (const { caughtBy, name } of MUTANTS) {
    expect(
      caughtBy.filter((id) => !checked.has(id)),
      name,
    ).toEqual([]);
  }
  expect(MUTANTS.length).toBeGreaterThanOrEqual(20);
});
