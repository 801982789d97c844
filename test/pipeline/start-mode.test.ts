import { expect, test } from 'vitest';
import { unixMs } from '../../src/domain/units.ts';
import { findTargetMode } from '../../src/pipeline/mode-machine.ts';
import { NOON_MS } from '../support/trading.ts';

const noon = unixMs(NOON_MS);

test('the cause of the mode tells the first start from every later one', () => {
  expect(findTargetMode([], false, 'ACTIVE', noon)).toMatchObject({
    mode: 'ACTIVE',
    cause: 'first start',
  });
  const rows = [
    { type: 'started', atMs: noon, epoch: 1, clean: true, configHash: 'c', buildId: 'b' },
  ] as const;
  expect(findTargetMode(rows, false, 'ACTIVE', noon)).toMatchObject({
    mode: 'ACTIVE',
    cause: 'started again',
  });
});
