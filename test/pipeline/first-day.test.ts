import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseSettings } from '../../src/config/parse-settings.ts';
import { clientOrderId } from '../../src/domain/ids.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import { unixMs } from '../../src/domain/units.ts';
import { Desk } from '../../src/pipeline/desk.ts';
import { limitsNow } from '../../src/pipeline/first-day.ts';
import { handle } from '../../src/pipeline/handle.ts';
import { assessRisk } from '../../src/risk/assess-risk.ts';
import { toDeskSetup } from '../../src/wiring/desk-setup.ts';
import { SILENT_PROBE } from '../support/night-setup.ts';
import { makeExit, makeFacts, makeIntent, NOON_MS } from '../support/trading.ts';

const DAY_MS = 86_400_000;

/** A desk with the settings of an example, started with `rows` in its journal. */
function deskOf(example: 'binance-live' | 'binance-paper', rows: readonly JournalRow[]): Desk {
  const file = new URL(`../../config/examples/${example}.yaml`, import.meta.url);
  const parsed = parseSettings(readFileSync(file, 'utf8'), {});
  if (parsed.type === 'invalid') expect.fail(JSON.stringify(parsed.problems));
  const desk = new Desk(toDeskSetup(parsed.settings, { probe: SILENT_PROBE, accountTag: 'abcd' }));
  handle(desk, {
    type: 'started',
    atMs: NOON_MS,
    epoch: 1,
    seed: 1,
    rows,
    clean: true,
    recentStartsCount: 1,
    haltLatched: false,
  });
  return desk;
}

function sent(agoMs: number): JournalRow {
  const atMs = unixMs(NOON_MS - agoMs);
  return {
    type: 'submitted',
    atMs,
    clientOrderId: clientOrderId('ov1'),
    sentAtMs: atMs,
    leaseEndMs: atMs,
    payloadHash: '',
    sendAttempts: 1,
  };
}

const capOf = (desk: Desk) => limitsNow(desk).orderNotionalMax;

// The first hours with real money are when a wrong digit in the settings shows.
test('before and on the first live day an entry is worth at most its cap, then what risk allows', () => {
  expect(capOf(deskOf('binance-live', []))).toBe('20');
  expect(capOf(deskOf('binance-live', [sent(0)]))).toBe('20');
  expect(capOf(deskOf('binance-live', [sent(DAY_MS - 1)]))).toBe('20');
  expect(capOf(deskOf('binance-live', [sent(DAY_MS)]))).toBe('50');
  // Later orders do not begin the day again.
  expect(capOf(deskOf('binance-live', [sent(DAY_MS), sent(0)]))).toBe('50');
});

test('the cap ends by itself while the daemon runs', () => {
  const desk = deskOf('binance-live', [sent(DAY_MS - 1)]);
  desk.nowMs = unixMs(NOON_MS + 1);
  expect(capOf(desk)).toBe('50');
});

test('paper has no first day', () => {
  expect(capOf(deskOf('binance-paper', []))).toBe('1000');
});

test('an entry above the cap is denied with both numbers; an exit of any size leaves', () => {
  const desk = deskOf('binance-live', []);
  // 120 USDT.
  const entry = assessRisk(makeIntent(), makeFacts(), limitsNow(desk));
  expect(entry).toMatchObject({
    type: 'denied',
    reason: { code: 'NOTIONAL_EXCEEDS_MAX_PER_ORDER' },
  });
  expect(entry.checks).toContainEqual(
    expect.objectContaining({ code: 'NOTIONAL_EXCEEDS_MAX_PER_ORDER', value: '120', limit: '20' }),
  );
  const exit = assessRisk(makeExit(), makeFacts(), limitsNow(desk));
  expect(exit.type).toBe('approved');
});
