import { expect, test } from 'vitest';
import { unixMs } from '../../src/domain/units.ts';
import { SnapshotPace } from '../../src/market/snapshot-pace.ts';
import { newContext } from './own-context.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A pace, the hand of a clock, and how long the next question has to wait. */
function newPace() {
  const pace = new SnapshotPace(newContext().context);
  let nowMs = 1_723_161_253_000;
  const at = () => unixMs(nowMs);
  return {
    pace,
    at,
    wait: (ms: number) => {
      nowMs += ms;
    },
    waitMs: (): number => {
      for (let ms = 0; ; ms += 100) if (pace.allows(unixMs(nowMs + ms))) return ms;
    },
    /** Books that end two seconds after they are made. */
    fall: (times: number): number => {
      let falls = 0;
      for (let i = 0; i < times; i++) {
        pace.onSynced(at());
        nowMs += 2_000;
        falls = pace.onFallen(at());
        nowMs += 30_000;
      }
      return falls;
    },
  };
}

// A quiet symbol is stale while it waits for the answer that says that nothing has changed.
test('ten good hours behind a bad quarter of an hour: one failed question waits as the first one does', () => {
  const { pace, at, wait, waitMs, fall } = newPace();
  expect(fall(8)).toBe(8);

  pace.onSynced(at());
  for (let i = 0; i < 60; i++) {
    wait(10 * MINUTE);
    pace.onSynced(at());
  }
  wait(20_000);
  pace.onFailed(at());

  expect(waitMs()).toBeGreaterThan(0);
  expect(waitMs()).toBeLessThanOrEqual(1_000);
});

test('a failed question upon a book that has not held yet still waits for what fell before', () => {
  const { pace, at, wait, waitMs, fall } = newPace();
  fall(8);
  pace.onSynced(at());
  wait(9_000);
  pace.onFailed(at());
  expect(waitMs()).toBeGreaterThan(10_000);
});

test('a book that held for ten minutes has held, though it was renewed two seconds before it fell', () => {
  const { pace, at, wait, waitMs, fall } = newPace();
  expect(fall(7)).toBe(7);
  pace.onSynced(at());
  wait(10 * MINUTE);
  pace.onSynced(at());
  wait(2_000);

  expect(pace.onFallen(at())).toBe(0);
  expect(waitMs()).toBe(0);
});

test('a book that was renewed while it had not held is no older for it; and one of new streams begins anew', () => {
  const { pace, at, wait, fall } = newPace();
  expect(fall(3)).toBe(3);
  pace.onSynced(at());
  wait(HOUR);
  expect(pace.onFallen(at())).toBe(0);

  pace.onSynced(at());
  wait(6_000);
  pace.onSynced(at());
  pace.restart();
  wait(HOUR);
  pace.onSynced(at());
  wait(5_000);
  expect(pace.onFallen(at())).toBe(1);
});

test('a book that stood for hours when its socket ended leaves nothing of the falls before it', () => {
  const { pace, at, wait, fall } = newPace();
  fall(8);
  pace.onSynced(at());
  wait(HOUR);
  pace.onStanding(at());
  pace.restart();
  expect(fall(1)).toBe(1);
});

test('books that are renewed as often as may be: ten a minute', () => {
  const { pace, at, wait } = newPace();
  let count = 0;
  for (let i = 0; i < 600; i++) {
    if (pace.allowsEarlyRefresh(at())) {
      pace.onSynced(at());
      count += 1;
    }
    wait(100);
  }
  expect(count).toBe(10);
});
