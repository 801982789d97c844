import { strategyId } from '../../src/domain/ids.ts';
import type { Candle, TopOfBook } from '../../src/domain/market.ts';
import { lots, price, unixMs } from '../../src/domain/units.ts';
import { MarketView } from '../../src/signal/market-view.ts';
import type { SignalSettings, StrategySettings } from '../../src/signal/settings.ts';
import { BTC_USDT } from '../support/trading.ts';

export function top(bid: number, ask = bid + 1, bidLots = 10, askLots = 10): TopOfBook {
  return {
    type: 'top',
    instrument: 0,
    updateId: 1,
    bidPrice: price(bid),
    bidQuantity: lots(bidLots),
    askPrice: price(ask),
    askQuantity: lots(askLots),
  };
}

/** A view of BTC at `atMs` with the mid at `midTicks` (whole or half). */
export function viewAt(atMs: number, midTicks: number): MarketView {
  const half = Number.isInteger(midTicks) ? 1 : 0.5;
  return new MarketView(BTC_USDT, unixMs(atMs), top(midTicks - half, midTicks + half));
}

export function candle(index: number, close: number, change: Partial<Candle> = {}): Candle {
  return {
    openAtMs: unixMs(index * 1_000),
    intervalMs: 1_000,
    open: price(close),
    high: price(close),
    low: price(close),
    close: price(close),
    volume: lots(5),
    tradeCount: 3,
    tainted: false,
    ...change,
  };
}

export function strategySettings(
  kind: string,
  parameters: Readonly<Record<string, number>> = {},
  change: Partial<StrategySettings> = {},
): StrategySettings {
  return {
    id: strategyId(kind),
    kind,
    enabled: true,
    symbols: ['BTC/USDT'],
    reentryCooldownMs: 0,
    parameters,
    ...change,
  };
}

export function signalSettings(
  strategies: readonly StrategySettings[],
  change: Partial<SignalSettings> = {},
): SignalSettings {
  return {
    depthLevelsCount: 5,
    wishIntervalMsMin: 0,
    skipRunMsMax: 10_000,
    strategies,
    ...change,
  };
}
