import type { JournalRow } from '../domain/journal-row.ts';
import type { UnixMs } from '../domain/units.ts';
import type { RiskLimits } from '../risk/limits.ts';
import type { Desk } from './desk.ts';

/** As long as any day of any zone lasts at least once: a first order just before midnight still has its whole day. */
const DAY_MS = 86_400_000;

/** When the first order of this journal left; `undefined`: none ever has. */
export function findFirstOrderAtMs(rows: readonly JournalRow[]): UnixMs | undefined {
  return rows.find((row) => row.type === 'submitted')?.atMs;
}

/**
 * The limits of the gate as they hold now. On the first live day no entry is worth more than its cap,
 * whatever else the settings allow. That day begins with the first order that left, not with the first
 * start: live begins by watching, for as long as its operator likes.
 */
export function limitsNow(desk: Desk): RiskLimits {
  const { risk, firstDayOrderNotionalMax } = desk.setup;
  if (firstDayOrderNotionalMax === undefined) return risk;
  const { firstOrderAtMs } = desk;
  if (firstOrderAtMs !== undefined && desk.nowMs >= firstOrderAtMs + DAY_MS) return risk;
  return { ...risk, orderNotionalMax: firstDayOrderNotionalMax };
}
