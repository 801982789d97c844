import { expect, test } from 'vitest';
import { unixMs } from '../../src/domain/units.ts';
import { type Night, startNight } from '../support/night.ts';

// What the venue answers to a signed subscription is said on a socket, not by HTTP, and counts as much.

const HOUR_MS = 3_600_000;
const AWAY_MS = 600_000;
/** What we take when nobody says how long, and as much again for a clock of ours that is fast. */
const USUAL_BAN_MS = 126_000;

/** The venue answers the subscription of the account socket so, instead of taking it. */
function refuse(night: Night, status: number, error: Readonly<Record<string, unknown>>): void {
  const said = JSON.stringify({ id: 'account-1', status, error });
  night.world.lines.garbage('account', Buffer.from(said));
}

function banned(data?: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const msg = 'Way too much request weight used; IP banned.';
  return { code: -1003, msg, ...(data === undefined ? {} : { data }) };
}

/** How long the venue is left in peace from now on, ms. */
function blockedMs(night: Night): number {
  const [venue] = night.desk.venues;
  const untilMs = venue?.orders.findBlockedUntilMs(unixMs(night.clock.nowMs));
  return untilMs === undefined ? 0 : untilMs - night.clock.nowMs;
}

/** What the venue's clock shows. */
function venueNowMs(night: Night): number {
  return Math.floor(night.clock.nowMs + night.clockAheadMs);
}

function timesAsked(night: Night): number {
  return night.world.asked.filter(({ question }) => question.type === 'serverTime').length;
}

// Whoever asks while banned is banned for longer, up to three days.
test.each([418, 429])(
  'told %i on the account socket, with a moment ten minutes away: nothing is asked before it',
  (status) => {
    const night = startNight({ clockAheadMs: 4_000 });
    const serverTime = venueNowMs(night);
    refuse(night, status, banned({ serverTime, retryAfter: serverTime + AWAY_MS }));
    expect(night.mode()).toBe('OBSERVING');
    expect(blockedMs(night)).toBeGreaterThanOrEqual(AWAY_MS);
    expect(blockedMs(night)).toBeLessThan(1.1 * AWAY_MS);

    const askedBefore = night.world.asked.length;
    const openedBefore = night.world.lines.opened('account');
    night.waitMs(AWAY_MS);
    expect(night.world.asked).toHaveLength(askedBefore);
    expect(night.world.lines.opened('account')).toBe(openedBefore);

    night.waitMs(AWAY_MS / 10);
    expect(night.mode()).toBe('ACTIVE');
  },
);

// Our clock may be wrong by hours; the venue's own moments are compared with its own clock.
test('a ban that names no clock is counted by what we know of the venue clock', () => {
  const night = startNight({ clockAheadMs: 2 * HOUR_MS });
  refuse(night, 418, banned({ retryAfter: venueNowMs(night) + HOUR_MS }));
  expect(blockedMs(night)).toBeGreaterThanOrEqual(HOUR_MS);
  expect(blockedMs(night)).toBeLessThan(1.1 * HOUR_MS);
});

test.each([
  ['nothing', undefined],
  ['another shape', { retryAfter: 'soon' }],
  ['a moment that is over', { serverTime: 1_700_000_000_000, retryAfter: 1_600_000_000_000 }],
  ['a moment long ago, and no clock', { retryAfter: 1_600_000_000_000 }],
  ['less than nothing', { serverTime: -5, retryAfter: -1 }],
])('a ban that says %s of its length is taken for a usual one', (_, data) => {
  const night = startNight();
  refuse(night, 418, banned(data));
  expect(blockedMs(night)).toBe(USUAL_BAN_MS);
  expect(night.faultIds()).toContain('venue.banned');
});

test('a firewall that answers on the account socket is left in peace for as long as one that answers a request', () => {
  const night = startNight();
  refuse(night, 403, { code: -1000, msg: 'Forbidden' });
  expect(blockedMs(night)).toBeGreaterThanOrEqual(300_000);
});

// With the clock that was refused, each subscription that follows is refused like the first one.
test('the venue refuses the timestamp of a subscription: it is asked for its time at once', () => {
  const night = startNight();
  night.waitMs(20_000);
  night.faults.mute = ['serverTime'];
  const before = timesAsked(night);
  const msg = "Timestamp for this request was 1000ms ahead of the server's time.";
  refuse(night, 400, { code: -1021, msg });
  expect(timesAsked(night)).toBe(before + 1);
  expect(night.faultIds()).toContain('clock.skewed');
  // Refused again at once, on the socket that follows: one question is under way already.
  const opened = night.world.lines.opened('account');
  night.waitFor(() => night.world.lines.opened('account') > opened, 500);
  night.waitMs(30);
  refuse(night, 400, { code: -1021, msg });
  expect(timesAsked(night)).toBe(before + 1);
});
