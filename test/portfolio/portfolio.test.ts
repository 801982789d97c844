import { expect, test } from 'vitest';
import { strategyId, tradeId } from '../../src/domain/ids.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { TopOfBook } from '../../src/domain/market.ts';
import type { Balance, Fill } from '../../src/domain/order.ts';
import { amount, lots, price, unixMs } from '../../src/domain/units.ts';
import { DEFAULT_PORTFOLIO } from '../../src/portfolio/limits.ts';
import { Portfolio } from '../../src/portfolio/portfolio.ts';
import { BNB_USDT, BTC_USDT, makeFill, NOON_MS, usdt } from '../support/trading.ts';

const EMA = strategyId('ema-cross');
const BANDS = strategyId('mean-reversion');
const USDT = { name: 'USDT', scale: 8 };
const COIN = 100_000_000n;

function openPortfolio(settings = DEFAULT_PORTFOLIO): Portfolio {
  const portfolio = new Portfolio(settings, USDT, () => 8);
  portfolio.open('binance', [
    { asset: 'USDT', free: usdt(100_000), locked: amount(0n) },
    { asset: 'BTC', free: amount(COIN), locked: amount(0n) },
    { asset: 'BNB', free: amount(COIN), locked: amount(0n) },
  ]);
  portfolio.useInstrument(BTC_USDT);
  portfolio.useInstrument(BNB_USDT);
  return portfolio;
}

const top = (bid: number, instrument: Instrument = BTC_USDT): TopOfBook => ({
  type: 'top',
  instrument: instrument.index,
  updateId: 1,
  bidPrice: price(bid),
  bidQuantity: lots(1),
  askPrice: price(bid + 1),
  askQuantity: lots(1),
});
const buy = (change: Partial<Fill> = {}) => makeFill({ side: 'BUY', ...change });
const sell = (change: Partial<Fill> = {}) => makeFill({ side: 'SELL', ...change });

test('a fee in the base: one coin bought with 0.1 % holds 0.999, whole lots of it may be sold', () => {
  const portfolio = openPortfolio();
  const fee = amount(COIN / 1_000n);
  portfolio.applyFill(buy({ fee, feeAsset: 'BTC' }), BTC_USDT, EMA);
  expect(portfolio.getPosition(EMA, BTC_USDT)).toMatchObject({
    base: 99_900_000n,
    quantity: 99_900,
    dust: 0n,
    cost: usdt(60_000),
    // The fee makes what is left dearer: 60,000 / 0.999 = 60,060.06.
    averagePrice: 6_006_006,
    realized: 0n,
  });
  expect(portfolio.listFees()).toEqual([{ venue: 'binance', asset: 'BTC', amount: fee }]);
});

test('what is left beyond whole lots is dust: shown, not sold, and never an exit', () => {
  const portfolio = openPortfolio();
  const fee = amount(12_345n);
  portfolio.applyFill(buy({ quantity: lots(100), fee, feeAsset: 'BTC' }), BTC_USDT, EMA);
  const held = portfolio.getPosition(EMA, BTC_USDT);
  expect(held).toMatchObject({ base: 87_655n, quantity: 87, dust: 655n, isDust: false });

  portfolio.applyFill(sell({ quantity: lots(87) }), BTC_USDT, EMA);
  const dust = portfolio.getPosition(EMA, BTC_USDT);
  expect(dust).toMatchObject({ base: 655n, quantity: 0, dust: 655n, isDust: true });
  expect(dust.stopPrice).toBeUndefined();
  expect(portfolio.onTop('binance', top(1), NOON_MS)).toEqual([]);
});

test('a fee in the quote lowers what was realised at once', () => {
  const portfolio = openPortfolio();
  portfolio.applyFill(buy({ fee: usdt(60) }), BTC_USDT, EMA);
  expect(portfolio.getPosition(EMA, BTC_USDT).realized).toBe(usdt(-60));

  const fill = sell({ price: price(6_100_000), quote: usdt(61_000), fee: usdt(61) });
  const booking = portfolio.applyFill(fill, BTC_USDT, EMA);
  expect(booking).toMatchObject({ type: 'booked', realized: usdt(1_000 - 61) });
  expect(portfolio.assessPnl(NOON_MS).realized).toBe(usdt(1_000 - 60 - 61));
});

