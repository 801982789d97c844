import { expect, test } from 'vitest';
import { SIM_FAULTS } from '../../src/sim/faults/catalogue.ts';
import { CALM_MS, drawSchedule, type ScheduleOptions } from '../../src/sim/schedule.ts';
import { formatSchedule } from '../../src/sim/schedule-table.ts';

const HOURS = 8;
const NIGHT_MS = HOURS * 3_600_000;
const SEEDS = Array.from({ length: 300 }, (_, at) => `schedule ${at}`);
const symbols = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'NKNUSDT', 'RUNEUSDT'];

function draw(seed: string, more: Partial<ScheduleOptions> = {}) {
  return drawSchedule({ seed, hours: HOURS, catalogue: SIM_FAULTS, symbols, ...more });
}

test('a seed draws the same schedule every time, and another seed another', () => {
  expect(draw('a')).toEqual(draw('a'));
  expect(draw('a')).not.toEqual(draw('b'));
});

test('nothing begins in the calm at the end of a night, nor lasts into it', () => {
  for (const seed of SEEDS) {
    for (const { atMs, durationMs, name } of draw(seed)) {
      expect(atMs, `${seed}: ${name}`).toBeGreaterThan(0);
      expect(atMs + durationMs, `${seed}: ${name}`).toBeLessThanOrEqual(NIGHT_MS - CALM_MS);
    }
  }
});

test('nights are unlike: most have 15 to 90 faults, some hardly any, and each knows its own part', () => {
  const nights = SEEDS.map((seed) => draw(seed));
  const counts = nights.map(({ length }) => length);
  const dense = counts.filter((count) => count >= 15 && count <= 90).length;
  expect(dense).toBeGreaterThan(0.7 * SEEDS.length);
  expect(counts.filter((count) => count < 9).length).toBeGreaterThan(0.03 * SEEDS.length);
  expect(Math.max(...counts)).toBeLessThan(120);

  const kinds = nights.map((night) => new Set(night.map(({ name }) => name)).size);
  expect(Math.min(...kinds)).toBeLessThan(5);
  expect(Math.max(...kinds)).toBeGreaterThan(30);
});

test('every fault of the catalogue that is ever drawn comes up, at every moment that it has', () => {
  const seen = new Set(
    SEEDS.flatMap((seed) => draw(seed)).map(({ name, moment }) => `${name} ${moment}`),
  );
  for (const { name, share = 1 } of SIM_FAULTS.values()) {
    expect(
      [...seen].some((each) => each.startsWith(`${name} `)),
      name,
    ).toBe(share > 0);
  }
  for (const moment of ['orderLeft', 'orderTaken', 'filled', 'recovering']) {
    expect([...seen].filter((each) => each.endsWith(` ${moment}`)).length).toBeGreaterThan(10);
  }
});

test('faults come alone and together, and most of a night nothing is wrong', () => {
  let overlapsCount = 0;
  let aloneCount = 0;
  let troubledMs = 0;
  for (const seed of SEEDS) {
    let endsAtMs = 0;
    for (const { atMs, durationMs } of draw(seed)) {
      if (atMs < endsAtMs) overlapsCount += 1;
      else aloneCount += 1;
      troubledMs += durationMs;
      endsAtMs = Math.max(endsAtMs, atMs + durationMs);
    }
  }
  expect(overlapsCount).toBeGreaterThan(SEEDS.length);
  expect(aloneCount).toBeGreaterThan(SEEDS.length);
  expect(troubledMs / (SEEDS.length * NIGHT_MS)).toBeLessThan(0.35);
});

test('a night may be told which faults it knows, by name or by family, and knows no other', () => {
  const named = draw('only', { only: ['feed.silent', 'disk'] });
  const names = new Set(named.map(({ name }) => name));
  expect(names.has('feed.silent')).toBe(true);
  for (const name of names) {
    expect(name === 'feed.silent' || SIM_FAULTS.get(name)?.family === 'disk', name).toBe(true);
  }
  expect(() => draw('only', { only: ['feed.silnet'] })).toThrow('feed.silnet');
});

test('what waits for a start finds one: the daemon is killed as soon as it waits', () => {
  for (const seed of SEEDS) {
    const night = draw(seed);
    for (const { moment, atMs } of night) {
      if (moment !== 'recovering') continue;
      expect(night.some((one) => one.name === 'process.killed' && one.atMs === atMs + 1)).toBe(
        true,
      );
    }
  }
});

test('the table tells when, how long, at which instant and with what', () => {
  const parameters = { symbols: 'BTCUSDT,ETHUSDT', share: 0.5 };
  const one = {
    name: 'depth.gap',
    atMs: 11_527_000,
    moment: 'atOnce',
    durationMs: 2_500,
    parameters,
  };
  const two = { ...one, name: 'process.killed', atMs: 11_528_000, durationMs: 800, parameters: {} };
  expect(
    formatSchedule([
      { ...one, moment: 'atOnce' },
      { ...two, moment: 'orderLeft' },
    ]),
  ).toBe(
    [
      'at        for     begins     fault           with',
      '03:12:07  2.5 s   atOnce     depth.gap       symbols=BTCUSDT,ETHUSDT share=0.5',
      '03:12:08  800 ms  orderLeft  process.killed',
    ].join('\n'),
  );
});

// Two cuts of one line show less than a cut and a kill.
test('what comes together is mostly of different families, and every two of them meet', () => {
  const pairs = new Set<string>();
  let sameCount = 0;
  let otherCount = 0;
  for (const seed of SEEDS) {
    const night = draw(seed);
    for (const [at, { name, atMs, durationMs }] of night.entries()) {
      const family = SIM_FAULTS.get(name)?.family;
      for (const next of night.slice(at + 1)) {
        if (next.atMs > atMs + durationMs) break;
        const other = SIM_FAULTS.get(next.name)?.family;
        pairs.add(`${family} ${other}`);
        if (family === other) sameCount += 1;
        else otherCount += 1;
      }
    }
  }
  expect(otherCount).toBeGreaterThan(3 * sameCount);
  const families = new Set([...SIM_FAULTS.values()].map(({ family }) => family));
  for (const one of families) {
    for (const other of families) expect(pairs, `${one}, ${other}`).toContain(`${one} ${other}`);
  }
});
