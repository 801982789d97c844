import { expect, test } from 'vitest';
import { DEFAULT_EXECUTION_LIMITS } from '../../src/execution/limits.ts';
import { handle } from '../../src/pipeline/handle.ts';
import { type Night, startNight } from '../support/night.ts';
import { expectEveryEvaluationTold, expectSound } from '../support/night-proof.ts';
import { strategyOf } from '../support/night-setup.ts';

/** A night that holds a position. */
function startHolding(options: Parameters<typeof startNight>[0] = {}): Night {
  const night = startNight(options);
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
  return night;
}

test('paused by a person: nothing leaves, over a restart, too, until somebody resumes', () => {
  const night = startNight();
  night.speak('pause');
  night.tell('enter');
  expect(night.ordersSent()).toEqual([]);
  expect(night.mode()).toBe('OBSERVING');

  night.restart();
  night.settle();
  expect(night.mode()).toBe('OBSERVING');
  night.tell('enter');
  expect(night.ordersSent()).toEqual([]);

  night.speak('resume');
  expect(night.mode()).toBe('ACTIVE');
  night.tell('enter');
  expect(night.ordersSent()).toHaveLength(1);
});

test('reduce: positions may be left, none may be entered', () => {
  const night = startHolding();
  night.speak('reduce');
  night.tell('enter', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBe(0);
  expect(night.denials()).toContain('TRADING_STATE_REDUCING');
  night.tell('leave');
  expect(night.heldLots('BTC/USDT')).toBe(0);
});

test('halt: not even exits leave, and a restart changes nothing', () => {
  const night = startHolding();
  night.speak('halt');
  night.tell('leave');
  night.restart();
  night.settle();
  night.tell('leave');
  expect(night.ordersSent()).toHaveLength(1);
  expect(night.mode()).toBe('HALTED');

  night.speak('resume');
  night.waitMs(500);
  night.tell('leave');
  expect(night.heldLots('BTC/USDT')).toBe(0);
  expectSound(night);
});

test('flatten: everything is sold, nothing is bought any more', () => {
  const night = startHolding();
  night.tell('enter', 'ETHUSDT');
  night.speak('flatten');
  night.waitMs(2_000);
  expect(night.heldLots('BTC/USDT')).toBe(0);
  expect(night.heldLots('ETH/USDT')).toBe(0);
  expect(night.mode()).toBe('HALTED');
  expect(night.world.changes.map(({ message }) => message)).toContain('every position is closed');
  night.tell('enter');
  expect(night.ordersSent()).toHaveLength(4);
  expectSound(night);
});

// The person has gone to bed: what they asked for must be finished by whoever comes up next.
test('killed right after flatten: the next life sells', () => {
  const execution = { ...DEFAULT_EXECUTION_LIMITS, leaseWaitMs: 10_000 };
  const night = startNight({ setup: { execution } });
  night.waitMs(8_000);
  night.tell('enter');
  night.speak('flatten');
  night.restart();
  night.waitMs(9_000);
  // Its account is proven by now; a request of the dead one might still be on its way.
  expect(night.desk.venues[0]?.orders.isReconciled()).toBe(true);
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
  night.waitMs(3_000);
  expect(night.heldLots('BTC/USDT')).toBe(0);
  expect(night.mode()).toBe('HALTED');
  expectSound(night);
});

// Both words lead to HALTED; the start after a crash must know which one was the last.
test('killed after halt and then flatten the next life sells, after flatten and then halt it does not', () => {
  const sells = startHolding();
  sells.speak('halt');
  sells.speak('flatten');
  sells.restart();
  sells.waitMs(10_000);
  expect(sells.heldLots('BTC/USDT')).toBe(0);
  expectSound(sells);

  const keeps = startHolding();
  keeps.speak('flatten');
  keeps.speak('halt');
  keeps.restart();
  keeps.waitMs(10_000);
  expect(keeps.heldLots('BTC/USDT')).toBeGreaterThan(0);
  expect(keeps.mode()).toBe('HALTED');
  expectSound(keeps);
});

// An entry whose outcome is unproven is a position that may still come to be.
test('flatten while an entry is unproven: its position is sold when it is found', () => {
  const night = startNight();
  night.faults.orders.push('answerLost');
  night.faults.reports = 'never';
  night.faults.failing = ['orderByClientId', 'openOrders', 'fillsFrom'];
  night.tell('enter');
  night.waitMs(5_000);
  night.speak('flatten');
  night.waitMs(20_000);
  expect(night.heldLots('BTC/USDT')).toBe(0);

  night.faults.failing = [];
  night.faults.reports = 'once';
  night.waitMs(90_000);
  expect(night.ordersSent()).toHaveLength(2);
  expect(night.heldLots('BTC/USDT')).toBe(0);
  expectSound(night);
});

// Resumed while the account was dark, then killed: the word must not be lost, nor read as something else.
test('killed between a resume and its proof: the next life trades', () => {
  const night = startNight();
  night.speak('pause');
  night.faults.refusesSockets = ['account'];
  night.world.lines.drop('account');
  night.waitMs(100);
  night.speak('resume');
  expect(night.mode()).toBe('RECOVERING');

  night.restart();
  night.faults.refusesSockets = [];
  night.settle();
  expect(night.mode()).toBe('ACTIVE');
});

test('resumed while the machine has a reason of its own: that reason holds', () => {
  const night = startNight();
  night.sampleHealth({ diskFreeBytes: 150_000_000 });
  night.waitMs(200);
  expect(night.mode()).toBe('REDUCING');
  night.speak('pause');
  night.speak('resume');
  expect(night.mode()).toBe('REDUCING');
});

test('reduce right after the start: nothing leaves before all is proven', () => {
  const night = startHolding();
  night.quote({ askQuantity: '20' });
  night.restart();
  night.speak('reduce');
  night.waitMs(300);
  expect(night.ordersSent()).toHaveLength(1);
  night.settle();
  expect(night.mode()).toBe('REDUCING');
  expect(night.heldLots('BTC/USDT')).toBe(0);
});

test('a crash loop: the start observes, and trades again after so long without a crash', () => {
  const recovery = { crashLoopStarts: 3, crashLoopClearMs: 120_000 };
  const night = startNight({ recentStartsCount: 3, setup: { recovery } });
  expect(night.mode()).toBe('OBSERVING');
  expect(night.faultIds()).toContain('process.crash_loop');
  night.tell('enter');
  expect(night.ordersSent()).toEqual([]);
  night.waitMs(110_000);
  expect(night.mode()).toBe('OBSERVING');
  night.waitMs(10_000);
  expect(night.mode()).toBe('ACTIVE');
});

test('little disk: only exits leave, then nothing does, and a person must look', () => {
  const night = startHolding();
  night.sampleHealth({ diskFreeBytes: 199_999_999 });
  night.waitMs(200);
  expect(night.mode()).toBe('REDUCING');
  night.tell('enter', 'ETHUSDT');
  night.tell('leave');
  expect(night.heldLots('BTC/USDT')).toBe(0);
  expect(night.heldLots('ETH/USDT')).toBe(0);

  night.sampleHealth({ diskFreeBytes: 200_000_000 });
  night.waitMs(200);
  expect(night.mode()).toBe('ACTIVE');

  night.sampleHealth({ diskFreeBytes: 99_999_999 });
  expect(night.mode()).toBe('HALTED');
  night.sampleHealth({ diskFreeBytes: 10_000_000_000 });
  night.waitMs(60_000);
  expect(night.mode()).toBe('HALTED');
});

// "Orders placed after stop": the gate closes first, then what is on the wire is waited for.
test('a stop in the middle of an order: its answer is awaited, no new one leaves, and it ends once', () => {
  const night = startNight();
  night.faults.orders.push('late');
  night.faults.reports = 'never';
  night.quote({ bidQuantity: '20' });
  night.waitFor(() => night.ordersSent().length === 1, 1_000);
  night.stop();
  night.tell('enter', 'ETHUSDT');
  night.waitMs(600);
  expect(night.world.stopped).toBeUndefined();
  night.waitMs(10_000);
  expect(night.world.stopped?.exitCode).toBe(0);
  expect(night.ordersSent()).toHaveLength(1);
  expectEveryEvaluationTold(night);
  const timer = { type: 'timerFired', atMs: night.desk.nowMs, timer: 'tick' } as const;
  expect(handle(night.desk, timer)).toEqual([]);

  night.restart();
  night.settle();
  expect(night.heldLots('BTC/USDT')).toBe(332);
});

test('a stop with nothing under way ends at once, even before the venue has answered anything', () => {
  const night = startNight({
    arrange: ({ faults }) => {
      faults.mute = ['instruments'];
    },
  });
  night.stop();
  expect(night.world.stopped?.exitCode).toBe(0);
});

// The guest misbehaves; the house still looks after what the guest left behind.
test('a strategy that throws is never asked again, and its position still leaves by its stop', () => {
  const night = startHolding();
  night.quote({ bidQuantity: '13' });
  night.waitMs(500);
  expect(night.faultIds()).toContain('strategy.quarantined');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);

  night.quote({ bid: '59000.00', ask: '59000.01', bidQuantity: '5' });
  night.waitMs(3_000);
  expect(night.heldLots('BTC/USDT')).toBe(0);
  expect(night.lastDecision('exit')).toMatchObject({
    outcome: 'closed',
    reason: { code: 'STOP_EXIT' },
  });
  expectSound(night);
});

