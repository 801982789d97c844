import { expect, test } from 'vitest';
import { type Night, startNight } from '../support/night.ts';
import type { KillPoint } from '../support/night-journal.ts';
import { expectSafe, expectSound, isSettled } from '../support/night-proof.ts';

/**
 * A short night with everything that writes to the journal: fills, a lost order, an unproven answer, a
 * refusal, a flatten. Whatever it does next is done by whoever is alive then.
 */
function play(killAt: KillPoint | undefined): Night {
  const night = startNight({ killAt });
  night.settle();
  night.tell('enter');
  night.faults.orders.push('errorAfter');
  night.tell('enter', 'ETHUSDT');
  night.waitMs(1_000);
  night.faults.orders.push('refused');
  night.tell('leave');
  night.faults.orders.push('lostOnTheWay');
  night.tell('leave', 'ETHUSDT');
  night.waitMs(3_000);
  night.tell('leave');
  night.waitMs(30_000);
  night.speak('flatten');
  night.waitMs(1_000);
  return night;
}

/** The next life: it must find out everything, with nobody's help. */
function recover(night: Night): void {
  night.faults.orders.length = 0;
  night.restart();
  night.waitFor(() => isSettled(night), 90_000);
  expectSafe(night);
  expectSound(night);
}

const unhurt = play(undefined);
const { commits } = unhurt.journal;

test('the night itself: sold out, sound, and with every kind of row', () => {
  expect(unhurt.heldLots('BTC/USDT')).toBe(0);
  const kinds = new Set(unhurt.journal.durable().map(({ type }) => type));
  expect([...kinds].sort()).toEqual(
    ['absent', 'dayOpened', 'filled', 'intent', 'mode', 'opening', 'rejected', 'reported']
      .concat(['started', 'submitted', 'unknown'])
      .sort(),
  );
  unhurt.waitMs(60_000);
  expectSound(unhurt);
});

for (const when of ['before', 'after'] as const) {
  // The one place where a restart can do harm is between what was done and what was written of it. So
  // each of these places is tried.
  test(`killed ${when} each of the commits of a night: nothing is sent twice, nothing is lost`, () => {
    const sent = new Set<number>();
    for (let commit = 1; commit <= commits; commit++) {
      const night = play({ commit, when });
      recover(night);
      sent.add(night.ordersSent().length);
    }
    // The kills fell before, among and after the orders.
    expect(sent.size).toBeGreaterThan(3);
  });
}

// "Duplicates on each restart": what is proven once stays proven, however often it is read back.
test('killed and started again thirty times in a row: nothing moves', () => {
  const night = startNight();
  night.tell('enter');
  const held = night.heldLots('BTC/USDT');
  for (let life = 0; life < 30; life++) {
    night.restart(1);
    night.waitMs(life * 20);
  }
  night.settle();
  expect(night.heldLots('BTC/USDT')).toBe(held);
  expect(night.ordersSent()).toHaveLength(1);
  expectSound(night);
  night.tell('leave');
  expect(night.heldLots('BTC/USDT')).toBe(0);
});
