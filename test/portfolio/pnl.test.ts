import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Holding, NO_HOLDING, tradeAtAverage } from '../../src/portfolio/pnl.ts';

interface Step {
  readonly base: bigint;
  readonly paid: bigint;
}

const run = (steps: readonly Step[]): Holding =>
  steps.reduce((holding, { base, paid }) => tradeAtAverage(holding, base, paid), NO_HOLDING);
const sum = (values: readonly bigint[]) => values.reduce((a, b) => a + b, 0n);

/** Exact fractions: the same bookkeeping with nothing rounded, as slowly as one likes. */
interface Ratio {
  readonly up: bigint;
  readonly down: bigint;
}
const ratio = (up: bigint, down = 1n): Ratio => {
  const by = gcd(up < 0n ? -up : up, down) || 1n;
  return { up: up / by, down: down / by };
};
const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));
const plus = (a: Ratio, b: Ratio) => ratio(a.up * b.down + b.up * a.down, a.down * b.down);
const minus = (a: Ratio, b: Ratio) => plus(a, ratio(-b.up, b.down));

function reference(steps: readonly Step[]): { cost: Ratio; realized: Ratio; base: bigint } {
  let base = 0n;
  let cost = ratio(0n);
  let realized = ratio(0n);
  for (const step of steps) {
    if (step.base > 0n) cost = plus(cost, ratio(step.paid));
    else {
      const closed = ratio(cost.up * -step.base, cost.down * base);
      cost = minus(cost, closed);
      realized = plus(realized, minus(ratio(-step.paid), closed));
    }
    base += step.base;
  }
  return { cost, realized, base };
}

const buy = fc.record({
  base: fc.bigInt({ min: 1n, max: 10n ** 12n }),
  paid: fc.bigInt({ min: 0n, max: 10n ** 15n }),
});
/** Buys and sells in which no more is sold than was bought. */
const longOnly = fc
  .array(fc.tuple(fc.boolean(), buy, fc.bigInt({ min: 1n, max: 1_000n })), { maxLength: 40 })
  .map((tries) => {
    let held = 0n;
    const steps: Step[] = [];
    for (const [buys, { base, paid }, share] of tries) {
      const sold = (held * share) / 1_000n;
      if (buys) steps.push({ base, paid });
      else if (sold > 0n) steps.push({ base: -sold, paid: -paid });
      held = sum(steps.map((step) => step.base));
    }
    return steps;
  });
const anySteps = fc.array(
  fc.tuple(fc.bigInt(-(10n ** 12n), 10n ** 12n), fc.bigInt({ min: 0n, max: 10n ** 15n })),
  { maxLength: 40 },
);

test('a round trip: bought at two prices, sold in two parts, the cent in between is not lost', () => {
  // 3 coins for 10: a third is worth 3.33; what is cut off stays with the rest.
  const bought = run([{ base: 3n, paid: 10n }]);
  const one = tradeAtAverage(bought, -1n, -5n);
  expect(one).toEqual({ base: 2n, cost: 7n, realized: 2n });
  const flat = tradeAtAverage(one, -2n, -8n);
  expect(flat).toEqual({ base: 0n, cost: 0n, realized: 3n });
});

test('more is sold than is held: the rest is a holding below nothing, and buying it back closes it', () => {
  const short = run([
    { base: 2n, paid: 20n },
    { base: -3n, paid: -45n },
  ]);
  expect(short).toEqual({ base: -1n, cost: -15n, realized: 10n });
  expect(tradeAtAverage(short, 1n, 14n)).toEqual({ base: 0n, cost: 0n, realized: 11n });
});

test('any trades at all: cost less realised is all that was paid, base is all that was traded', () => {
  fc.assert(
    fc.property(anySteps, (tries) => {
      const steps = tries.map(([base, paid]) => ({ base, paid: base < 0n ? -paid : paid }));
      const { base, cost, realized } = run(steps);
      expect(base).toBe(sum(steps.map((step) => step.base)));
      expect(cost - realized).toBe(sum(steps.map((step) => step.paid)));
      if (base === 0n) expect(cost).toBe(0n);
    }),
    { numRuns: 1_000 },
  );
});

test('against exact fractions: off by less than one unit per sale, and exact once flat', () => {
  fc.assert(
    fc.property(longOnly, (steps) => {
      const ours = run(steps);
      const exact = reference(steps);
      expect(ours.base).toBe(exact.base);
      const off = minus(ratio(ours.realized), exact.realized);
      const sales = BigInt(steps.filter((step) => step.base < 0n).length);
      expect(off.up < 0n ? -off.up : off.up).toBeLessThanOrEqual(sales * off.down);

      const rest: Step = { base: -ours.base, paid: -7n };
      if (ours.base === 0n) return;
      const closed = run([...steps, rest]);
      expect(ratio(closed.realized)).toEqual(reference([...steps, rest]).realized);
      expect(closed.cost).toBe(0n);
    }),
    { numRuns: 500 },
  );
});

test('any order of the same trades: the same coins, and the same sum of cost and realised', () => {
  fc.assert(
    fc.property(
      longOnly.chain((steps) =>
        fc.tuple(
          fc.constant(steps),
          fc.shuffledSubarray(steps, { minLength: steps.length, maxLength: steps.length }),
        ),
      ),
      ([steps, shuffled]) => {
        const one = run(steps);
        const other = run(shuffled);
        expect(other.base).toBe(one.base);
        expect(other.cost - other.realized).toBe(one.cost - one.realized);
        if (one.base === 0n) expect(other.realized).toBe(one.realized);
      },
    ),
    { numRuns: 500 },
  );
});
