import { expect, test } from 'vitest';
import type { DecisionRecord } from '../../src/domain/decision.ts';
import { type Night, startNight } from '../support/night.ts';

// A stop is met while nothing may be sold. It is tried every second for as long as that lasts, which may be all night:
// to write each try down, with all that was looked at, fills the disk with one sentence.

const TRIES_EVERY_MS = 1_000;
const MINUTE_MS = 60_000;

/** A position whose stop is met from now on, in a market that does not move any more. */
function meetStop(night: Night): void {
  night.quote({ bid: '57000.00', ask: '57000.01' });
  night.waitMs(300);
}

function holdBitcoin(): Night {
  const { portfolio } = startNight().desk.setup;
  const standard = { ...portfolio.exits.standard, stopBps: 100 };
  const night = startNight({
    setup: { portfolio: { ...portfolio, exits: { standard, byStrategy: {} } } },
  });
  night.tell('enter');
  night.waitFor(() => night.heldLots('BTC/USDT') > 0, 5_000);
  return night;
}

function denials(night: Night): readonly DecisionRecord[] {
  return night.decisions().filter(({ stage, outcome, inputs }) => {
    return stage === 'risk' && outcome === 'denied' && inputs['orderClass'] === 'exit';
  });
}

test('a stop that is met while halted: told at once, then every ten seconds with how often it was denied', () => {
  const night = holdBitcoin();
  night.speak('halt');
  const before = night.decisions().length;
  meetStop(night);
  expect(denials(night)).toHaveLength(1);
  expect(denials(night)[0]?.reason.code).toBe('TRADING_HALTED');

  night.waitMs(10 * MINUTE_MS);
  const told = denials(night);
  expect(told.length).toBeGreaterThanOrEqual(60);
  expect(told.length).toBeLessThanOrEqual(61);
  for (const { reason, checks } of told) {
    expect(reason.code).toBe('TRADING_HALTED');
    expect(checks.length).toBeGreaterThan(0);
  }
  const triesCount = told.reduce(
    (sum, { inputs }) => sum + 1 + Number(inputs['equalDenialsCount']),
    0,
  );
  const expected = (10 * MINUTE_MS) / (TRIES_EVERY_MS + 100);
  expect(triesCount).toBeGreaterThan(expected - 12);
  // What the market was and which rule said so is told with each denial, and with nothing else.
  const chains = night
    .decisions()
    .slice(before)
    .filter(({ stage }) => stage === 'exit' || stage === 'market');
  const deniedIds = new Set(told.map(({ decisionId }) => decisionId));
  for (const { decisionId } of chains) expect(deniedIds.has(decisionId)).toBe(true);
});

test('the gate says no for one more reason: that is told with the next try', () => {
  const night = holdBitcoin();
  night.speak('halt');
  meetStop(night);
  night.waitMs(3_000);
  expect(denials(night)).toHaveLength(1);

  const error = { code: -1003, msg: 'Way too much request weight used; IP banned.' };
  const banned = JSON.stringify({ id: 'account-1', status: 418, error });
  night.world.lines.garbage('account', Buffer.from(banned));
  night.waitMs(1_200);
  expect(denials(night)).toHaveLength(2);
  const failing = denials(night).map(({ checks }) =>
    checks.filter(({ passed }) => !passed).map(({ code }) => code),
  );
  expect(failing[1]).not.toEqual(failing[0]);
  expect(denials(night)[1]?.inputs['equalDenialsCount']).toBe(3);
});

test('the exit leaves as soon as it may, with its market, its rule and the answer of the gate', () => {
  const night = holdBitcoin();
  night.speak('halt');
  meetStop(night);
  night.waitMs(5_000);
  expect(night.ordersSent()).toHaveLength(1);

  night.speak('resume');
  night.waitFor(() => night.ordersSent().length === 2, 1_500);
  const left = night.lastDecision('order');
  const chain = night.decisions().filter(({ decisionId }) => decisionId === left?.decisionId);
  expect(chain.map(({ stage, outcome }) => `${stage} ${outcome}`).slice(0, 4)).toEqual([
    'market passed',
    'exit passed',
    'risk accepted',
    'order sent',
  ]);
});
