import { expect, test } from 'vitest';
import { TradingDays } from '../../src/portfolio/trading-day.ts';

const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString();
const HOUR_MS = 3_600_000;

test('in UTC a day ends at midnight, and the next day begins with that very millisecond', () => {
  const days = new TradingDays('UTC');
  const end = days.nextBoundaryMs(at('2026-11-20T12:34:56.789Z'));
  expect(iso(end)).toBe('2026-11-21T00:00:00.000Z');
  expect(days.dayOf(end - 1)).toBe('2026-11-20');
  expect(days.dayOf(end)).toBe('2026-11-21');
  expect(iso(days.nextBoundaryMs(end))).toBe('2026-11-22T00:00:00.000Z');
});

test('the clocks go forward in Berlin: that day has 23 hours', () => {
  const days = new TradingDays('Europe/Berlin');
  const start = days.nextBoundaryMs(at('2026-03-28T12:00:00Z'));
  const end = days.nextBoundaryMs(start);
  expect(iso(start)).toBe('2026-03-28T23:00:00.000Z');
  expect(iso(end)).toBe('2026-03-29T22:00:00.000Z');
  expect(end - start).toBe(23 * HOUR_MS);
});

test('the clocks go back in New York: that day has 25 hours', () => {
  const days = new TradingDays('America/New_York');
  const start = days.nextBoundaryMs(at('2026-10-31T12:00:00Z'));
  const end = days.nextBoundaryMs(start);
  expect(days.dayOf(start)).toBe('2026-11-01');
  expect(end - start).toBe(25 * HOUR_MS);
});

test('zones with odd offsets, half-hour clock changes and a day that never was', () => {
  const kathmandu = new TradingDays('Asia/Kathmandu');
  expect(iso(kathmandu.nextBoundaryMs(at('2026-01-01T00:00:00Z')))).toBe(
    '2026-01-01T18:15:00.000Z',
  );
  const lordHowe = new TradingDays('Australia/Lord_Howe');
  const start = lordHowe.nextBoundaryMs(at('2026-04-04T00:00:00Z'));
  expect(lordHowe.nextBoundaryMs(start) - start).toBe(24.5 * HOUR_MS);
  // Samoa went to bed on 29 December 2011 and woke up on the 31st.
  const samoa = new TradingDays('Pacific/Apia');
  const skipped = samoa.nextBoundaryMs(at('2011-12-29T20:00:00Z'));
  expect(samoa.dayOf(skipped - 1)).toBe('2011-12-29');
  expect(samoa.dayOf(skipped)).toBe('2011-12-31');
});

test('a moment with a fraction of a millisecond is fine, a zone that does not exist is refused', () => {
  const days = new TradingDays('UTC');
  expect(days.dayOf(at('2026-11-20T23:59:59.999Z') + 0.5)).toBe('2026-11-20');
  expect(iso(days.nextBoundaryMs(at('2026-11-20T23:59:59.999Z') + 0.5))).toBe(
    '2026-11-21T00:00:00.000Z',
  );
  expect(() => new TradingDays('Mars/Olympus')).toThrow(RangeError);
});
