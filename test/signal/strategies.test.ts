import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lots, unixMs } from '../../src/domain/units.ts';
import { bookImbalance } from '../../src/signal/book-imbalance.ts';
import { emaCross } from '../../src/signal/ema-cross.ts';
import { meanReversion } from '../../src/signal/mean-reversion.ts';
import { STRATEGY_KINDS } from '../../src/signal/registry.ts';
import type { StrategyKind } from '../../src/signal/strategy.ts';
import { StrategyHost } from '../../src/signal/strategy-host.ts';
import { BTC_USDT } from '../support/trading.ts';
import { Heard } from './heard.ts';
import { candle, signalSettings, strategySettings, top, viewAt } from './market-builder.ts';

const EMA_3_5 = {
  candleIntervalMs: 1_000,
  fastCandlesCount: 3,
  slowCandlesCount: 5,
  entryGapBps: 10,
  exitGapBps: 10,
};
const IMBALANCE = {
  halfLifeMs: 1_000,
  warmUpMs: 1_000,
  entryImbalance: 0.5,
  exitImbalance: 0,
  holdingMsMax: 5_000,
};
const BANDS = {
  candleIntervalMs: 1_000,
  candlesCount: 5,
  deviations: 2,
  bandBpsMin: 1,
  stopBands: 3,
};

function stage(kind: StrategyKind, parameters: Readonly<Record<string, number>>) {
  const settings = strategySettings(kind.kind, parameters);
  const host = new StrategyHost(signalSettings([settings]), [BTC_USDT]);
  const heard = new Heard();
  const hold = (openedAtMs: number) =>
    host.setPosition(settings.id, 0, unixMs(openedAtMs), {
      quantity: lots(10),
      averagePriceTicks: 10_000,
      openedAtMs: unixMs(openedAtMs),
    });
  const close = (index: number, ticks: number) => {
    host.onCandle(0, candle(index, ticks), heard);
    host.evaluate(0, viewAt(index * 1_000, ticks), heard);
  };
  const lastInputs = () => host.describe()[0]?.lastInputs ?? {};
  return { host, heard, hold, close, lastInputs };
}

// alpha = 2 / (3 + 1) = 1/2 and 2 / (5 + 1) = 1/3, started with the first close; worked out by hand.
test('ema-cross: golden averages', () => {
  const { close, lastInputs } = stage(emaCross, EMA_3_5);
  for (const [index, ticks] of [8_100, 8_200, 8_100, 8_400, 8_700, 8_100].entries()) {
    close(index, ticks);
  }
  // fast 8100 8150 8125 8262.5 8481.25 8290.625
  expect(lastInputs()['fastTicks']).toBeCloseTo(8_290.625, 9);
  // slow 8100 8133.33.. 8122.22.. 8214.81.. 8376.54.. 8284.36..
  expect(lastInputs()['slowTicks']).toBeCloseTo(8_284.3621399177, 9);
  expect(lastInputs()['gapBps']).toBeCloseTo(7.5598579306, 6);
});

test('ema-cross: a crossing upwards buys once, a crossing downwards sells', () => {
  const { close, heard, hold } = stage(emaCross, EMA_3_5);
  for (let index = 0; index < 8; index++) close(index, 10_000);
  expect(heard.wishes).toEqual([]);

  close(8, 10_100);
  expect(heard.wishes.map(({ type }) => type)).toEqual(['enter']);
  // The trend goes on: the edge has passed, no second entry.
  close(9, 10_200);
  close(10, 10_300);
  expect(heard.wishes).toHaveLength(1);

  hold(10_000);
  close(11, 10_300);
  expect(heard.wishes).toHaveLength(1);
  close(12, 9_500);
  expect(heard.wishes.map(({ type }) => type)).toEqual(['enter', 'exit']);
});

test('ema-cross: a rise just below the margin buys nothing and says how near it was', () => {
  const { close, heard, host } = stage(emaCross, EMA_3_5);
  for (let index = 0; index < 8; index++) close(index, 10_000);
  // The gap after one close of +d is d x (1/2 - 1/3) / slow: 10 bps need a little over 60 ticks.
  close(8, 10_059);
  expect(heard.wishes).toEqual([]);
  host.flushAll(heard);
  const nearness = heard.runs.at(-1)?.run.nearestMiss?.['nearness'];
  expect(nearness).toBeGreaterThan(0.95);
  expect(nearness).toBeLessThan(1);

  const other = stage(emaCross, EMA_3_5);
  for (let index = 0; index < 8; index++) other.close(index, 10_000);
  other.close(8, 10_061);
  expect(other.heard.wishes).toHaveLength(1);
});

