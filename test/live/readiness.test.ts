import { expect, test } from 'vitest';
import { assessReadiness } from '../../src/live/readiness.ts';
import { type Night, startNight } from '../support/night.ts';
import { listAs } from '../support/night-listing.ts';
import { OURS } from '../support/night-venue.ts';

function reasons(night: Night): readonly string[] {
  const { ready, reasons: told } = assessReadiness(night.desk);
  expect(ready).toBe(told.length === 0);
  return told;
}

test('a quiet night is ready, and a mode that lets nothing leave is not', () => {
  const night = startNight();
  expect(reasons(night)).toEqual([]);
  night.speak('pause');
  expect(reasons(night)).toEqual(['mode is OBSERVING: pause by anna']);
});

// Somebody moves coins out of the account by hand. Every entry is denied from then on; who only looks at
// `/readyz` must hear of it, in figures that can be compared with the venue's own page.
test('balances differ: not ready, with the asset and both amounts as decimals, until they agree', () => {
  const night = startNight();
  night.venue.core.moveFunds(OURS, 'BTC', '-0.25', night.clock.nowMs);
  night.waitFor(() => reasons(night).length > 0, 400_000);
  expect(reasons(night)).toEqual(['binance: balances differ: BTC is 0.75, by our books 1']);
  const mismatch = { asset: 'BTC', expected: '1', actual: '0.75', difference: '-0.25' };
  const faults = night.world.raised.filter(({ fault }) => fault === 'position.mismatch');
  expect(faults.map(({ detail }) => detail)).toContainEqual({ venue: 'binance', ...mismatch });
  night.tell('enter');
  expect(night.lastDecision('risk')?.reason.code).toBe('RECONCILIATION_PENDING');

  night.venue.core.moveFunds(OURS, 'BTC', '0.25', night.clock.nowMs);
  night.waitFor(() => reasons(night).length === 0, 60_000);
});

test('the account socket is gone: not ready', () => {
  const night = startNight();
  night.faults.refusesSockets = ['account'];
  night.world.lines.drop('account');
  night.waitMs(1_000);
  expect(reasons(night)).toContain('binance: account events do not arrive');
});

test('data late, data old, and no data at all: each is said as what it is', () => {
  const night = startNight();
  night.faults.lagMs = 2_500;
  night.waitMs(4_000);
  expect(reasons(night)).toContainEqual(
    expect.stringMatching(/^BTC\/USDT: data comes \d+ ms late, limit is 2000 ms$/),
  );

  const silent = startNight();
  silent.faults.stalled = (stream) => stream.startsWith('btcusdt');
  silent.waitMs(4_000);
  expect(reasons(silent)).toEqual([expect.stringMatching(/^BTC\/USDT: (data is|its streams)/)]);

  const empty = startNight({
    arrange: ({ faults }) => {
      faults.stalled = (stream) => stream.startsWith('btcusdt');
      faults.mute = ['depth'];
    },
  });
  empty.waitMs(70_000);
  expect(empty.mode()).toBe('ACTIVE');
  expect(reasons(empty)).toContain('BTC/USDT: no data yet');
});

test('none of our symbols is traded: not ready; one of them suffices', () => {
  const night = startNight();
  const close = (...closed: readonly string[]) => {
    listAs(night, Object.fromEntries(closed.map((symbol) => [symbol, { status: 'BREAK' }])));
    night.waitMs(61_000);
  };
  close('BTCUSDT');
  expect(reasons(night)).toEqual([]);
  close('BTCUSDT', 'ETHUSDT');
  expect(reasons(night)).toEqual(['binance: none of our symbols is traded now']);
  close();
  expect(reasons(night)).toEqual([]);
});
