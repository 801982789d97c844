import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readKeptNights, writeKeptNight } from '../../../scripts/nights/kept-nights.ts';
import { tempFolder } from '../../store/temp-folder.ts';

const NIGHT = {
  plan: {
    seed: '17',
    hours: 0.5,
    schedule: [
      {
        name: 'rest.answer_lost',
        atMs: 120_000,
        durationMs: 5_000,
        moment: 'orderTaken',
        parameters: { share: 0.5, isWhole: true, symbol: 'BTCUSDT' },
      },
    ],
  },
  invariant: 'I2',
  story: 'sent twice after a lost answer',
} as const;

test('a night that is written down is read back as it was, under its name', () => {
  const folder = tempFolder();
  writeKeptNight(join(folder, 'lost-answer.json'), NIGHT);
  const plan = { ...NIGHT.plan, keptAs: 'lost-answer' };
  expect(readKeptNights(folder)).toEqual([{ ...NIGHT, plan }]);
});

test('its settings are written down with it, and read back the same', () => {
  const folder = tempFolder();
  const settings = {
    profile: 'slow-pace',
    change: { risk: { cooldownMs: 20_000 }, account: { allocations: { USDT: '500' } } },
    reentryCooldownMs: 3_000,
  };
  const plan = { ...NIGHT.plan, settings };
  writeKeptNight(join(folder, 'slow.json'), { ...NIGHT, plan });
  expect(readKeptNights(folder)[0]?.plan).toEqual({ ...plan, keptAs: 'slow' });
});

// A kept night that is skipped because somebody mistyped it would guard nothing.
test('a file that holds no night is an error with its name', () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'typo.json'), '{"seed":"1","hours":8,"schedul":[]}');
  expect(() => readKeptNights(folder)).toThrow(/typo\.json holds no night/);
});
