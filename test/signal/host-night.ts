import { expect } from 'vitest';
import { strategyId } from '../../src/domain/ids.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { Random } from '../../src/domain/random.ts';
import { lots, price, unixMs } from '../../src/domain/units.ts';
import { MarketView } from '../../src/signal/market-view.ts';
import { findStrategyKind } from '../../src/signal/registry.ts';
import { defineStrategy } from '../../src/signal/strategy.ts';
import { StrategyHost } from '../../src/signal/strategy-host.ts';
import { makeInstrument } from '../support/frames.ts';
import { candle, signalSettings, strategySettings, top } from './market-builder.ts';

const INSTRUMENTS = [makeInstrument(0), makeInstrument(1, 'ETH/USDT')];
const SYMBOLS = INSTRUMENTS.map(({ symbol }) => symbol);
/** A spread so wide that `fragile` cannot bear it. */
const UNBEARABLE_TICKS = 60;

/** Throws at a wide spread and at a high candle; remembers numbers that JSON has no word for. */
const fragile = defineStrategy({
  kind: 'fragile',
  inputs: ['ratio', 'negativeZero', 'farthest', 'lastTrade', 'traded', 'depth'],
  parameters: {},
  create(_parameters, answer) {
    const memory = { ratio: Number.NaN, zero: -0, farthest: Number.NEGATIVE_INFINITY, seen: [0.1] };
    return {
      memory,
      candleIntervalMs: 5_000,
      onCandle({ close, open }) {
        if (close - open > 900) throw new Error('what a candle');
        memory.ratio = (close - open) / (close - open);
      },
      onTop(view) {
        if (view.spreadTicks >= UNBEARABLE_TICKS) throw new Error('what a spread');
        memory.farthest = Math.max(memory.farthest, view.midTicks);
        memory.seen.push(view.midTicks / 3);
        if (memory.seen.length > 5) memory.seen.shift();
        const {
          lastTradePrice = -1,
          lastTradeAtMs = -1,
          bidDepthLots = -1,
          askDepthLots = -1,
        } = view;
        const farthest = memory.farthest + (memory.seen[0] ?? 0);
        const depth = bidDepthLots - askDepthLots / 7;
        answer.see(memory.ratio, memory.zero, farthest, lastTradePrice, lastTradeAtMs, depth);
        return view.position === undefined && memory.farthest > view.midTicks + 400
          ? answer.enter()
          : answer.nothing('NO_SIGNAL', view.spreadTicks / UNBEARABLE_TICKS);
      },
    };
  },
});

const SETTINGS = signalSettings(
  [
    strategySettings('ema-cross', {
      candleIntervalMs: 1_000,
      fastCandlesCount: 3,
      slowCandlesCount: 5,
      entryGapBps: 1,
      exitGapBps: 1,
    }),
    strategySettings('book-imbalance', {
      halfLifeMs: 700,
      warmUpMs: 1_000,
      entryImbalance: 0.2,
      exitImbalance: 0,
      holdingMsMax: 5_000,
    }),
    strategySettings('mean-reversion', {
      candleIntervalMs: 1_000,
      candlesCount: 5,
      deviations: 0.7,
      bandBpsMin: 0.1,
      stopBands: 3,
    }),
    strategySettings('fragile'),
    { ...strategySettings('fragile', {}, { symbols: SYMBOLS }), id: strategyId('second') },
  ].map((one) => ({ ...one, symbols: SYMBOLS, reentryCooldownMs: 1_500 })),
  { wishIntervalMsMin: 400, skipRunMsMax: 3_000 },
);

/** A host and the views it is shown, and all it says. */
interface Side {
  readonly host: StrategyHost;
  readonly views: (MarketView | undefined)[];
  readonly heard: unknown[];
  readonly cutAtMs: number;
}

/** A host on two made-up markets, and hosts loaded from checkpoints of it that must say the same. */
export class HostNight {
  readonly #random: Random;
  readonly #sides: Side[] = [newSide(0)];
  readonly #mids = [600_000, 40_000];
  readonly #open = [600_000, 40_000];
  #nowMs = 1_723_161_253_000;
  #candles = 0;

  constructor(seed: string) {
    this.#random = Random.fromSeed(seed);
  }

