import type { Desk } from './desk.ts';

/** A new day of the account begins: written down before the first order or fill that counts for it. */
export function turnDay(desk: Desk): void {
  const row = desk.portfolio?.turnDay(desk.nowMs);
  if (row !== undefined) desk.out.push({ type: 'appendRows', rows: [row], now: false });
}
