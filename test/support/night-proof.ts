import { expect } from 'vitest';
import { InvariantBroken } from '../../src/domain/assert.ts';
import type { DecisionRecord } from '../../src/domain/decision.ts';
import type { Night } from './night.ts';

/** What must be true of any night, however bad, at any moment. */
export function expectSafe(night: Night): void {
  const sent = night.ordersSent();
  expect(new Set(sent).size, 'no client id leaves twice').toBe(sent.length);
  const { arrived } = night.venue;
  expect(new Set(arrived).size, 'no client id arrives twice').toBe(arrived.length);

  const submitted = night.journal.rows('submitted').map(({ clientOrderId }) => clientOrderId);
  expect([...submitted].sort(), 'what left was written down before').toEqual(
    expect.arrayContaining([...sent].sort()),
  );
  const booked = night.journal.rows('filled').map(({ fill }) => `${fill.symbol} ${fill.tradeId}`);
  expect(new Set(booked).size, 'no fill is booked twice').toBe(booked.length);
  const traded = new Set(night.venue.trades().map((each) => `${each.symbol} ${each.tradeId}`));
  const known = booked.map((key) => key.replace('/', ''));
  expect(
    known.filter((key) => !traded.has(key)),
    'no fill is made up',
  ).toEqual([]);
  expect(night.venue.core.ledger().imbalances).toEqual([]);
}

/** Nothing is open any more: every order has ended, and all is proven. */
export function isSettled(night: Night): boolean {
  if (night.desk.phase !== 'running') return false;
  if (night.orderStates().some((state) => !ENDED.has(state))) return false;
  return night.desk.venues.every(
    ({ orders, instruments }) =>
      orders.isReconciled() && !instruments.some(({ symbol }) => orders.isUnsettled(symbol)),
  );
}

/** What must be true once the faults are over: everything the venue knows, we know, exactly. */
export function expectSound(night: Night): void {
  expectSafe(night);
  const ours = night.venue
    .trades()
    .filter((trade) => !isByHand(night, trade.symbol, trade.orderId));
  expect(night.journal.rows('filled'), 'every execution is booked').toHaveLength(ours.length);
  expect(
    night.orderStates().filter((state) => !ENDED.has(state)),
    'every order ended',
  ).toEqual([]);
  for (const base of ['BTC', 'ETH']) {
    const opened = base === 'BTC' ? 100_000_000n : 1_000_000_000n;
    const portfolio = night.desk.portfolio;
    const expected = portfolio
      ?.listExpectedBalances('binance')
      .find(({ asset }) => asset === base)?.total;
    expect(expected ?? opened, `${base} equals the venue's ledger`).toBe(night.venue.balance(base));
  }
  expectChains(night.decisions());
}

const ENDED = new Set(['FILLED', 'CANCELED', 'EXPIRED', 'REJECTED', 'ABSENT', 'VOID']);

function isByHand(night: Night, symbol: string, orderId: number): boolean {
  const order = night.venue.core.order('ours', { symbol, orderId });
  return 'clientOrderId' in order && order.clientOrderId.startsWith('web_');
}

/** Every order that left can be explained from the market to its end, all under one id. */
export function expectChains(decisions: readonly DecisionRecord[]): void {
  const chains = new Map<string, string[]>();
  for (const record of decisions) {
    const chain = chains.get(record.decisionId) ?? [];
    chains.set(record.decisionId, chain);
    chain.push(record.stage === 'ack' ? `ack ${record.outcome}` : record.stage);
  }
  for (const [id, chain] of chains) {
    if (!chain.includes('order')) continue;
    const [first, second, third, fourth] = chain;
    const head = [first, second === 'exit' ? 'signal' : second, third, fourth];
    expect(head, id).toEqual(['market', 'signal', 'risk', 'order']);
  }
}

/** Skips told plus wishes made: every evaluation of this life is somewhere. */
export function expectEveryEvaluationTold(night: Night): void {
  const host = night.desk.venues[0]?.host;
  if (host === undefined) throw new InvariantBroken('the night has no strategies');
  const signals = night.world.decisions.filter(({ stage }) => stage === 'signal');
  const skipped = signals.reduce((sum, { run }) => sum + (run?.count ?? 0), 0);
  const wished = signals.filter(({ outcome }) => outcome === 'passed').length;
  expect(skipped + wished).toBe(host.counts.evaluationsCount);
}
