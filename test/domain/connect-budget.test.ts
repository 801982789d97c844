import { expect, test } from 'vitest';
import { ConnectBudget } from '../../src/domain/connect-budget.ts';
import { unixMs } from '../../src/domain/units.ts';

const WINDOW_MS = 300_000;
const COUNT_MAX = 20;

/** Connects as soon as it may, each 100 ms for so long; when it did. */
function storm(budget: ConnectBudget, ms: number): readonly number[] {
  const connects: number[] = [];
  for (let atMs = 1_000_000; atMs <= 1_000_000 + ms; atMs += 100) {
    if (!budget.hasRoom(unixMs(atMs))) continue;
    budget.spend(unixMs(atMs));
    connects.push(atMs);
  }
  return connects;
}

// A venue that accepts and closes for half an hour: it bans whoever comes back too often, and we want
// to be back soon after it is well again.
test('in a storm no window holds more connects than the budget, and the next one is never far away', () => {
  const connects = storm(new ConnectBudget(COUNT_MAX, WINDOW_MS), 1_800_000);

  for (const fromMs of connects) {
    const count = connects.filter((atMs) => atMs >= fromMs && atMs < fromMs + WINDOW_MS).length;
    expect(count).toBeLessThanOrEqual(COUNT_MAX);
  }
  const pausesMs = connects.slice(1).map((atMs, index) => atMs - (connects[index] ?? 0));
  expect(Math.max(...pausesMs)).toBeLessThan(WINDOW_MS / 10);
});

test('the first connects may come one right after the other', () => {
  expect(storm(new ConnectBudget(COUNT_MAX, WINDOW_MS), 1_000).length).toBe(6);
});

test('a clock that was stepped back does not close the budget', () => {
  const budget = new ConnectBudget(2, WINDOW_MS);
  budget.spend(unixMs(9_000_000));
  budget.spend(unixMs(9_000_000));
  expect(budget.hasRoom(unixMs(9_000_001))).toBe(false);
  expect(budget.hasRoom(unixMs(1_000_000))).toBe(true);
});
