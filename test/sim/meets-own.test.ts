import { expect, test } from 'vitest';
import { runNight } from '../../scripts/nights/run-night.ts';
import { tempFolder } from '../store/temp-folder.ts';

// A person's order that is met by anybody but ours would be a trade of the person, which is another fault.
test('a person’s order that ours meets is gone before anybody else can meet it, however much the network loses', () => {
  const whole = { atMs: 120_000, durationMs: 2_400_000, moment: 'atOnce' } as const;
  const schedule = [
    { ...whole, name: 'order.meets_own', parameters: { share: 1 } },
    { ...whole, name: 'order.meets_own', parameters: { share: 0.5 } },
    { ...whole, name: 'network.lossy', parameters: { share: 0.8 } },
  ];
  const settings = { profile: 'busy', change: {}, reentryCooldownMs: 1_000 };
  const night = { seed: 'met', hours: 1, schedule, settings };
  const outcome = runNight(night, { folder: tempFolder() });
  expect(outcome.violations.map(({ text }) => text)).toEqual([]);
  expect(outcome.coverage).toMatchObject({ 'EXPIRED x operator': expect.any(Number) });
  expect(outcome.isSettled).toBe(true);
});