test('ema-cross: a trend that was there before us is not a crossing', () => {
  const { close, heard } = stage(emaCross, EMA_3_5);
  for (let index = 0; index < 30; index++) close(index, 10_000 + index * 100);
  expect(heard.wishes).toEqual([]);
});

function imbalanceStage() {
  const built = stage(bookImbalance, IMBALANCE);
  const view = viewAt(0, 10_000);
  const book = (atMs: number, bids: number | undefined, asks: number | undefined) => {
    view.setTop(unixMs(atMs), top(10_000));
    view.setDepth(bids, asks);
    built.host.evaluate(0, view, built.heard);
  };
  return { ...built, book };
}

test('book-imbalance: a lean that lasts buys; one that comes and goes does not', () => {
  const calm = imbalanceStage();
  for (let atMs = 0; atMs <= 3_000; atMs += 100) {
    // One large bid for a tenth of a second.
    calm.book(atMs, atMs === 2_000 ? 900 : 100, 100);
  }
  expect(calm.heard.wishes).toEqual([]);

  const leaning = imbalanceStage();
  for (let atMs = 0; atMs < 1_000; atMs += 100) leaning.book(atMs, 100, 100);
  for (let atMs = 1_000; atMs <= 4_000; atMs += 100) leaning.book(atMs, 900, 100);
  expect(leaning.heard.wishes[0]).toMatchObject({ type: 'enter', inputs: { imbalance: 0.8 } });
});

// Imbalance 0.8 from 0: after n half lives 0.8 x (1 - 2^-n); 0.5 is reached at log2(8/3) = 1.415 s.
test('book-imbalance: the threshold is crossed when the half life says so', () => {
  const { book, heard } = imbalanceStage();
  book(0, 100, 100);
  book(1_000, 100, 100);
  book(2_410, 900, 100);
  expect(heard.wishes).toEqual([]);

  const later = imbalanceStage();
  later.book(0, 100, 100);
  later.book(1_000, 100, 100);
  later.book(2_420, 900, 100);
  expect(later.heard.wishes).toHaveLength(1);
});

test('book-imbalance: holds while the book leans, leaves when it turns or the time is over', () => {
  const turning = imbalanceStage();
  turning.hold(0);
  turning.book(0, 900, 100);
  turning.book(1_000, 900, 100);
  expect(turning.heard.wishes).toEqual([]);
  turning.book(4_000, 100, 900);
  expect(turning.heard.wishes.map(({ type }) => type)).toEqual(['exit']);

  const old = imbalanceStage();
  old.hold(0);
  old.book(4_999, 900, 100);
  expect(old.heard.wishes).toEqual([]);
  old.book(5_000, 900, 100);
  expect(old.heard.wishes.map(({ type }) => type)).toEqual(['exit']);
});

test('book-imbalance: without a synced book it wants nothing, and begins anew afterwards', () => {
  const { book, heard, host } = imbalanceStage();
  book(0, 900, 100);
  book(2_000, undefined, undefined);
  book(2_100, 900, 100);
  book(3_000, 900, 100);
  expect(heard.wishes).toEqual([]);
  host.flushAll(heard);
  expect(heard.codes).toEqual(['WARMING_UP', 'BOOK_NOT_SYNCED', 'WARMING_UP']);
});

// Closes 9990 10010 9990 10010 10000: mean 10000, deviation sqrt(80) = 8.944..., band 17.888... below.
function bandStage(change: Partial<typeof BANDS> = {}) {
  const built = stage(meanReversion, { ...BANDS, ...change });
  for (const [index, ticks] of [9_990, 10_010, 9_990, 10_010, 10_000].entries()) {
    built.host.onCandle(0, candle(index, ticks), built.heard);
  }
  const ask = (midTicks: number) => built.host.evaluate(0, viewAt(5_000, midTicks), built.heard);
  return { ...built, ask };
}

test('mean-reversion: buys below the band, not at its edge', () => {
  const { ask, heard, lastInputs } = bandStage();
  ask(9_982.5);
  expect(heard.wishes).toEqual([]);
  expect(lastInputs()['middleTicks']).toBe(10_000);
  expect(lastInputs()['lowerTicks']).toBeCloseTo(9_982.11145618, 8);
  ask(9_982);
  expect(heard.wishes).toMatchObject([{ type: 'enter' }]);
});