// The fee is kept in its own asset; one number appears only when somebody looks, at the price of then.
test('a fee in a third asset is kept there and valued at its last fresh price', () => {
  const portfolio = openPortfolio();
  const fee = amount(COIN / 10n);
  portfolio.applyFill(buy({ fee, feeAsset: 'BNB' }), BTC_USDT, EMA);
  portfolio.onTop('binance', top(6_000_000), NOON_MS);
  expect(portfolio.assessPnl(NOON_MS)).toMatchObject({ verified: false, unvalued: ['BNB'] });

  portfolio.onTop('binance', top(59_999, BNB_USDT), NOON_MS);
  const pnl = portfolio.assessPnl(NOON_MS);
  expect(pnl).toMatchObject({ realized: usdt(-60), daily: usdt(-60), verified: true });
  expect(portfolio.getPosition(EMA, BTC_USDT).realized).toBe(0n);

  const later = unixMs(NOON_MS + DEFAULT_PORTFOLIO.account.markAgeMsMax + 1);
  expect(portfolio.assessPnl(later)).toMatchObject({ realized: usdt(-60), verified: false });
});

test('the same trade told twice counts once', () => {
  const portfolio = openPortfolio();
  const fill = buy({ tradeId: tradeId('t-1') });
  expect(portfolio.applyFill(fill, BTC_USDT, EMA).type).toBe('booked');
  expect(portfolio.applyFill(fill, BTC_USDT, EMA)).toEqual({ type: 'duplicate' });
  expect(portfolio.getHeldLots(EMA, BTC_USDT)).toBe(100_000);
  // Trade ids are unique per symbol only.
  const other = makeFill({ tradeId: tradeId('t-1') }, BNB_USDT);
  expect(portfolio.applyFill(other, BNB_USDT, EMA).type).toBe('booked');
});

test('two strategies hold the same symbol: each its own part and P&L, the account the sum', () => {
  const portfolio = openPortfolio();
  portfolio.applyFill(buy({ quantity: lots(300) }), BTC_USDT, EMA);
  portfolio.applyFill(buy({ quantity: lots(500), price: price(5_000_000) }), BTC_USDT, BANDS);
  portfolio.applyFill(sell({ quantity: lots(100), price: price(6_000_000) }), BTC_USDT, BANDS);
  expect(portfolio.getHeldLots(EMA, BTC_USDT)).toBe(300);
  expect(portfolio.getHeldLots(BANDS, BTC_USDT)).toBe(400);
  expect(portfolio.getSymbolLots(BTC_USDT)).toBe(700);
  expect(portfolio.getPosition(EMA, BTC_USDT).realized).toBe(0n);
  expect(portfolio.getPosition(BANDS, BTC_USDT).realized).toBe(usdt(10));

  portfolio.onTop('binance', top(6_000_000), NOON_MS);
  expect(portfolio.assessPnl(NOON_MS)).toMatchObject({
    realized: usdt(10),
    unrealized: usdt(40),
    daily: usdt(50),
    verified: true,
  });
  expect(portfolio.findGrossExposure([], NOON_MS)).toBe(usdt(420));
  const pending = { instrument: BTC_USDT, price: price(6_000_000), quantity: lots(100) };
  expect(portfolio.findGrossExposure([pending], NOON_MS)).toBe(usdt(480));
});

test('balances: opening and fills explain the venue to the last digit; one unit off is a mismatch', () => {
  const portfolio = openPortfolio();
  portfolio.applyFill(buy({ fee: amount(100_000n), feeAsset: 'BTC' }), BTC_USDT, EMA);
  portfolio.applyFill(sell({ quantity: lots(400), fee: usdt(0.24) }), BTC_USDT, EMA);
  portfolio.applyFill(buy({ quantity: lots(1), fee: amount(7n), feeAsset: 'BNB' }), BTC_USDT, EMA);

  const btc = 2n * COIN - 100_000n - 400_000n + 1_000n;
  const dollars = usdt(100_000 - 60_000 + 240 - 0.24 - 0.6);
  const reported: Balance[] = [
    { asset: 'USDT', free: amount(dollars - 5n), locked: amount(5n) },
    { asset: 'BTC', free: amount(btc), locked: amount(0n) },
    { asset: 'BNB', free: amount(COIN - 7n), locked: amount(0n) },
    { asset: 'DOGE', free: amount(0n), locked: amount(0n) },
  ];
  expect(portfolio.assessBalances('binance', reported)).toEqual([]);

  const off = reported.map((b) => (b.asset === 'BTC' ? { ...b, free: amount(btc - 1n) } : b));
  const gift = { asset: 'ETH', free: amount(3n), locked: amount(0n) };
  expect(portfolio.assessBalances('binance', [...off, gift])).toEqual([
    { asset: 'BTC', expected: btc, actual: btc - 1n, difference: -1n },
    { asset: 'ETH', expected: 0n, actual: 3n, difference: 3n },
  ]);
  expect(portfolio.assessBalances('binance', [])).toHaveLength(3);
});

