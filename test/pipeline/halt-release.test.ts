import { expect, test } from 'vitest';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import { unixMs } from '../../src/domain/units.ts';
import { findReleasedHalt } from '../../src/pipeline/halt-release.ts';

const NOW = unixMs(1_000);

function mode(from: 'ACTIVE' | 'HALTED', to: 'ACTIVE' | 'HALTED'): JournalRow {
  return { type: 'mode', atMs: unixMs(1), from, to, actor: 'machine', cause: 'story' };
}

// A halt that nobody can leave is a daemon that has to be reinstalled.
test('halted, and the file was removed by a person: the start goes on, and the journal says who', () => {
  const released = findReleasedHalt([mode('ACTIVE', 'HALTED')], false, 'OBSERVING', NOW);
  expect(released).toMatchObject({ from: 'HALTED', to: 'OBSERVING', actor: 'operator' });
});

test('halted, and the file is still there: it stays so', () => {
  expect(findReleasedHalt([mode('ACTIVE', 'HALTED')], true, 'ACTIVE', NOW)).toBeUndefined();
});

test('never halted, or left long ago: nothing is released', () => {
  const left = [mode('ACTIVE', 'HALTED'), mode('HALTED', 'ACTIVE')];
  expect(findReleasedHalt(left, false, 'ACTIVE', NOW)).toBeUndefined();
  expect(findReleasedHalt([], false, 'ACTIVE', NOW)).toBeUndefined();
});
