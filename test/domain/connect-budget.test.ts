import { expect, test } from 'vitest';
import { ConnectBudget, type SocketPurpose } from '../../src/domain/connect-budget.ts';
import { unixMs } from '../../src/domain/units.ts';

const WINDOW_MS = 300_000;
const COUNT_MAX = 20;

/** Who asks, in the order in which they do so. */
type Askers = readonly SocketPurpose[];

/** All ask again and again, each 100 ms for so long; when who of them connected. */
function crowd(budget: ConnectBudget, askers: Askers, ms: number) {
  const connects: { readonly purpose: SocketPurpose; readonly atMs: number }[] = [];
  for (let atMs = 1_000_000; atMs <= 1_000_000 + ms; atMs += 100) {
    for (const purpose of askers) {
      if (!budget.hasRoom(unixMs(atMs), purpose)) continue;
      budget.spend(unixMs(atMs), purpose);
      connects.push({ purpose, atMs });
    }
  }
  return connects;
}

function mostInWindow(connects: readonly { readonly atMs: number }[]): number {
  const counts = connects.map(
    (first) =>
      connects.filter(({ atMs }) => atMs >= first.atMs && atMs < first.atMs + WINDOW_MS).length,
  );
  return Math.max(...counts);
}

/** Connects as soon as it may, each 100 ms for so long; when it did. */
function storm(budget: ConnectBudget, ms: number): readonly number[] {
  const connects: number[] = [];
  for (let atMs = 1_000_000; atMs <= 1_000_000 + ms; atMs += 100) {
    if (!budget.hasRoom(unixMs(atMs), 'market')) continue;
    budget.spend(unixMs(atMs), 'market');
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
  expect(Math.max(...pausesMs)).toBeLessThanOrEqual(WINDOW_MS / 10);
});

test('the first connects may come one right after the other', () => {
  expect(storm(new ConnectBudget(COUNT_MAX, WINDOW_MS), 1_000).length).toBe(6);
});

test('a clock that was stepped back does not close the budget', () => {
  const budget = new ConnectBudget(2, WINDOW_MS);
  budget.spend(unixMs(9_000_000), 'account');
  budget.spend(unixMs(9_000_000), 'account');
  expect(budget.hasRoom(unixMs(9_000_001), 'account')).toBe(false);
  expect(budget.hasRoom(unixMs(1_000_000), 'account')).toBe(true);
});

// The market's lines are asked first in each tick, and there may be dozens of them. Account events prove fills.
test('market lines that storm without end cannot keep the account out', () => {
  const lines: Askers = ['market', 'market', 'market', 'market', 'market'];
  const connects = crowd(new ConnectBudget(COUNT_MAX, WINDOW_MS), [...lines, 'account'], 1_800_000);

  expect(mostInWindow(connects)).toBeLessThanOrEqual(COUNT_MAX);
  const accountAtMs = connects.flatMap(({ purpose, atMs }) => (purpose === 'account' ? atMs : []));
  const momentsMs = [1_000_000, ...accountAtMs, 2_800_000];
  const pausesMs = momentsMs.slice(1).map((atMs, at) => atMs - (momentsMs[at] ?? 0));
  expect(Math.max(...pausesMs)).toBeLessThanOrEqual(WINDOW_MS / 4);
});

test('an account whose socket dies in the middle of such a storm is back at once', () => {
  const budget = new ConnectBudget(COUNT_MAX, WINDOW_MS);
  budget.spend(unixMs(500_000), 'account');
  crowd(budget, ['market', 'market'], 600_000);
  expect(budget.hasRoom(unixMs(1_600_001), 'market')).toBe(false);
  expect(budget.hasRoom(unixMs(1_600_001), 'account')).toBe(true);
});

test('the account alone may use all of it, and no more', () => {
  const connects = crowd(new ConnectBudget(COUNT_MAX, WINDOW_MS), ['account'], 1_800_000);
  expect(mostInWindow(connects)).toBeLessThanOrEqual(COUNT_MAX);
  expect(mostInWindow(connects)).toBeGreaterThan(0.8 * COUNT_MAX);
});

test('a budget of one connect serves both', () => {
  for (const purpose of ['market', 'account'] as const) {
    const budget = new ConnectBudget(1, WINDOW_MS);
    expect(crowd(budget, [purpose], 1_000).length).toBe(1);
    expect(budget.hasRoom(unixMs(1_400_000), purpose)).toBe(true);
  }
});
