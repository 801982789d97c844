import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unixMs } from '../../src/domain/units.ts';
import { type SkewNews, SkewWatch } from '../../src/pipeline/skew-watch.ts';

const LIMIT = 800;
const HOLD = 180_000;
const START = Date.UTC(2026, 10, 20);

/** Looks once a second at these, one after the other, and says what was told at which second. */
function tellAll(worst: readonly (number | undefined)[], watch = new SkewWatch()) {
  return worst.flatMap((worstMs, second) => {
    const news = watch.look(worstMs, LIMIT, unixMs(START + second * 1_000), HOLD);
    return news === 'none' ? [] : [`${second}: ${news}`];
  });
}
const seconds = (count: number, worstMs: number | undefined) =>
  new Array<number | undefined>(count).fill(worstMs);

test('told at once above the limit, over after three calm minutes well below it', () => {
  expect(tellAll([LIMIT, LIMIT + 1, ...seconds(200, 600)])).toEqual(['1: began', '182: ended']);
  // Just below the limit entries may leave, but nobody is told that all is well.
  expect(tellAll([LIMIT + 1, ...seconds(1_000, 601)])).toEqual(['0: began']);
});

test('what lasts is told again every four minutes, so that no board takes it for over', () => {
  const told = ['0: began', '240: lasts', '480: lasts', '780: ended'];
  expect(tellAll([...seconds(600, 5_000), ...seconds(300, 0)])).toEqual(told);
});

test('a clock that is not measured is neither off nor calm: the wait begins anew', () => {
  expect(tellAll(seconds(500, undefined))).toEqual([]);
  const worst = [900, ...seconds(179, 0), undefined, ...seconds(200, 0)];
  expect(tellAll(worst)).toEqual(['0: began', '361: ended']);
});

test('whatever the clocks do, began and ended alternate at most once in three minutes, and no skew is kept quiet', () => {
  const moods = fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ max: 2_000 })), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(moods, (all) => {
      const watch = new SkewWatch();
      let nowMs = START;
      let beganAtMs: number | undefined;
      let news: SkewNews;
      for (const [lasts, worst] of all) {
        for (let second = 0; second < lasts; second++) {
          news = watch.look(Math.abs(worst), LIMIT, unixMs(nowMs), HOLD);
          if (news === 'began') {
            expect(beganAtMs).toBeUndefined();
            beganAtMs = nowMs;
          }
          if (news === 'ended') {
            expect(nowMs - (beganAtMs ?? nowMs)).toBeGreaterThanOrEqual(HOLD);
            beganAtMs = undefined;
          }
          if (Math.abs(worst) > LIMIT) expect(beganAtMs).toBeDefined();
          nowMs += 1_000;
        }
      }
    }),
    { numRuns: 50 },
  );
});
