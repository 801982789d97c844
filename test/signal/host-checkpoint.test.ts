import { EMA } from 'trading-signals';
import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { emaCross } from '../../src/signal/ema-cross.ts';
import { defineStrategy } from '../../src/signal/strategy.ts';
import { StrategyHost } from '../../src/signal/strategy-host.ts';
import { BTC_USDT } from '../support/trading.ts';
import { Heard } from './heard.ts';
import { HostNight } from './host-night.ts';
import { candle, signalSettings, strategySettings, viewAt } from './market-builder.ts';

const SEEDS = 20;

// A replay that begins in the middle of the night has strategies that never saw its beginning. What
// they remember must come back to the last bit, or the first crossing is decided another way.
for (let number = 1; number <= SEEDS; number++) {
  const seed = `host ${number}`;
  test(`strategies loaded in the middle of a night wish and skip bit for bit (seed ${seed})`, () => {
    const random = Random.fromSeed(`cuts of ${seed}`);
    const night = new HostNight(seed);
    for (let step = 0; step < 150; step++) {
      if (random.chance(0.04)) night.cut();
      night.play();
    }
    night.end();
    expect(night.host.counts.wishesCount).toBeGreaterThan(5);
    expect(night.host.counts.skipRunsClosedCount).toBeGreaterThan(100);
  });
}

test('the nights above hold what they are for: wishes of every strategy, holes, quarantines', () => {
  const wished = new Set<string>();
  let quarantinedCount = 0;
  const codes = new Set<string>();
  for (let number = 1; number <= SEEDS; number++) {
    const night = new HostNight(`host ${number}`);
    for (let step = 0; step < 150; step++) {
      night.play();
      for (const { strategy, lastReason } of night.host.describe()) {
        codes.add(lastReason.code);
        if (lastReason.code === 'COOLDOWN' || lastReason.code === 'POSITION_OPEN') {
          wished.add(strategy);
        }
      }
    }
    quarantinedCount += night.host.counts.quarantinedCount;
  }
  expect(quarantinedCount).toBeGreaterThan(5);
  expect([...wished].sort()).toContain('ema-cross');
  for (const code of ['DATA_GAP', 'WARMING_UP', 'ORDER_PENDING', 'STRATEGY_QUARANTINED']) {
    expect([...codes]).toContain(code);
  }
});

test('a strategy that gives no memory trades, but no checkpoint is made of it: said with its name', () => {
  const forgetful = defineStrategy({
    kind: 'forgetful',
    inputs: [],
    parameters: {},
    create: (_, answer) => ({ onTop: () => answer.nothing('NO_SIGNAL', 0) }),
  });
  const settings = signalSettings([strategySettings('forgetful')]);
  const host = new StrategyHost(settings, [BTC_USDT], () => forgetful);
  host.evaluate(0, viewAt(0, 100), new Heard());
  expect(() => host.save()).toThrow('strategy forgetful gives no memory');
});

test('a checkpoint of a strategy that remembered other things is refused, by name', () => {
  const of = (memory: Record<string, number | number[]>) =>
    new StrategyHost(signalSettings([strategySettings('one')]), [BTC_USDT], () =>
      defineStrategy({
        kind: 'one',
        inputs: [],
        parameters: {},
        create: (_, answer) => ({ memory, onTop: () => answer.nothing('NO_SIGNAL', 0) }),
      }),
    );
  const saved = of({ smoothed: 1 }).save();
  expect(() => of({ smoother: 1 }).load(saved)).toThrow(
    'remembers "smoother", saved was "smoothed"',
  );
  expect(() => of({ smoothed: [1] }).load(saved)).toThrow('smoothed was saved as something else');
});

test('the averages of ema-cross are those of trading-signals to the last bit', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = Random.fromSeed(`averages ${seed}`);
    const fastCandlesCount = 2 + random.below(20);
    const slowCandlesCount = fastCandlesCount + 1 + random.below(100);
    const settings = strategySettings('ema-cross', {
      candleIntervalMs: 1_000,
      fastCandlesCount,
      slowCandlesCount,
      entryGapBps: 500,
      exitGapBps: 500,
    });
    const host = new StrategyHost(signalSettings([settings]), [BTC_USDT], () => emaCross);
    const fast = new EMA(fastCandlesCount);
    const slow = new EMA(slowCandlesCount);
    let close = 1 + random.below(1_000_000);
    for (let index = 0; index < 300; index++) {
      close = Math.max(1, close + Math.round(1_000 * random.normal()));
      host.onCandle(0, candle(index, close), new Heard());
      host.evaluate(0, viewAt(index * 1_000, close), new Heard());
      const [fastTicks, slowTicks] = [fast.update(close, false), slow.update(close, false)];
      if (index > slowCandlesCount) {
        expect(host.describe()[0]?.lastInputs, `seed ${seed}`).toMatchObject({
          fastTicks,
          slowTicks,
        });
      }
    }
  }
});

// An engine gives a NaN other bits once it has compiled the function, in the middle of a night.
test('a run of skips that saw a NaN has one hash, whichever bits the NaN has', () => {
  const hashOf = (nan: number) => {
    const kind = defineStrategy({
      kind: 'nan',
      inputs: ['ratio'],
      parameters: {},
      create: (_, answer) => ({
        onTop() {
          answer.see(0);
          answer.values[0] = nan;
          return answer.nothing('NO_SIGNAL', 0);
        },
      }),
    });
    const settings = signalSettings([strategySettings('nan')]);
    const host = new StrategyHost(settings, [BTC_USDT], () => kind);
    const heard = new Heard();
    host.evaluate(0, viewAt(0, 100), heard);
    host.flushAll(heard);
    return heard.runs[0]?.run.inputsHash;
  };
  const bits = new DataView(new ArrayBuffer(8));
  bits.setUint32(0, 0xfff80000);
  const negative = bits.getFloat64(0);
  const divided = new Float64Array([0]);
  expect(hashOf(negative)).toBe(hashOf(Number.NaN));
  expect(hashOf((divided[0] ?? 0) / (divided[0] ?? 0))).toBe(hashOf(Number.NaN));
  expect(hashOf(Number.NaN)).not.toBe(hashOf(0));
});