  get host(): StrategyHost {
    return this.#first.host;
  }
  get #first(): Side {
    const [first] = this.#sides;
    if (first === undefined) throw new Error('there is always one');
    return first;
  }

  /** From now on a host loaded from the text of the first one's checkpoint hears what it hears. */
  cut(): void {
    const { host, views } = this.#first;
    const saved = throughText({
      host: host.save(),
      views: views.map((view) => view?.save() ?? null),
    });
    const side = newSide(this.#nowMs);
    side.host.load(saved.host);
    for (const [i, state] of saved.views.entries()) {
      side.views[i] = state === null ? undefined : MarketView.restore(state);
    }
    expect(textOf(side), 'what was loaded is what was saved').toBe(textOf(this.#first));
    this.#sides.push(side);
  }

  /** Half a second: best prices, depth, a candle now and then, ticks, fills and refusals. */
  play(): void {
    const random = this.#random;
    for (let i = 0; i < 5; i++) {
      this.#nowMs += 20 + random.below(160);
      const index = random.below(INSTRUMENTS.length);
      this.#move(index);
      if (random.chance(0.02)) {
        const pending = random.chance(0.5);
        this.#tell(({ host }) => {
          for (const { id } of SETTINGS.strategies) host.setOrderPending(id, index, pending);
        });
      }
    }
    if (random.chance(0.4)) this.#close();
    this.#tell(({ host, heard }) => host.flush(unixMs(this.#nowMs), sinkOf(heard)));
    this.#fill();
    this.#compare();
  }

  end(): void {
    this.#tell(({ host, heard }) => host.flushAll(sinkOf(heard)));
    this.#compare();
    for (const side of this.#sides) {
      expect(textOf(side), `cut at ${side.cutAtMs}`).toBe(textOf(this.#first));
    }
  }

  #move(index: number): void {
    const random = this.#random;
    const mid = (this.#mids[index] ?? 0) + Math.round(60 * random.normal());
    this.#mids[index] = mid;
    const half = random.chance(0.003) ? UNBEARABLE_TICKS : 1 + random.below(20);
    const best = top(mid - half, mid + half, 1 + random.below(50), 1 + random.below(50));
    const depth = random.chance(0.05) ? undefined : [random.below(900), random.below(400)];
    const hasDepth = random.chance(0.5);
    const hasTrade = random.chance(0.3);
    const atMs = unixMs(this.#nowMs);
    this.#tell(({ host, views, heard }) => {
      const instrument: Instrument | undefined = INSTRUMENTS[index];
      if (instrument === undefined) return;
      const view = views[index] ?? new MarketView(instrument, atMs, best);
      views[index] = view;
      view.setTop(atMs, best);
      if (hasDepth) view.setDepth(depth?.[0], depth?.[1]);
      if (hasTrade) view.setLastTrade(atMs, price(mid));
      host.evaluate(index, view, sinkOf(heard));
    });
  }

  /** A candle of each length and market; some with a hole. */
  #close(): void {
    this.#candles += 1;
    const tainted = this.#random.chance(0.05);
    for (const index of INSTRUMENTS.keys()) {
      const close = this.#mids[index] ?? 0;
      const open = price(this.#open[index] ?? 0);
      this.#open[index] = close;
      for (const intervalMs of [1_000, 5_000]) {
        if (intervalMs === 5_000 && this.#candles % 5 !== 0) continue;
        const closed = candle(this.#candles, close, { intervalMs, open, tainted });
        this.#tell(({ host, heard }) => host.onCandle(index, closed, sinkOf(heard)));
      }
    }
  }

  /** Most wishes of the first host are filled: it and the others are told. */
  #fill(): void {
    const wishes = this.#first.heard.filter((one) => isWish(one));
    for (const { strategy, index, type } of wishes) {
      if (this.#random.chance(0.3)) continue;
      const averagePriceTicks = (this.#mids[index] ?? 0) + 1 / 3;
      const openedAtMs = unixMs(this.#nowMs);
      const held = { quantity: lots(1), averagePriceTicks, openedAtMs };
      const position = type === 'enter' ? held : undefined;
      this.#tell(({ host }) => host.setPosition(strategyId(strategy), index, openedAtMs, position));
    }
  }

  #tell(one: (side: Side) => void): void {
    for (const side of this.#sides) one(side);
  }

  #compare(): void {
    const { heard } = this.#first;
    for (const side of this.#sides) {
      if (side === this.#first) continue;
      expect(side.heard, `cut at ${side.cutAtMs}, now ${this.#nowMs}`).toEqual(heard);
      side.heard.length = 0;
    }
    heard.length = 0;
  }
}

function newSide(cutAtMs: number): Side {
  const host = new StrategyHost(SETTINGS, INSTRUMENTS, (kind) =>
    kind === 'fragile' ? fragile : findStrategyKind(kind),
  );
  return { host, views: [], heard: [], cutAtMs };
}

interface HeardWish {
  readonly type: 'enter' | 'exit';
  readonly strategy: string;
  readonly index: number;
}

function isWish(one: unknown): one is HeardWish {
  return typeof one === 'object' && one !== null && 'type' in one;
}

function sinkOf(heard: unknown[]): Parameters<StrategyHost['flush']>[1] {
  return {
    onWish: (strategy, index, wish) => heard.push({ ...wish, strategy, index }),
    onSkipRunClosed: (...told) => heard.push(told),
    onQuarantined: (...told) => heard.push(told),
  };
}

function textOf({ host, views }: Side): string {
  const { counts } = host;
  const seen = host.describe();
  const kept = { host: host.save(), views: views.map((view) => view?.save()) };
  return JSON.stringify({ kept, counts, seen }, bigintToText);
}

/** What comes out of the text of it: an instrument's amounts are BigInt. */
function throughText<T>(state: T): T {
  return JSON.parse(JSON.stringify(state, bigintToText), (_key, value) =>
    typeof value?.$bigint === 'string' ? BigInt(value.$bigint) : value,
  );
}

function bigintToText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? { $bigint: `${value}` } : value;
}
