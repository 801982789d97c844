import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientOrderId } from '../../src/domain/ids.ts';
import { unixMs } from '../../src/domain/units.ts';
import { isDecisionLine, toDecisionLine } from '../../src/observe/decision-line.ts';
import { formatIso } from '../../src/observe/iso-time.ts';
import { makeRecord, STAMP } from '../support/decisions.ts';
import { NOON_MS } from '../support/trading.ts';

test('a record is written in the agreed shape, stamped by the world, without empty fields', () => {
  expect(toDecisionLine(makeRecord(), STAMP)).toEqual({
    at: '2026-11-20T12:00:00.000Z',
    atMs: NOON_MS,
    epoch: 3,
    seq: 1,
    decisionId: 'd-1',
    stage: 'risk',
    venue: 'binance',
    symbol: 'BTC/USDT',
    strategy: 'ema-cross',
    outcome: 'denied',
    reason: { code: 'STALE_DATA', ageMs: 3412, limitMs: 3000 },
    checks: [{ code: 'STALE_DATA', value: 3412, limit: 3000, passed: false }],
    dataTrust: 'certified',
    latencyUs: { parse: 4, decide: 11, risk: 9 },
    buildId: 'build-1',
    configHash: 'config-1',
  });
});

test('a run of equal skips tells its count, both ends, the nearest miss and the hash of all inputs', () => {
  const run = {
    count: 40,
    firstAtMs: NOON_MS,
    lastAtMs: unixMs(NOON_MS + 9_000),
    first: { fast: 1 },
    last: { fast: 2 },
    nearestMiss: { nearness: 0.9 },
    inputsHash: 'abc',
  };
  const line = toDecisionLine(makeRecord({ run, clientOrderId: clientOrderId('ov1') }), STAMP);
  expect(line.run).toEqual({
    count: 40,
    firstAt: '2026-11-20T12:00:00.000Z',
    lastAt: '2026-11-20T12:00:09.000Z',
    first: { fast: 1 },
    last: { fast: 2 },
    nearestMiss: { nearness: 0.9 },
    inputsHash: 'abc',
  });
  expect(line.clientOrderId).toBe('ov1');
});

test('a line read back is a line; other JSON is not', () => {
  const line: unknown = JSON.parse(JSON.stringify(toDecisionLine(makeRecord(), STAMP)));
  expect(isDecisionLine(line)).toBe(true);
  for (const other of [null, 1, {}, { decisionId: 'd-1' }, []])
    expect(isDecisionLine(other)).toBe(false);
});

test('a moment is spelled as the platform spells it, from 1970 to 9999', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (atMs) => {
      expect(formatIso(atMs)).toBe(new Date(atMs).toISOString());
    }),
  );
  expect(formatIso(Date.UTC(2028, 1, 29, 23, 59, 59, 999) + 0.9)).toBe('2028-02-29T23:59:59.999Z');
});
