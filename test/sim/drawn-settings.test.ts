import { describe, expect, test } from 'vitest';
import { runNight } from '../../scripts/nights/run-night.ts';
import type { NightOutcome } from '../../scripts/nights/words.ts';
import {
  type DrawnSettings,
  drawProfile,
  drawSettings,
  NIGHT_PROFILES,
} from '../../src/sim/drawn-settings.ts';
import { loadNightSettings } from '../../src/sim/settings.ts';
import { tempFolder } from '../store/temp-folder.ts';

const SEEDS = Array.from({ length: 200 }, (_, at) => `settings ${at}`);
const PROFILES = Object.keys(NIGHT_PROFILES);

function runQuiet(settings: DrawnSettings, hours: number, seed = 'quiet'): NightOutcome {
  return runNight({ seed, hours, schedule: [], settings }, { folder: tempFolder() });
}

function brokenIn({ violations }: NightOutcome): readonly string[] {
  return violations.map(({ invariant, text }) => `${invariant}: ${text}`);
}

test('a seed has its settings once and for all; half of all nights have the usual ones', () => {
  const drawn = SEEDS.map((seed) => drawSettings(seed, 8));
  expect(SEEDS.map((seed) => drawSettings(seed, 8))).toEqual(drawn);
  const profiles = new Set(drawn.map((settings) => settings?.profile));
  expect(profiles.size).toBe(PROFILES.length + 1);
  const usual = drawn.filter((settings) => settings === undefined).length;
  expect(usual).toBeGreaterThan(0.35 * SEEDS.length);
  expect(usual).toBeLessThan(0.65 * SEEDS.length);
});

// Written down with the night as JSON: what does not survive that would make it another night.
test.each(PROFILES)(
  '%s: settings that the daemon takes, plain data, whatever was drawn',
  (name) => {
    const usual = loadNightSettings().configHash;
    for (const seed of SEEDS.slice(0, 20)) {
      for (const hours of [0.25, 8]) {
        const drawn = drawProfile(name, seed, hours);
        expect(JSON.parse(JSON.stringify(drawn))).toEqual(drawn);
        const { configHash } = loadNightSettings(drawn.change, drawn.reentryCooldownMs);
        expect(configHash).not.toBe(usual);
      }
    }
  },
);

describe('limits that are met all night long: orders are denied for them, others leave, and no invariant breaks', () => {
  test.each([
    ['few-at-once', ['MAX_POSITION', 'MAX_GROSS_EXPOSURE', 'MAX_OPEN_ORDERS']],
    ['slow-pace', ['RATE_LIMIT_EXCEEDED', 'COOLDOWN', 'SELF_TRADE']],
    ['small-purse', ['QUANTITY_BELOW_MINIMUM']],
    ['strict-prices', ['SPREAD_TOO_WIDE', 'EQUITY_UNVERIFIED']],
  ])('%s', (name, codes) => {
    const outcome = runQuiet(drawProfile(name, 'quiet', 1), 1);
    expect(brokenIn(outcome)).toEqual([]);
    for (const code of codes) expect(outcome.coverage[`deny ${code}`], code).toBeGreaterThan(0);
    expect(outcome.counts.orders).toBeGreaterThan(50);
  });
});

// A daemon that stops for the day as it was told to is as healthy as one that trades.
test.each([
  ['MAX_ORDERS_PER_DAY', { ordersPerDayMax: 40 }, 40],
  ['DAILY_LOSS_LIMIT', { dailyLossMax: '8' }, 100],
])(
  '%s is reached early: no entry follows, and two hours without an order are no fault',
  (code, risk, ordersMax) => {
    const outcome = runQuiet({ profile: 'a short day', change: { risk } }, 2.5);
    expect(brokenIn(outcome)).toEqual([]);
    expect(outcome.coverage[`deny ${code}`]).toBeGreaterThan(0);
    expect(outcome.counts.orders).toBeGreaterThan(10);
    // Positions that were open are left.
    expect(outcome.counts.orders).toBeLessThan(ordersMax + 20);
  },
);
