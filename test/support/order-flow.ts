/** Random order flow on the one symbol of `exchangeOf`: customers ann, bob and cat, prices close enough to meet. */
import fc from 'fast-check';
import type { ExchangeCore, OrderParams } from '../../src/matching/exchange-core.ts';
import type { MarketHappening } from '../../src/matching/happening.ts';
import { START } from './exchange-of.ts';

export const CUSTOMERS: readonly string[] = ['ann', 'bob', 'cat'];

/** One thing a customer does. */
export type Step =
  | { readonly act: 'submit'; readonly who: string; readonly order: OrderParams }
  | {
      readonly act: 'oco';
      readonly who: string;
      readonly at: number;
      readonly side: 'BUY' | 'SELL';
    }
  | { readonly act: 'cancel' | 'cancelAll' | 'amend'; readonly who: string; readonly pick: number };

const who = fc.constantFrom(...CUSTOMERS);
const side = fc.constantFrom<'BUY' | 'SELL'>('BUY', 'SELL');
/** A narrow band of prices, so that orders meet. */
const price = fc.integer({ min: 9_900, max: 10_100 }).map((cents) => (cents / 100).toFixed(2));
const quantity = fc.integer({ min: 60, max: 5_000 }).map((lots) => (lots / 1_000).toFixed(3));
const mode = fc.constantFrom<OrderParams['selfTradePreventionMode'][]>(
  undefined,
  'EXPIRE_TAKER',
  'EXPIRE_MAKER',
  'EXPIRE_BOTH',
  'DECREMENT',
);

const order: fc.Arbitrary<OrderParams> = fc.oneof(
  fc.record({
    symbol: fc.constant('AAAUSDT'),
    side,
    type: fc.constant('LIMIT' as const),
    timeInForce: fc.constantFrom<'GTC' | 'IOC' | 'FOK'>('GTC', 'GTC', 'IOC', 'FOK'),
    quantity,
    price,
    selfTradePreventionMode: mode,
  }),
  fc.record({
    symbol: fc.constant('AAAUSDT'),
    side,
    type: fc.constant('LIMIT' as const),
    timeInForce: fc.constant('GTC' as const),
    quantity,
    icebergQty: fc.constant('0.100'),
    price,
    selfTradePreventionMode: mode,
  }),
  fc.record({
    symbol: fc.constant('AAAUSDT'),
    side,
    type: fc.constant('MARKET' as const),
    quantity,
    selfTradePreventionMode: mode,
  }),
  fc.record({
    symbol: fc.constant('AAAUSDT'),
    side,
    type: fc.constant('MARKET' as const),
    quoteOrderQty: fc.integer({ min: 500, max: 50_000 }).map((cents) => (cents / 100).toFixed(2)),
    selfTradePreventionMode: mode,
  }),
  fc.record({
    symbol: fc.constant('AAAUSDT'),
    side,
    type: fc.constantFrom<'STOP_LOSS' | 'TAKE_PROFIT'>('STOP_LOSS', 'TAKE_PROFIT'),
    quantity,
    stopPrice: price,
  }),
  fc.record({
    symbol: fc.constant('AAAUSDT'),
    side,
    type: fc.constantFrom<'STOP_LOSS_LIMIT' | 'TAKE_PROFIT_LIMIT'>(
      'STOP_LOSS_LIMIT',
      'TAKE_PROFIT_LIMIT',
    ),
    timeInForce: fc.constant('GTC' as const),
    quantity,
    price,
    stopPrice: price,
  }),
);

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ act: fc.constant('submit' as const), who, order }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('oco' as const),
      who,
      side,
      at: fc.integer({ min: 1, max: 150 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constantFrom<'cancel' | 'cancelAll' | 'amend'>(
        'cancel',
        'cancel',
        'cancelAll',
        'amend',
      ),
      who,
      pick: fc.nat(20),
    }),
  },
);

/** Lets it happen; what came of it. */
export function take(exchange: ExchangeCore, one: Step): readonly MarketHappening[] {
  if (one.act === 'submit') return exchange.submit(one.who, one.order, START).happenings;
  if (one.act === 'cancelAll') return exchange.cancelAll(one.who, 'AAAUSDT', START).happenings;
  if (one.act === 'oco') {
    const near = (100 - one.at / 100).toFixed(2);
    const far = (100 + one.at / 100).toFixed(2);
    const stop = { type: 'STOP_LOSS_LIMIT', timeInForce: 'GTC' } as const;
    const oco =
      one.side === 'SELL'
        ? ({
            above: { type: 'LIMIT_MAKER', price: far },
            below: { ...stop, stopPrice: near, price: near },
          } as const)
        : ({
            above: { ...stop, stopPrice: far, price: far },
            below: { type: 'LIMIT_MAKER', price: near },
          } as const);
    return exchange.submitOco(
      one.who,
      { symbol: 'AAAUSDT', side: one.side, quantity: '1', ...oco },
      START,
    ).happenings;
  }
  const open = exchange.openOrders(one.who, 'AAAUSDT');
  const chosen = open[one.pick % Math.max(1, open.length)];
  if (chosen === undefined) return [];
  const ref = { symbol: 'AAAUSDT', orderId: chosen.orderId };
  if (one.act === 'cancel') return exchange.cancel(one.who, ref, START).happenings;
  const newQty = ((chosen.quantity - 10_000_000) / 100_000_000).toFixed(3);
  return exchange.amend(one.who, { ...ref, newQty }, START).happenings;
}
