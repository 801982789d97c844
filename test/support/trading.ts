import {
  clientOrderId,
  decisionId,
  strategyId,
  tradeId,
  venueOrderId,
} from '../../src/domain/ids.ts';
import { type Instrument, notionalOf } from '../../src/domain/instrument.ts';
import type { Fill, OrderIntent } from '../../src/domain/order.ts';
import { amount, lots, price, unixMs } from '../../src/domain/units.ts';
import { type RiskFacts, SAME_QUOTE } from '../../src/risk/facts.ts';

export const NOON_MS = unixMs(Date.UTC(2026, 10, 20, 12));

/** BTC/USDT as Binance has it: ticks of 0.01, lots of 0.00001. One tick times one lot is 10 units of 1e-8 USDT. */
export const BTC_USDT: Instrument = Object.freeze({
  index: 0,
  venue: 'binance',
  symbol: 'BTC/USDT',
  venueSymbol: 'BTCUSDT',
  version: 1,
  base: { name: 'BTC', scale: 8 },
  quote: { name: 'USDT', scale: 8 },
  tickDecimals: 2,
  tickUnits: 1,
  lotDecimals: 5,
  lotUnits: 1,
  priceMin: price(1),
  priceMax: price(100_000_000),
  quantityMin: lots(1),
  quantityMax: lots(900_000_000),
  notionalMin: amount(500_000_000n),
  notionalMax: amount(900_000_000_000_000n),
  status: 'TRADING' as const,
});

export const BNB_USDT: Instrument = Object.freeze({
  ...BTC_USDT,
  index: 1,
  symbol: 'BNB/USDT',
  venueSymbol: 'BNBUSDT',
  base: { name: 'BNB', scale: 8 },
  lotDecimals: 3,
});

/** Buys 0.002 BTC at 60,000.00: 120 USDT. */
export function makeIntent(change: Partial<OrderIntent> = {}): OrderIntent {
  return {
    clientOrderId: clientOrderId('ov1'),
    decisionId: decisionId('d-1'),
    strategy: strategyId('ema-cross'),
    class: 'entry',
    venue: 'binance',
    symbol: 'BTC/USDT',
    instrument: BTC_USDT,
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'IOC',
    price: price(6_000_000),
    quantity: lots(200),
    createdAtMs: NOON_MS,
    reason: { code: 'SIGNAL_ENTRY' },
    ...change,
  };
}

export function makeExit(change: Partial<OrderIntent> = {}): OrderIntent {
  return makeIntent({ class: 'exit', side: 'SELL', reason: { code: 'STOP_EXIT' }, ...change });
}

/** A quiet moment in which every check passes for `makeIntent` and `makeExit`. */
export function makeFacts(change: Partial<RiskFacts> = {}): RiskFacts {
  const position = { heldLots: lots(200), pendingBuyLots: lots(0), pendingSellLots: lots(0) };
  return {
    nowMs: NOON_MS,
    mode: 'ACTIVE',
    flattening: false,
    instrument: BTC_USDT,
    top: {
      type: 'top',
      instrument: 0,
      updateId: 1,
      bidPrice: price(5_999_900),
      bidQuantity: lots(1_000),
      askPrice: price(6_000_100),
      askQuantity: lots(1_000),
    },
    freshness: { ageMs: 20, limitMs: 3_000 },
    bookSynced: true,
    bookCrossed: false,
    regrid: undefined,
    listingDoubtful: false,
    clock: { offsetMs: 5, jitterMs: 2 },
    loopDelayMs: 3,
    reference: { ticks: 6_000_000, source: 'mid' },
    accountQuote: { name: 'USDT', scale: 8 },
    quoteRate: SAME_QUOTE,
    freeQuote: usdt(10_000),
    freeBase: amount(100_000_000n),
    position,
    symbolPosition: position,
    grossExposure: usdt(500),
    openOrdersCount: 0,
    recentOrdersAtMs: [],
    isToldToStayAway: false,
    ordersTodayCount: 0,
    lastOrderAtMs: undefined,
    unknownOrdersCount: 0,
    refusalsInRowCount: 0,
    restingOrders: [],
    dailyPnl: usdt(0),
    equityVerified: true,
    reconciled: true,
    privateStreamUp: true,
    diskFreeBytes: 10_000_000_000,
    ...change,
  };
}

/** Whole and part dollars as an amount with 8 decimals. */
export function usdt(value: number) {
  return amount(BigInt(Math.round(value * 1e8)));
}

let trades = 0;

/** A fill without a fee, its quote exactly price times quantity. */
export function makeFill(change: Partial<Fill> = {}, instrument: Instrument = BTC_USDT): Fill {
  trades += 1;
  const at = change.price ?? price(6_000_000);
  const quantity = change.quantity ?? lots(100_000);
  return {
    venue: instrument.venue,
    symbol: instrument.symbol,
    tradeId: tradeId(String(trades)),
    venueOrderId: venueOrderId('1'),
    clientOrderId: undefined,
    side: 'BUY',
    price: at,
    quantity,
    quote: notionalOf(instrument, at, quantity),
    fee: amount(0n),
    feeAsset: instrument.quote.name,
    liquidity: 'TAKER',
    tradedAtMs: NOON_MS,
    ...change,
  };
}
