import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DeskEvent, frameReceived } from '../../src/domain/event.ts';
import { connectionId } from '../../src/domain/ids.ts';
import { unixMs } from '../../src/domain/units.ts';
import type { Checker } from '../../src/sim/checker.ts';
import { venueRules } from '../../src/sim/checkers/i17-venue-rules.ts';
import { SIM_FAULTS } from '../../src/sim/faults/catalogue.ts';
import { SimNight } from '../../src/sim/night.ts';
import type { SimRequest } from '../../src/sim/request.ts';
import { stayAwayMs } from '../../src/sim/stay-away.ts';
import { tempFolder } from '../store/temp-folder.ts';
import { type Call, findCall, type RecordedNight, recordNight } from './support/recorded-night.ts';

// A subscription to the account is answered on its socket, where no header says for how long to stay away.

const MINUTE_MS = 60_000;
const SERVER_MS = 1_659_142_907_531;
const ACCOUNT = connectionId('binance/account/1');

let night: RecordedNight;
let asked: Extract<Call, { hook: 'onRequest' }>;
beforeAll(() => {
  night = recordNight({ seed: 'ban on a socket', minutes: 1 });
  const request = findCall(night, 'onRequest', ({ kind }) => kind === 'ask');
  if (request.hook !== 'onRequest') throw new Error('found another');
  asked = request;
});
afterAll(() => night.close());

function refusal(status: number, data: unknown, connection = ACCOUNT) {
  const text = JSON.stringify({ id: 'a', status, error: { code: -1003, msg: 'banned', data } });
  return frameReceived(connection, unixMs(SERVER_MS), Buffer.from(text));
}

const MINUTE = { serverTime: SERVER_MS, retryAfter: SERVER_MS + MINUTE_MS };

test.each([418, 429])(
  'a request before the end of a %i told on the account socket is seen',
  (status) => {
    const checker: Checker = venueRules.make(night.night);
    checker.onLifeBegan?.(1, 0);
    checker.onEvent?.(refusal(status, MINUTE), 1_000);
    checker.onRequest?.(asked.args[0], 60_000);
    checker.onRequest?.(asked.args[0], 61_000);
    expect(
      checker.tally.violations.map(({ text }) => text.replace(/^\w+ left/, 'it left')),
    ).toEqual([
      `it left 998 ms before the end of what the venue asked for with ${status}, allowed are 0 ms`,
    ]);
    expect(checker.tally.checksCount).toBe(2);
  },
);

test('what is said on a market socket, without a length, or by nobody bans nobody', () => {
  expect(stayAwayMs(refusal(418, MINUTE))).toBe(MINUTE_MS);
  expect(stayAwayMs(refusal(418, { retryAfter: SERVER_MS + MINUTE_MS }))).toBe(120_000);
  expect(stayAwayMs(refusal(401, undefined))).toBe(300_000);
  expect(stayAwayMs(refusal(400, undefined))).toBe(0);
  expect(stayAwayMs(refusal(418, MINUTE, connectionId('binance/market/1')))).toBe(0);
  expect(stayAwayMs(frameReceived(ACCOUNT, unixMs(0), Buffer.from('{"status":418')))).toBe(0);
});

// The market is quiet, nothing is asked: the first to hear of the ban is the account socket that has to be opened anew.
test('banned for five minutes, and only the account socket was told: nothing is asked before they are over', () => {
  const fault = { atMs: 90_000, moment: 'atOnce' } as const;
  const leftAtMs: number[] = [];
  const toldAtMs: number[] = [];
  let httpCount = 0;
  let checker: Checker | undefined;
  const banned = new SimNight({
    seed: 'only the account socket was told',
    hours: 1,
    faults: [
      { ...fault, name: 'venue.banned', durationMs: 5 * MINUTE_MS, parameters: {} },
      { ...fault, name: 'socket.cut', durationMs: 1, parameters: { kind: 'account', code: 1_006 } },
    ],
    catalogue: SIM_FAULTS,
    watchers: (one) => {
      checker = venueRules.make(one);
      const watcher = {
        onRequest: (_request: SimRequest, atMs: number) => {
          if (atMs - one.startMs > fault.atMs) leftAtMs.push(atMs - one.startMs);
        },
        onEvent: (event: DeskEvent, atMs: number) => {
          if (atMs - one.startMs < fault.atMs || stayAwayMs(event) === 0) return;
          if (event.type === 'frameReceived') toldAtMs.push(atMs - one.startMs);
          else httpCount += 1;
        },
      };
      return [checker, watcher];
    },
    folder: tempFolder(),
  });
  try {
    banned.waitMs(10 * MINUTE_MS);
    expect(httpCount).toBe(0);
    expect(toldAtMs).toHaveLength(1);
    expect(leftAtMs[0]).toBeLessThan(toldAtMs[0] ?? 0);
    expect(leftAtMs[1]).toBeGreaterThan(fault.atMs + 5 * MINUTE_MS);
    expect(checker?.tally.violations).toEqual([]);
    expect(banned.daemon.life?.desk.mode.mode).toBe('ACTIVE');
  } finally {
    banned.close();
  }
});
