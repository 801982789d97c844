import { expect, test } from 'vitest';
import { strategyId } from '../../src/domain/ids.ts';
import { lots, price, unixMs } from '../../src/domain/units.ts';
import { createExchangeCore } from '../../src/matching/create-exchange-core.ts';
import { DEFAULT_SYMBOLS } from '../../src/matching/symbol-rules.ts';
import { MarketView } from '../../src/signal/market-view.ts';
import { StrategyHost } from '../../src/signal/strategy-host.ts';
import { DEFAULT_TEXT, settingsOf } from '../config/settings-files.ts';
import { BTC_USDT } from '../support/trading.ts';
import { Heard } from './heard.ts';
import { candle, top } from './market-builder.ts';

const START_MS = 1_700_000_000_000;
const { signal } = settingsOf(DEFAULT_TEXT);
/** One tick of BTCUSDT and one lot, in 10^-8. */
const TICK = 1_000_000;
const LOT = 1_000;

/** The default strategies on BTC/USDT of one generated market; each wish is filled at once at the mid. */
function playDefaults(seed: string, seconds: number) {
  const exchange = createExchangeCore({
    symbols: DEFAULT_SYMBOLS.filter((rules) => rules.symbol === 'BTCUSDT'),
    accounts: [],
    market: { type: 'generated', seed },
    startAtMs: START_MS,
    seed,
  });
  const host = new StrategyHost(signal, [BTC_USDT]);
  const heard = new Heard();
  const wishes: { strategy: string; type: string; atMs: number }[] = [];
  let view: MarketView | undefined;
  let lastTicks: number | undefined;
  const sink = {
    onWish: (strategy: string, _: number, wish: { type: string }) => {
      const atMs = view?.nowMs ?? unixMs(0);
      wishes.push({ strategy, type: wish.type, atMs: atMs - START_MS });
      const opened = {
        quantity: lots(1),
        averagePriceTicks: view?.midTicks ?? 0,
        openedAtMs: atMs,
      };
      const position = wish.type === 'enter' ? opened : undefined;
      host.setPosition(strategyId(strategy), 0, atMs, position);
    },
    onSkipRunClosed: heard.onSkipRunClosed.bind(heard),
    onQuarantined: heard.onQuarantined.bind(heard),
  };
  for (let ms = 0; ms <= seconds * 1_000; ms += 100) {
    const nowMs = unixMs(START_MS + ms);
    for (const one of exchange.advance(nowMs)) {
      if (one.type === 'traded') lastTicks = one.trade.price / TICK;
      if (one.type !== 'topChanged' || one.bidPrice === 0 || one.askPrice === 0) continue;
      const best = top(one.bidPrice / TICK, one.askPrice / TICK);
      const atMs = unixMs(one.atMs);
      if (view === undefined) view = new MarketView(BTC_USDT, atMs, best);
      else view.setTop(atMs, best);
      host.evaluate(0, view, sink);
    }
    const depth = exchange.depth('BTCUSDT', signal.depthLevelsCount);
    const sum = (levels: readonly (readonly [number, number])[] = []) =>
      levels.reduce((total, [, quantity]) => total + quantity / LOT, 0);
    view?.setDepth(sum(depth?.bids), sum(depth?.asks));
    if (ms % 1_000 === 0 && lastTicks !== undefined) {
      host.onCandle(0, candle(ms / 1_000, price(lastTicks)), sink);
    }
  }
  host.flushAll(sink);
  expect(heard.quarantines).toEqual([]);
  expect(heard.skipsTold + wishes.length).toBe(host.counts.evaluationsCount);
  return wishes;
}

// Nothing is tuned for one market: whatever seed a newcomer picks, there is something to see in a minute or two.
test('the default settings on any of twenty seeds: somebody enters within a minute', () => {
  const firstEntries: [string, number | undefined][] = [];
  for (let seed = 1; seed <= 20; seed++) {
    const wishes = playDefaults(String(seed), 60);
    firstEntries.push([String(seed), wishes.find(({ type }) => type === 'enter')?.atMs]);
  }
  expect(firstEntries.filter(([, atMs]) => atMs === undefined)).toEqual([]);
});