test('mean-reversion: a band narrower than its minimum is noise', () => {
  const { ask, heard } = bandStage({ bandBpsMin: 18 });
  ask(9_900);
  expect(heard.wishes).toEqual([]);
});

test('mean-reversion: sells when the price is back at the mean', () => {
  const { ask, heard, hold } = bandStage();
  hold(4_000);
  ask(9_999.5);
  expect(heard.wishes).toEqual([]);
  ask(10_000);
  expect(heard.wishes.map(({ type }) => type)).toEqual(['exit']);
});

// Held at 10000, three bands of 17.888... ticks below are 9946.33...
test('mean-reversion: gives up when the price has fallen on by three bands', () => {
  const { ask, heard, hold } = bandStage();
  hold(4_000);
  ask(9_946.5);
  expect(heard.wishes).toEqual([]);
  ask(9_946);
  expect(heard.wishes.map(({ type }) => type)).toEqual(['exit']);
});

test('mean-reversion: a flat market has no band and no wish', () => {
  const { close, heard } = stage(meanReversion, { ...BANDS, bandBpsMin: 0 });
  for (let index = 0; index < 20; index++) close(index, 10_000);
  expect(heard.wishes).toEqual([]);
});

test('parameters that contradict one another are named', () => {
  expect(emaCross.findProblem?.({ ...EMA_3_5, fastCandlesCount: 5 })).toContain('below');
  expect(emaCross.findProblem?.(EMA_3_5)).toBeUndefined();
  expect(bookImbalance.findProblem?.({ ...IMBALANCE, exitImbalance: 0.5 })).toContain('below');
  expect(bookImbalance.findProblem?.(IMBALANCE)).toBeUndefined();
});

const path = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  length: fc.integer({ min: 50, max: 400 }),
});

/** A night of all three kinds over a walk made from a seed; positions follow the wishes at once. */
function playNight({ seed, length }: { seed: number; length: number }): Heard {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const settings = [
    strategySettings('ema-cross', { ...EMA_3_5, entryGapBps: 0.5, exitGapBps: 0.5 }),
    strategySettings('book-imbalance', IMBALANCE),
    strategySettings('mean-reversion', BANDS),
  ];
  const host = new StrategyHost(signalSettings(settings), [BTC_USDT]);
  const heard = new Heard();
  const view = viewAt(0, 100_000);
  let mid = 100_000;
  let lean = 0;
  for (let step = 1; step <= length; step++) {
    const nowMs = unixMs(step * 250);
    mid += Math.round((next() - 0.5) * 60);
    lean = 0.9 * lean + (next() - 0.5) * 0.6;
    view.setTop(nowMs, top(mid));
    view.setDepth(
      Math.round(1_000 * (1 + lean / 2)) + 600,
      Math.round(1_000 * (1 - lean / 2)) + 600,
    );
    if (step % 4 === 0) host.onCandle(0, candle(step / 4, mid), heard);
    const wishesBefore = heard.wishes.length;
    host.evaluate(0, view, heard);
    for (const wish of heard.wishes.slice(wishesBefore)) {
      const owner = settings.find(
        ({ kind }) =>
          Object.keys(wish.inputs).join() ===
          STRATEGY_KINDS.find((k) => k.kind === kind)?.inputs.join(),
      );
      if (owner === undefined) continue;
      const opened = { quantity: lots(1), averagePriceTicks: mid, openedAtMs: nowMs };
      host.setPosition(owner.id, 0, nowMs, wish.type === 'enter' ? opened : undefined);
    }
  }
  host.flushAll(heard);
  expect(heard.skipsTold + heard.wishes.length).toBe(host.counts.evaluationsCount);
  return heard;
}

// Replay decides a night again and compares: a strategy with a clock or chance of its own would differ.
test('any night: the same views in the same order give the same wishes and the same hashes', () => {
  fc.assert(
    fc.property(path, (night) => {
      const first = playNight(night);
      const second = playNight(night);
      expect(second.wishes).toEqual(first.wishes);
      expect(second.runs).toEqual(first.runs);
      expect(first.quarantines).toEqual([]);
    }),
    { numRuns: 50 },
  );
});

test('a long night: averages and bands enter and leave, strictly in turn', () => {
  const { wishes } = playNight({ seed: 7, length: 4_000 });
  for (const name of ['gapBps', 'bandBps']) {
    const types = wishes.filter(({ inputs }) => name in inputs).map(({ type }) => type);
    expect(types.length).toBeGreaterThan(10);
    expect(types).toEqual(types.map((_, index) => (index % 2 === 0 ? 'enter' : 'exit')));
  }
});
