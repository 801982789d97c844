import { expect, test } from 'vitest';
import { strategyId } from '../../src/domain/ids.ts';
import type { StrategySettings } from '../../src/signal/settings.ts';
import { defineStrategy } from '../../src/signal/strategy.ts';
import { startNight } from '../support/night.ts';
import { SYMBOLS } from '../support/night-setup.ts';
import { NightTimes } from '../support/night-times.ts';

const THINKING_MS = 50;

function strategiesOf(kind: string, ids: readonly string[]): readonly StrategySettings[] {
  return ids.map((id) => ({
    id: strategyId(id),
    kind,
    enabled: true,
    symbols: SYMBOLS,
    reentryCooldownMs: 0,
    parameters: {},
  }));
}

/** Two strategies that take their time and enter on the same cue: what each thinks must not be booked on the other. */
function startTimedNight() {
  const times = new NightTimes();
  const slow = defineStrategy({
    kind: 'slow',
    inputs: ['bidLots'],
    parameters: {},
    create: (_parameters, answer) => ({
      memory: {},
      onTop({ bidQuantity, askQuantity, position }) {
        times.nowMs += THINKING_MS;
        answer.see(bidQuantity);
        const enters = position === undefined && bidQuantity >= 2 * askQuantity;
        return enters ? answer.enter() : answer.nothing('NO_SIGNAL', 0);
      },
    }),
  });
  const strategies = strategiesOf('slow', ['first', 'second']);
  const night = startNight({ times, strategies, setup: { findStrategyKind: () => slow } });
  return { night, times };
}

const THINKING_US = THINKING_MS * 1_000;
const DEAR = { bid: '60000.00', ask: '60000.01' };
const CHEAP = { bid: '59000.00', ask: '59000.01' };

// An exit of the portfolio was approved before the strategies were asked, and the frame was then timed
// as one that led to nothing: in one of sixteen the decision came after the approval.
test('a stop is hit forty times: its stages are its own, whatever the strategies think afterwards', () => {
  const { night, times } = startTimedNight();
  const exitsOf = () =>
    times.chainsOf(({ outcome, reason }) => outcome === 'passed' && reason.code === 'STOP_EXIT');
  while (exitsOf().length < 40) {
    night.quote(DEAR);
    night.waitMs(200);
    night.tell('enter');
    night.waitFor(() => night.heldLots('BTC/USDT') > 0, 5_000);
    night.quote(CHEAP);
    night.waitFor(() => night.heldLots('BTC/USDT') === 0, 10_000);
  }
  for (const chain of exitsOf()) {
    const [market] = chain;
    expect(market?.record.stage).toBe('market');
    // Decided and approved before any strategy was asked, and both exits of a frame from their own
    // beginning: one look at the clock lies between two stamps.
    for (const stage of ['parse', 'decide', 'risk']) {
      expect(market?.latencyUs[stage], stage).toBeCloseTo(1, 0);
    }
    const closed = chain.findLast(({ record }) => record.stage === 'fill');
    for (const stage of ['journal', 'send', 'fill', 'tickToOrder']) {
      expect(closed?.latencyUs[stage], stage).toBeGreaterThan(0);
    }
  }
});

test('two strategies wish in one frame: it is parsed once, and the second is not charged with the first', () => {
  const { night, times } = startTimedNight();
  night.quote(DEAR);
  night.waitMs(500);
  const parsedBefore = times.countOf('parse');
  const decidedBefore = times.countOf('decide');
  night.tell('enter');
  const wishes = times.records.filter(
    ({ record }) => record.stage === 'signal' && record.outcome === 'passed',
  );
  expect(wishes.map(({ record }) => record.strategy)).toEqual(['first', 'second']);
  const [first, second] = wishes;
  expect(first?.latencyUs['parse']).toBe(second?.latencyUs['parse']);
  for (const wish of [first, second]) {
    expect(wish?.latencyUs['decide']).toBeGreaterThanOrEqual(THINKING_US);
    expect(wish?.latencyUs['decide']).toBeLessThan(1.5 * THINKING_US);
  }
  // Frames that lead to nothing add as much to the one as to the other.
  const parsed = times.countOf('parse') - parsedBefore;
  expect(parsed).toBeGreaterThanOrEqual(1);
  expect(times.countOf('decide') - decidedBefore).toBe(parsed + 1);
});

test('two orders of one frame: each is sent, answered and filled for itself', () => {
  const { night, times } = startTimedNight();
  night.quote(DEAR);
  night.waitMs(500);
  night.tell('enter');
  night.waitMs(1_000);
  const sent = night.ordersSent();
  expect(sent).toHaveLength(2);
  for (const stage of ['send', 'venue', 'fill', 'tick_to_order', 'tick_to_ack']) {
    expect(times.countOf(stage), stage).toBe(2);
  }
});

test('what a tick decides has no frame: flattening is timed from where the tick looked for exits', () => {
  const { night, times } = startTimedNight();
  night.quote(DEAR);
  night.waitMs(500);
  night.tell('enter');
  night.waitFor(() => night.heldLots('BTC/USDT') > 0, 5_000);
  const ticksToOrder = times.countOf('tick_to_order');
  const before = times.records.length;
  night.speak('flatten');
  night.waitFor(() => night.heldLots('BTC/USDT') === 0, 10_000);
  const exits = times.records.slice(before).filter(({ record }) => record.stage === 'exit');
  const wished = exits.filter(({ record }) => record.outcome === 'passed');
  expect(wished.length).toBeGreaterThan(0);
  for (const { latencyUs } of wished) {
    expect(Object.keys(latencyUs)).toEqual(['decide', 'risk']);
    expect(latencyUs['decide']).toBeCloseTo(1, 0);
  }
  expect(times.countOf('tick_to_order')).toBe(ticksToOrder);
});

// Bars are closed by a trade or by the tick, those of all symbols in one: what a strategy of bars then
// decided had no beginning, because only best prices had one.
test('a strategy of bars: each wish is timed from the close of its own bar, with and without a frame', () => {
  const times = new NightTimes();
  const bars = defineStrategy({
    kind: 'bars',
    inputs: ['heldLots'],
    parameters: {},
    create: (_parameters, answer) => ({
      memory: {},
      candleIntervalMs: 1_000,
      askedOn: 'candle',
      onCandle: () => undefined,
      onTop({ position }) {
        times.nowMs += THINKING_MS;
        answer.see(position === undefined ? 0 : 1);
        return position === undefined ? answer.enter() : answer.exit();
      },
    }),
  });
  const night = startNight({
    times,
    seed: 'bars',
    strategies: strategiesOf('bars', ['only']),
    setup: { findStrategyKind: () => bars },
  });
  night.waitMs(30_000);
  const wishes = times.records.filter(
    ({ record }) => record.stage === 'signal' && record.outcome === 'passed',
  );
  expect(new Set(wishes.map(({ record }) => record.symbol))).toEqual(new Set(SYMBOLS));
  for (const { latencyUs } of wishes) {
    expect(latencyUs['decide']).toBeGreaterThanOrEqual(THINKING_US);
    expect(latencyUs['decide']).toBeLessThan(1.1 * THINKING_US);
  }
  const fromFrames = wishes.filter(({ latencyUs }) => latencyUs['parse'] !== undefined);
  expect(fromFrames.length).toBeGreaterThan(0);
  expect(fromFrames.length).toBeLessThan(wishes.length);
});
