/**
 * The hours before the exchange opened: minutes a client may ask for at once, made by the same
 * hidden value that goes on afterwards, so that the first live candle follows the last old one.
 */
import type { Random } from '../domain/random.ts';
import type { CandleView } from './candle-view.ts';
import type { FairValue } from './fair-value.ts';
import type { MarketProfile } from './market-profile.ts';
import { type E8, ONE, quoteOf } from './scale.ts';
import type { SymbolRules } from './symbol-rules.ts';

const MINUTE_MS = 60_000;
/** Eight hours and twenty minutes: the default length of a klines answer. */
const MINUTES = 500;
/** How often the value is looked at within a minute. */
const LOOKS = 12;

/** Where the made-up past must lead to. */
export interface HistoryEnd {
  readonly startAtMs: number;
  /** Its trades end with this id if there is room before it; 0: they start with 1. */
  readonly lastTradeId: number;
  /** Its last close is this price; `undefined`: wherever the value went. */
  readonly lastPrice: E8 | undefined;
}

/** Lets the value live through the past and writes it down; the last minute ends before the one of `startAtMs`. */
export function makeHistory(
  rules: SymbolRules,
  market: { readonly fair: FairValue; readonly profile: MarketProfile; readonly random: Random },
  end: HistoryEnd,
): readonly CandleView[] {
  const { startAtMs } = end;
  const firstAtMs = (Math.floor(startAtMs / MINUTE_MS) - MINUTES) * MINUTE_MS;
  const history: CandleView[] = [];
  let nextTradeId = 1;
  for (let i = 0; i < MINUTES; i++) {
    const tradeCount = countTrades(market);
    const candle = makeMinute(rules, market, {
      openAtMs: firstAtMs + i * MINUTE_MS,
      tradeCount,
      nextTradeId,
    });
    history.push(candle);
    nextTradeId += tradeCount;
  }
  return leadTo(end, history, rules);
}

/** The same path on the level, and with the ids, that the market goes on from. */
function leadTo(
  end: HistoryEnd,
  history: readonly CandleView[],
  rules: SymbolRules,
): readonly CandleView[] {
  const last = history.at(-1);
  if (last === undefined) return history;
  const earlier = Math.max(0, end.lastTradeId - last.lastTradeId);
  const factor = (end.lastPrice ?? last.close) / last.close;
  if (earlier === 0 && factor === 1) return history;
  const move = (price: E8): E8 => toGrid(price * factor, rules.price.step);
  return history.map((minute) => {
    const close = move(minute.close);
    return {
      ...minute,
      open: move(minute.open),
      high: move(minute.high),
      low: move(minute.low),
      close,
      quoteVolume: quoteOf(close, Number(minute.volume)),
      takerBuyQuote: quoteOf(close, Number(minute.takerBuyVolume)),
      firstTradeId: minute.firstTradeId + earlier,
      lastTradeId: minute.lastTradeId + earlier,
    };
  });
}

function countTrades(market: { readonly profile: MarketProfile; readonly random: Random }): number {
  const { actsPerSecond, tradeShare } = market.profile;
  return 1 + Math.round(market.random.exponential(60 * actsPerSecond * tradeShare));
}

function makeMinute(
  rules: SymbolRules,
  market: { readonly fair: FairValue; readonly profile: MarketProfile; readonly random: Random },
  frame: { readonly openAtMs: number; readonly tradeCount: number; readonly nextTradeId: number },
): CandleView {
  const { fair, profile, random } = market;
  const prices: E8[] = [];
  for (let look = 0; look < LOOKS; look++) {
    fair.pass(60 / LOOKS);
    prices.push(toGrid(fair.price * ONE, rules.price.step));
  }
  const close = prices[prices.length - 1] ?? 0;
  const coins = (frame.tradeCount * profile.tradeQuote * (0.5 + random.float())) / fair.price;
  const volume = toGrid(coins * ONE, rules.lot.step);
  const bought = toGrid(volume * (0.3 + 0.4 * random.float()), rules.lot.step);
  return {
    openAtMs: frame.openAtMs,
    closeAtMs: frame.openAtMs + MINUTE_MS - 1,
    open: prices[0] ?? 0,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close,
    volume: BigInt(volume),
    quoteVolume: quoteOf(close, volume),
    tradeCount: frame.tradeCount,
    takerBuyVolume: BigInt(bought),
    takerBuyQuote: quoteOf(close, bought),
    firstTradeId: frame.nextTradeId,
    lastTradeId: frame.nextTradeId + frame.tradeCount - 1,
  };
}

function toGrid(value: number, step: E8): E8 {
  const grid = Math.max(1, step);
  return Math.max(1, Math.round(value / grid)) * grid;
}
