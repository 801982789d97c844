import { expect, test } from 'vitest';
import { strategyId } from '../../src/domain/ids.ts';
import { lots, price, unixMs } from '../../src/domain/units.ts';
import { ExitRules } from '../../src/portfolio/exits.ts';
import { DEFAULT_EXITS, DEFAULT_PORTFOLIO, type ExitSettings } from '../../src/portfolio/limits.ts';
import { Portfolio } from '../../src/portfolio/portfolio.ts';
import { BTC_USDT, makeFill, NOON_MS, usdt } from '../support/trading.ts';

const SETTINGS: ExitSettings = {
  ...DEFAULT_EXITS,
  stopBps: 100,
  targetEnabled: true,
  targetBps: 150,
  trailingEnabled: true,
  trailingBps: 120,
  holdingEnabled: true,
  holdingMsMax: 3_600_000,
};
const OFF = { ...SETTINGS, targetEnabled: false, trailingEnabled: false, holdingEnabled: false };

/** One coin bought for 60,000.00. */
function openRules(settings: ExitSettings): (bid: number, afterMs?: number) => string {
  const rules = new ExitRules(settings, BTC_USDT);
  rules.aim(BTC_USDT, { base: 100_000_000n, cost: usdt(60_000), openedAtMs: NOON_MS });
  return (bid, afterMs = 0) => rules.findReason(bid, NOON_MS + afterMs)?.code ?? 'stays';
}

test('stop and target on both sides of their tick', () => {
  const look = openRules(OFF);
  expect(look(5_940_001)).toBe('stays');
  expect(look(5_940_000)).toBe('STOP_EXIT');
  const target = openRules({ ...OFF, targetEnabled: true });
  expect(target(6_089_999)).toBe('stays');
  expect(target(6_090_000)).toBe('TARGET_EXIT');
});

test('trailing follows the best bid up and never down; the stop decides before it has moved', () => {
  const look = openRules({ ...OFF, trailingEnabled: true });
  expect(look(6_000_000)).toBe('stays');
  expect(look(6_500_000)).toBe('stays');
  expect(look(6_422_001)).toBe('stays');
  expect(look(6_422_000)).toBe('TRAILING_EXIT');
  const fell = openRules({ ...OFF, trailingEnabled: true });
  expect(fell(6_000_000)).toBe('stays');
  expect(fell(5_930_000)).toBe('STOP_EXIT');
});

test('held too long: left at the limit, by a price or by the clock alone', () => {
  const look = openRules({ ...OFF, holdingEnabled: true });
  expect(look(6_000_000, 3_599_999)).toBe('stays');
  expect(look(6_000_000, 3_600_000)).toBe('TIME_EXIT');
});

test('what is switched off never fires', () => {
  const look = openRules(OFF);
  expect(look(60_000_000, 86_400_000_000)).toBe('stays');
  expect(look(5_940_001, 86_400_000_000)).toBe('stays');
});

test('at rest nothing fires, and a new position does not remember the best price of the last', () => {
  const rules = new ExitRules({ ...OFF, trailingEnabled: true }, BTC_USDT);
  const position = { base: 100_000_000n, cost: usdt(60_000), openedAtMs: NOON_MS };
  rules.aim(BTC_USDT, position);
  rules.findReason(9_000_000, NOON_MS);
  rules.rest(BTC_USDT);
  expect(rules.findReason(1, NOON_MS)).toBeUndefined();
  rules.aim(BTC_USDT, { ...position, openedAtMs: unixMs(NOON_MS + 1) });
  expect(rules.findReason(6_000_000, NOON_MS)).toBeUndefined();
});

// What a life remembers of a closed position must be what the next one makes of the journal: both are compared.
test('at rest the steps are those of now', () => {
  const finer = { ...BTC_USDT, lotDecimals: BTC_USDT.lotDecimals + 1, version: 2 };
  const rules = new ExitRules(SETTINGS, BTC_USDT);
  rules.rest(finer);
  expect(rules.save()).toEqual(new ExitRules(SETTINGS, finer).save());
});

test('a position falls to its stop: one wish with the numbers, told again until it is closed', () => {
  const strategy = strategyId('ema-cross');
  const portfolio = new Portfolio(DEFAULT_PORTFOLIO, { name: 'USDT', scale: 8 }, () => 8);
  portfolio.useInstrument(BTC_USDT);
  portfolio.applyFill(makeFill({ quantity: lots(500) }), BTC_USDT, strategy);
  const bid = (ticks: number) =>
    portfolio.onTop(
      'binance',
      {
        type: 'top',
        instrument: 0,
        updateId: 1,
        bidPrice: price(ticks),
        bidQuantity: lots(1),
        askPrice: price(ticks + 1),
        askQuantity: lots(1),
      },
      NOON_MS,
    );
  expect(bid(5_990_000)).toEqual([]);
  const wish = { strategy, side: 'SELL', quantity: 500, base: 500_000n };
  expect(bid(5_939_900)).toMatchObject([
    { ...wish, reason: { code: 'STOP_EXIT', bid: '59399', stop: '59400' } },
  ]);
  expect(bid(5_939_900)).toHaveLength(1);
  // Denied, or not filled: the price need not move for another try, unless nobody may act upon it.
  const dueExits = (isPriced: boolean) => portfolio.findDueExits(unixMs(NOON_MS), () => isPriced);
  expect(dueExits(true)).toMatchObject([{ ...wish, reason: { code: 'STOP_EXIT' } }]);
  expect(dueExits(false)).toEqual([]);

  portfolio.applyFill(makeFill({ side: 'SELL', quantity: lots(500) }), BTC_USDT, strategy);
  expect(bid(5_000_000)).toEqual([]);
  expect(portfolio.findDueExits(unixMs(NOON_MS + 86_400_000), () => true)).toEqual([]);
  expect(portfolio.findAllExits({ code: 'OPERATOR_EXIT' })).toEqual([]);
});

// A flatten that waits for crumbs to be sold would never end, and a stop on them would be denied for ever.
test('a position worth less than the venue takes is dust: no rule and no flatten asks to sell it', () => {
  const strategy = strategyId('ema-cross');
  const portfolio = new Portfolio(DEFAULT_PORTFOLIO, { name: 'USDT', scale: 8 }, () => 8);
  portfolio.useInstrument(BTC_USDT);
  // 9 lots are worth 5.40 USDT, of which the venue takes 5 or more.
  portfolio.applyFill(makeFill({ quantity: lots(9) }), BTC_USDT, strategy);
  const bid = (ticks: number) => {
    const sizes = { bidQuantity: lots(1), askQuantity: lots(1) };
    const prices = { bidPrice: price(ticks), askPrice: price(ticks + 1) };
    const top = { type: 'top', instrument: 0, updateId: 1, ...prices, ...sizes } as const;
    return portfolio.onTop('binance', top, NOON_MS);
  };
  expect(bid(5_900_000)).toHaveLength(1);
  expect(portfolio.findAllExits({ code: 'OPERATOR_EXIT' })).toHaveLength(1);

  expect(bid(5_500_000)).toEqual([]);
  expect(portfolio.findAllExits({ code: 'OPERATOR_EXIT' })).toEqual([]);
  expect(portfolio.getPosition(strategy, BTC_USDT)).toMatchObject({ quantity: 9, isDust: true });
});
