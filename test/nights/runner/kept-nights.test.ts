import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  readAskedNight,
  readKeptNights,
  writeKeptNight,
} from '../../../scripts/nights/kept-nights.ts';
import type { SimFault } from '../../../src/sim/fault.ts';
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

const FAULT: SimFault = {
  name: 'rest.answer_lost',
  family: 'rest',
  about: '',
  moments: [],
  draw: () => ({ durationMs: 1, parameters: {} }),
  begin: () => ({}),
};

test('a night that is written down is read back as it was, under its name', () => {
  const folder = tempFolder();
  writeKeptNight(join(folder, 'lost-answer.json'), NIGHT);
  const file = join(folder, 'lost-answer.json');
  const plan = { ...NIGHT.plan, keptAs: 'lost-answer', file };
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
  const [night] = readKeptNights(folder);
  expect(night?.plan).toEqual({ ...plan, keptAs: 'slow', file: join(folder, 'slow.json') });
});

// A kept night that is skipped because somebody mistyped it would guard nothing.
test('a file that holds no night is an error with its name', () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'typo.json'), '{"seed":"1","hours":8,"schedul":[]}');
  expect(() => readKeptNights(folder)).toThrow(
    /typo\.json holds no night: schedule: expected array, found nothing; invariant: .*; and 1 more$/,
  );
});

test('a night that somebody asks for says which of its fields is wrong, and what was expected there', () => {
  const folder = tempFolder();
  const file = join(folder, 'asked.json');
  const [fault] = NIGHT.plan.schedule;
  const faults = new Map([[fault.name, FAULT]]);
  const wrong = (night: unknown): (() => unknown) => {
    writeFileSync(file, typeof night === 'string' ? night : JSON.stringify(night));
    return () => readAskedNight(file, faults);
  };
  const { plan, ...rest } = NIGHT;
  const night = { ...plan, ...rest };
  expect(wrong(night)()).toMatchObject({ plan });
  expect(wrong({ ...night, schedule: [fault, { ...fault, atMs: 'soon' }] })).toThrow(
    /asked\.json holds no night: schedule\[1\]\.atMs: expected number, found string$/,
  );
  expect(wrong({ ...night, schedule: [{ ...fault, name: 'rest.typo' }] })).toThrow(
    /schedule\[0\]\.name: found rest\.typo, expected the name of a fault/,
  );
  const settings = { profile: 'x', change: { risk: { noSuchLimit: 1 } } };
  expect(wrong({ ...night, settings })).toThrow(/settings\.change: .*noSuchLimit/);
  expect(wrong('{"seed":')).toThrow(/asked\.json holds no night: .*JSON/);
  expect(() => readAskedNight(join(folder, 'nosuch.json'), faults)).toThrow(
    /found no file .*nosuch\.json, expected a night that was written down/,
  );
});
