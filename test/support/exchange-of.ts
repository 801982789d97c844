/** An exchange for a story: one small symbol, two customers, an empty book, a clock that only moves when told. */
import { expect } from 'vitest';
import { createExchangeCore } from '../../src/matching/create-exchange-core.ts';
import type {
  ExchangeCore,
  ExchangeCoreSetup,
  OrderParams,
  Outcome,
  Placed,
  Refused,
} from '../../src/matching/exchange-core.ts';
import type { MarketHappening } from '../../src/matching/happening.ts';
import { toWire } from '../../src/matching/scale.ts';
import { type SymbolRules, symbolRules } from '../../src/matching/symbol-rules.ts';

export const START = 1_700_000_000_000;

/** Tick 0.01, lot 0.001, at least 5 of quote. */
export const RULES: SymbolRules = symbolRules({
  symbol: 'AAAUSDT',
  base: 'AAA',
  quote: 'USDT',
  tick: '0.01',
  priceMax: '100000',
  lot: '0.001',
  quantityMax: '9000',
  marketQuantityMax: '100',
  notionalMin: '5',
});

export function exchangeOf(changes: Partial<ExchangeCoreSetup> = {}): ExchangeCore {
  return createExchangeCore({
    symbols: [RULES],
    accounts: [
      { accountKey: 'ann', balances: { USDT: '100000', AAA: '1000' } },
      { accountKey: 'bob', balances: { USDT: '100000', AAA: '1000' } },
    ],
    market: { type: 'none' },
    startAtMs: START,
    seed: 'story',
    ...changes,
  });
}

export type Order = Partial<OrderParams> & Pick<OrderParams, 'side'>;

/** A GTC LIMIT of 1 at 100 unless told otherwise. */
export function limit(order: Order): OrderParams {
  return {
    symbol: 'AAAUSDT',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '1',
    price: '100',
    ...order,
  };
}

/** Any other type: nothing but what is given. */
export function params(order: Order): OrderParams {
  return { symbol: 'AAAUSDT', type: 'MARKET', ...order };
}

/** The answer of an accepted order; fails the test with the venue's words when it was refused. */
export function placed(outcome: Outcome<Placed>): Placed {
  if (outcome.answer.type === 'refused') expect.fail(`refused: ${outcome.answer.msg}`);
  return outcome.answer;
}

export function refusal(outcome: Outcome<unknown>): Omit<Refused, 'type'> | 'accepted' {
  const { answer } = outcome;
  if (typeof answer === 'object' && answer !== null && 'type' in answer && 'code' in answer) {
    if (typeof answer.code === 'number' && 'msg' in answer && typeof answer.msg === 'string') {
      return { code: answer.code, msg: answer.msg };
    }
  }
  return 'accepted';
}

export function place(exchange: ExchangeCore, who: string, order: OrderParams): Placed {
  return placed(exchange.submit(who, order, START));
}

/** `free/locked` of one asset, as wire text. */
export function funds(exchange: ExchangeCore, who: string, asset: string): string {
  const balance = exchange.account(who)?.balances.find((one) => one.asset === asset);
  return balance ? `${toWire(balance.free)}/${toWire(balance.locked)}` : 'none';
}

/** `TRADE FILLED`, one line for each report of the account. */
export function reports(happenings: readonly MarketHappening[], who: string): readonly string[] {
  return happenings.flatMap((happening) =>
    happening.type === 'orderUpdated' && happening.order.accountKey === who
      ? [`${happening.execution} ${happening.order.status}`]
      : [],
  );
}

/** Nothing was made and nothing vanished, and nobody owes. */
export function expectSound(exchange: ExchangeCore): void {
  const truth = exchange.ledger();
  expect(truth.imbalances).toEqual([]);
  for (const account of truth.accounts) {
    for (const { asset, free, locked } of account.balances) {
      expect(free, `${account.accountKey} free ${asset}`).toBeGreaterThanOrEqual(0n);
      expect(locked, `${account.accountKey} locked ${asset}`).toBeGreaterThanOrEqual(0n);
    }
  }
}
