import { expect, test } from 'vitest';
import { UntoldLoss } from '../../src/store/untold-loss.ts';

test('a disk refuses all night: the latest hundred damaged files are named, and none once a file has said so', () => {
  const untold = new UntoldLoss();
  for (let n = 0; n < 500; n++) untold.addCut({ segment: `capture-${n}.zst`, bytes: n });
  expect(untold.cuts).toHaveLength(100);
  expect(untold.cuts[0]).toEqual({ segment: 'capture-400.zst', bytes: 400 });
  expect(untold.cuts.at(-1)).toEqual({ segment: 'capture-499.zst', bytes: 499 });
  untold.told();
  expect(untold.cuts).toEqual([]);
});
