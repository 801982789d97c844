import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Effect } from '../../src/domain/effect.ts';
import { Desk } from '../../src/pipeline/desk.ts';
import { handle } from '../../src/pipeline/handle.ts';
import { toDeskSetup } from '../../src/wiring/desk-setup.ts';
import { DEFAULT_TEXT, settingsOf } from '../config/settings-files.ts';
import { type Night, startNight } from '../support/night.ts';
import { expectEveryEvaluationTold, expectSafe, expectSound } from '../support/night-proof.ts';
import { SILENT_PROBE, strategyOf } from '../support/night-setup.ts';

const SEEDS = Array.from({ length: 20 }, (_, i) => `seed ${i + 1}`);
const FATES = ['answerLost', 'errorAfter', 'errorBefore', 'refused', 'late', 'notSent'] as const;

/** Twenty seconds of a generated market, full of orders and of things that go wrong with them. */
function playBadly(seed: string, number: number): Night {
  const night = startNight({ seed, strategies: [strategyOf('restless')] });
  night.waitMs(3_000);
  night.faults.reports = (['twice', 'reversed', 'never', 'once'] as const)[number % 4] ?? 'once';
  night.faults.orders.push(FATES[number % FATES.length] ?? 'late', 'late');
  night.waitMs(5_000);
  if (number % 3 === 0) night.world.lines.drop('account');
  if (number % 3 === 1) night.world.lines.drop('market');
  if (number % 5 === 0) night.clock.sleep(2_000);
  night.waitMs(9_000);
  return night;
}

/** A hash over effects, one after the other. */
function hash(effects: Iterable<Effect>): string {
  const sum = createHash('sha256');
  for (const effect of effects) {
    sum.update(JSON.stringify(effect, (_, each) => (typeof each === 'bigint' ? `${each}n` : each)));
  }
  return sum.digest('hex');
}

/** All that a fresh desk asks for when it hears the same. */
function* decideAgain(night: Night): Iterable<Effect> {
  const desk = new Desk(night.desk.setup);
  for (const event of night.world.events) yield* handle(desk, event);
}

for (const [number, seed] of SEEDS.entries()) {
  // Replay, `why-not` and every found bug rest on this: the same events, the same effects, bit for bit.
  test(`a bad night, ${seed}: heard by another desk it has the same effects, and all of it is told`, () => {
    const night = playBadly(seed, number);
    expect(night.ordersSent().length).toBeGreaterThan(20);
    expect(hash(decideAgain(night))).toBe(hash(night.world.effects));
    expectSafe(night);

    night.faults.reports = 'once';
    night.quiet();
    expectSound(night);
    const filled = new Set(night.journal.rows('filled').map(({ clientOrderId }) => clientOrderId));
    const told = night.decisions().filter(({ stage }) => stage === 'fill');
    expect(new Set(told.map(({ clientOrderId }) => clientOrderId))).toEqual(filled);
    night.stop();
    expectEveryEvaluationTold(night);
  });
}

// Nothing is tuned for the demo: whatever seed a newcomer picks, there is a filled order to explain.
test('the default settings on twenty seeds: an order is filled within a minute', () => {
  const setup = toDeskSetup(settingsOf(DEFAULT_TEXT), { probe: SILENT_PROBE, accountTag: 'test' });
  const without: string[] = [];
  for (const seed of SEEDS) {
    const night = startNight({ seed, setup: { ...setup, findStrategyKind: undefined } });
    for (let s = 0; s < 56 && night.journal.rows('filled').length === 0; s++) night.waitMs(1_000);
    if (night.journal.rows('filled').length === 0) without.push(seed);
    else expectSafe(night);
  }
  expect(without).toEqual([]);
});
