import { expect, test } from 'vitest';
import { runNight } from '../../scripts/nights/run-night.ts';
import { tempFolder } from '../store/temp-folder.ts';

// The venue proves a refusal and has the order all the same. Nothing could have been known; once the fill
// arrives it must be booked, and the daemon must stop and let a person look.
test('an order that was refused in so many words appears filled: booked, halted, and no book is wrong', () => {
  const schedule = [
    {
      name: 'order.refused_taken',
      atMs: 120_000,
      durationMs: 40_000,
      moment: 'orderLeft',
      parameters: { share: 1 },
    },
  ] as const;
  const night = { seed: 'one', hours: 0.5, schedule };
  const outcome = runNight(night, { folder: tempFolder() });
  expect(outcome.violations.map(({ text }) => text)).toEqual([]);
  expect(outcome.coverage).toMatchObject({
    'REJECTED x rest': expect.any(Number),
    'way ended.appeared': expect.any(Number),
    'way halted.machine': expect.any(Number),
    'way halted.resumed': expect.any(Number),
  });
  expect(outcome.isSettled).toBe(true);
});
