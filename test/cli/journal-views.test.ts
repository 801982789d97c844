import { expect, test } from 'vitest';
import { viewJournal } from '../../src/cli/journal-views.ts';
import { expectBalances, followOrders, isSettled } from '../../src/cli/rehearse/journal-orders.ts';
import { REGRIDDED, regriddedRows } from '../support/regridded-order.ts';
import { NOON_MS } from '../support/trading.ts';

// The venue changed its lots in the middle of the order's life. Who reads the journal sees one order, and coins.
test('an order that goes on in finer lots is shown in coins, before and after', () => {
  const { orders, fills, positions } = viewJournal(regriddedRows());
  expect(orders).toMatchObject([
    { quantity: '0.005', filledQuantity: '0.00175', price: '60000', state: 'CANCELED' },
  ]);
  expect(fills.map(({ quantity, quote }) => [quantity, quote])).toEqual([
    ['0.00075', '45'],
    ['0.001', '60'],
  ]);
  expect(positions).toMatchObject([{ quantity: '0.00175' }]);
});

test('a rehearsal judges such an order by its coins', () => {
  const order = followOrders(regriddedRows()).get(REGRIDDED);
  expect(order && isSettled(order)).toBe(true);
  expect(order).toMatchObject({ filledLots: 175, intent: { quantity: 500, price: 6_000_000 } });
  const balances = { USDT: '1000' };
  const opening = { type: 'opening', atMs: NOON_MS, venue: 'binance', balances } as const;
  expect(expectBalances([opening, ...regriddedRows()])).toEqual({
    BTC: '0.00175000',
    USDT: '895.00000000',
  });
});