test('only the allocation and what we bought is ours: the rest of the balance is never touched', () => {
  const portfolio = openPortfolio();
  expect(portfolio.getUsable('binance', 'USDT', usdt(100_000))).toBe(usdt(10_000));
  expect(portfolio.getUsable('binance', 'BTC', amount(COIN))).toBe(0n);
  expect(portfolio.assessEquity(NOON_MS)).toMatchObject({ amount: usdt(10_000), verified: true });

  const fee = amount(1_000n);
  portfolio.applyFill(buy({ quantity: lots(10_000), fee, feeAsset: 'BTC' }), BTC_USDT, EMA);
  portfolio.applyFill(sell({ quantity: lots(1), fee, feeAsset: 'BNB' }), BTC_USDT, EMA);
  expect(portfolio.getUsable('binance', 'USDT', usdt(94_000.6))).toBe(usdt(4_000.6));
  expect(portfolio.getUsable('binance', 'BTC', amount(COIN))).toBe(9_998_000n);
  // Fees in BNB come out of the owner's BNB; a BNB position of ours stays whole.
  portfolio.applyFill(makeFill({ quantity: lots(10) }, BNB_USDT), BNB_USDT, EMA);
  expect(portfolio.getUsable('binance', 'BNB', amount(COIN))).toBe(1_000_000n);

  portfolio.onTop('binance', top(6_000_000), NOON_MS);
  expect(portfolio.assessEquity(NOON_MS)).toMatchObject({ verified: false, unvalued: ['BNB'] });
});

test('a market told in another quote: P&L and exposure are converted at the fresh price of that quote', () => {
  const portfolio = openPortfolio();
  const bnbBtc: Instrument = {
    ...BNB_USDT,
    index: 2,
    symbol: 'BNB/BTC',
    quote: { name: 'BTC', scale: 8 },
    tickDecimals: 5,
  };
  portfolio.useInstrument(bnbBtc);
  const fill = makeFill({ price: price(1_000), quantity: lots(1_000) }, bnbBtc);
  portfolio.applyFill(fill, bnbBtc, EMA);
  portfolio.onTop('binance', top(1_100, bnbBtc), NOON_MS);
  expect(portfolio.findQuoteRate(bnbBtc, NOON_MS)).toBeUndefined();
  expect(portfolio.findGrossExposure([], NOON_MS)).toBeUndefined();

  portfolio.onTop('binance', top(6_000_000), NOON_MS);
  // 1 BNB, bought for 0.01 BTC, worth 0.011 BTC = 660 USDT.
  expect(portfolio.findGrossExposure([], NOON_MS)).toBe(usdt(660));
  expect(portfolio.assessPnl(NOON_MS)).toMatchObject({ unrealized: usdt(60), verified: true });
  const rate = portfolio.findQuoteRate(bnbBtc, NOON_MS);
  expect(rate && (COIN * rate.accountUnits) / rate.quoteUnits).toBe(usdt(60_000.01));
});

test('midnight: what was earned before belongs to yesterday, orders are counted anew', () => {
  const portfolio = openPortfolio();
  const day = portfolio.turnDay(NOON_MS);
  expect(day).toMatchObject({ type: 'dayOpened', day: '2026-11-20', realizedQuote: '0' });
  expect(portfolio.turnDay(unixMs(NOON_MS + 1_000))).toBeUndefined();

  portfolio.countOrder();
  portfolio.countOrder();
  portfolio.applyFill(buy(), BTC_USDT, EMA);
  portfolio.applyFill(sell({ quote: usdt(60_100) }), BTC_USDT, EMA);
  expect(portfolio.ordersTodayCount).toBe(2);
  expect(portfolio.assessPnl(NOON_MS).realizedToday).toBe(usdt(100));

  const midnight = unixMs(Date.UTC(2026, 10, 21));
  expect(portfolio.turnDay(unixMs(midnight - 1))).toBeUndefined();
  expect(portfolio.turnDay(midnight)).toEqual({
    type: 'dayOpened',
    atMs: midnight,
    day: '2026-11-21',
    realizedQuote: '100',
    ordersCount: 2,
  });
  expect(portfolio.ordersTodayCount).toBe(0);
  expect(portfolio.assessPnl(midnight)).toMatchObject({
    day: '2026-11-21',
    realized: usdt(100),
    realizedToday: 0n,
  });
});

test('the grid of the market changes: coins stay, prices of exits are told in the new ticks', () => {
  const portfolio = openPortfolio();
  portfolio.applyFill(buy({ quantity: lots(1_000) }), BTC_USDT, EMA);
  const coarse: Instrument = { ...BTC_USDT, version: 2, tickDecimals: 1, lotDecimals: 3 };
  portfolio.useInstrument(coarse);
  expect(portfolio.getPosition(EMA, coarse)).toMatchObject({
    base: 1_000_000n,
    quantity: 10,
    averagePrice: 600_000,
    stopPrice: 594_000,
    unrealized: undefined,
  });
  expect(portfolio.onTop('binance', top(594_000), NOON_MS)).toMatchObject([
    { reason: { code: 'STOP_EXIT', bid: '59400', stop: '59400' }, quantity: 10 },
  ]);
});
