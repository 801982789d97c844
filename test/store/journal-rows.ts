import { type ClientOrderId, clientOrderId, tradeId, venueOrderId } from '../../src/domain/ids.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import { unixMs } from '../../src/domain/units.ts';
import type { JournalOptions } from '../../src/store/journal-store.ts';
import { makeFill, makeIntent, NOON_MS } from '../support/trading.ts';

/** A start at noon whose clocks only move when a test says so. */
export function journalAt(path: string, change: Partial<JournalOptions> = {}): JournalOptions {
  return {
    path,
    buildId: 'build-1',
    configHash: 'config-1',
    pid: 42,
    nowMs: () => NOON_MS,
    monotonicNs: () => 123_456_789_012_345_678n,
    serverNowMs: () => undefined,
    ...change,
  };
}

export const idOf = (name: string): ClientOrderId => clientOrderId(name);

export function intentRow(name: string): JournalRow {
  const intent = makeIntent({ clientOrderId: idOf(name) });
  return { type: 'intent', atMs: NOON_MS, intent, checks: [] };
}

export function submittedRow(name: string): JournalRow {
  return {
    type: 'submitted',
    atMs: NOON_MS,
    clientOrderId: idOf(name),
    sentAtMs: NOON_MS,
    leaseEndMs: unixMs(NOON_MS + 3000),
    payloadHash: 'abc',
    sendAttempts: 1,
  };
}

export function voidedRow(name: string): JournalRow {
  return { type: 'voided', atMs: NOON_MS, clientOrderId: idOf(name), reason: { code: 'NOT_SENT' } };
}

export function filledRow(name: string, trade: string): JournalRow {
  return {
    type: 'filled',
    atMs: NOON_MS,
    clientOrderId: idOf(name),
    fill: makeFill({ tradeId: tradeId(trade), venueOrderId: venueOrderId('77') }),
    source: 'userStream',
    late: false,
  };
}
