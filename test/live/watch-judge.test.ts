import { expect, test } from 'vitest';
import { type Episode, WatchJudge } from '../../src/live/watch-judge.ts';
import type { Sight } from '../../src/live/watch-look.ts';
import type { Heartbeat } from '../../src/store/heartbeat.ts';
import { NOON_MS } from '../support/trading.ts';

const HEARTBEAT: Heartbeat = {
  atMs: NOON_MS,
  pid: 7,
  epoch: 2,
  buildId: 'b',
  httpPort: 9464,
  mode: 'ACTIVE',
  modeCause: 'proven',
  progress: {},
  positions: [{ venue: 'binance', symbol: 'BTC/USDT', quantity: '0.1' }],
  openOrders: [{ clientOrderId: 'ov9', symbol: 'BTC/USDT', state: 'ACCEPTED' }],
};

const WORKING: Sight = {
  heartbeat: HEARTBEAT,
  heartbeatProblem: undefined,
  heartbeatAgeMs: 1000,
  processLives: true,
  healthz: 'healthy',
  healthzText: '{}',
};
const GONE: Sight = { ...WORKING, processLives: false, healthz: 'silent', heartbeatAgeMs: 9000 };
const HUNG: Sight = { ...WORKING, healthz: 'silent', heartbeatAgeMs: 40_000 };

/** A night seen each 5 s. */
function watch(sights: readonly Sight[], episode?: Episode) {
  const judge = new WatchJudge(episode);
  const mails = sights.flatMap((sight, n) => judge.judge(sight, NOON_MS + n * 5000).mails);
  return { judge, mails, subjects: mails.map(({ subject }) => subject) };
}
const times = (count: number, sight: Sight): readonly Sight[] =>
  Array.from({ length: count }, () => sight);

test('a restart of a few seconds mails nobody', () => {
  expect(watch([WORKING, ...times(6, GONE), WORKING]).mails).toEqual([]);
});

test('gone for 30 s: one mail with the last known positions and orders, and one when it is back', () => {
  const { subjects, mails, judge } = watch([WORKING, ...times(30, GONE), ...times(3, WORKING)]);
  expect(subjects).toEqual([
    '[P0 ALARM] overnight: the daemon is gone since 2026-11-20T12:00:05.000Z',
    '[P0 OK] overnight: the daemon works again',
  ]);
  expect(mails[0]?.text).toContain('0.1 BTC/USDT');
  expect(mails[0]?.text).toContain('ov9 BTC/USDT ACCEPTED');
  expect(mails[1]?.inReplyTo).toBe(mails[0]?.messageId);
  expect(judge.episode).toBeUndefined();
});

test('alive without progress is hung, which is mailed too', () => {
  expect(watch([WORKING, ...times(8, HUNG)]).subjects).toEqual([
    '[P0 ALARM] overnight: the daemon is hung since 2026-11-20T12:00:05.000Z',
  ]);
  const unhealthy: Sight = { ...WORKING, healthz: 'unhealthy' };
  expect(watch([WORKING, ...times(8, unhealthy)]).subjects).toHaveLength(1);
});

test('a watcher that was restarted in the middle does not mail the same episode twice', () => {
  const first = watch([WORKING, ...times(10, GONE)]);
  const second = watch([...times(20, GONE), WORKING], first.judge.episode);
  expect(second.subjects).toEqual(['[P0 OK] overnight: the daemon works again']);
});

test('a stop that was asked for wakes nobody; one that needs a person does', () => {
  const stopped = (exitCode: number): Sight => ({
    ...GONE,
    heartbeat: { ...HEARTBEAT, stopped: { exitCode, cause: 'test' } },
  });
  expect(watch([WORKING, ...times(20, stopped(0))]).mails).toEqual([]);
  const locked = watch([WORKING, ...times(20, stopped(75))]);
  expect(locked.mails[0]?.text).toContain('It ended with 75 (test): PM2 does not start it again.');
});

test('nothing was ever started here: it is mailed once, and says that there is no heartbeat', () => {
  const never: Sight = {
    heartbeat: undefined,
    heartbeatProblem: 'there is no heartbeat file',
    heartbeatAgeMs: undefined,
    processLives: false,
    healthz: 'silent',
    healthzText: 'refused',
  };
  const { mails } = watch(times(20, never));
  expect(mails).toHaveLength(1);
  expect(mails[0]?.text).toContain('No heartbeat was ever written here.');
});

// "Hung" alone sends somebody to the wrong place when it is the feed that says nothing.
test('a daemon that lives and gets no data: the mail says which work does not get anywhere', () => {
  const loops = [
    { loop: 'tick', count: 9, lastAtMs: 1, ageMs: 175, limitMs: 5000, progressing: true },
    { loop: 'frames', count: 9, lastAtMs: 1, ageMs: 72_510, limitMs: 60_000, progressing: false },
  ];
  const healthzText = JSON.stringify({ healthy: false, loops });
  const silent: Sight = { ...WORKING, healthz: 'unhealthy', healthzText };
  const [mail] = watch([WORKING, ...times(8, silent)]).mails;
  expect(mail?.text).toContain('no progress of: frames (market data) for 73 s, limit 60 s.');
  expect(mail?.text).not.toContain('tick (');
});