// A limit that is no number is a bug of ours; the gate must fail closed, and say that it is broken.
test('a check that throws denies, and is told as broken', () => {
  const { risk } = startNight().desk.setup;
  const night = startNight({ setup: { risk: { ...risk, grossExposureMax: 'much' } } });
  night.tell('enter');
  expect(night.ordersSent()).toEqual([]);
  expect(night.lastDecision('risk')).toMatchObject({ reason: { code: 'VALIDATION_FAILED' } });
  expect(night.faultIds()).toContain('risk.check_failed');
});

// A restart counts orders and fills for the day of the row before them: a row in the wrong place is a
// loss in the wrong day.
test('a day turns in the middle of trading: its row stands before everything that counts for it', () => {
  const midnightMs = Date.UTC(2026, 10, 21);
  let turnedByOrder = 0;
  for (let step = 0; step < 10; step++) {
    // Frames come 10 ms after a tick: midnight falls between the two.
    const startMs = midnightMs - 10_005 - step * 100;
    const night = startNight({ strategies: [strategyOf('restless')], startMs });
    night.waitMs(10_000);
    const rows = night.journal.durable();
    const turn = rows.findLastIndex(({ type }) => type === 'dayOpened');
    expect(rows[turn]).toMatchObject({ day: '2026-11-21' });
    expect(rows.findIndex(({ atMs }) => atMs >= midnightMs)).toBe(turn);
    if ((rows[turn]?.atMs ?? 0) < midnightMs + 95) turnedByOrder += 1;
  }
  expect(turnedByOrder).toBeGreaterThan(0);
});

test('the day has lost what it may lose: entries are denied, exits leave, and the next day begins anew', () => {
  const { risk } = startNight().desk.setup;
  const night = startNight({
    setup: { risk: { ...risk, dailyLossMax: '1' } },
    startMs: Date.UTC(2026, 10, 20, 23, 50),
  });
  night.tell('enter', 'ETHUSDT');
  night.tell('enter');
  night.quote({ bid: '59000.00', ask: '59000.01' });
  night.waitMs(3_000);
  expect(night.heldLots('BTC/USDT')).toBe(0);

  night.waitMs(1_000);
  night.quote({ bidQuantity: '20' });
  night.waitMs(2_000);
  night.quote({ bidQuantity: '5' });
  expect(night.denials()).toContain('DAILY_LOSS_LIMIT');
  night.tell('leave', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBe(0);
  const sent = night.ordersSent().length;

  night.waitMs(600_000);
  expect(night.journal.rows('dayOpened').at(-1)?.day).toBe('2026-11-21');
  night.tell('enter');
  expect(night.ordersSent()).toHaveLength(sent + 1);
});
