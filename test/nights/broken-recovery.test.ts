import { afterEach, expect, test, vi } from 'vitest';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import { amount } from '../../src/domain/units.ts';
import { OrderDesk } from '../../src/execution/order-desk.ts';
import { Portfolio } from '../../src/portfolio/portfolio.ts';
import { CHECKERS } from '../../src/sim/checkers/all.ts';
import { compareOrders } from '../../src/sim/crash-points.ts';
import { type CrashRun, runCrash } from '../../src/sim/crash-run.ts';
import { CRASH_SCENARIOS } from '../../src/sim/crash-scenarios.ts';
import { SIM_FAULTS } from '../../src/sim/faults/catalogue.ts';
import { compareStandings } from '../../src/sim/standing.ts';

/** A crash in the middle of a story, and a start with nothing under way at its end. */
function crash(story: string): CrashRun {
  const scenario = CRASH_SCENARIOS.find(({ name }) => name === story);
  if (scenario === undefined) throw new Error(`no story is called ${story}`);
  const setup = { catalogue: SIM_FAULTS, checkers: CHECKERS, scenario };
  return runCrash(setup, [{ commit: 9, when: 'after' }]);
}

const found = (run: CrashRun): string =>
  run.violations.map(({ invariant, text }) => `${invariant} ${text}`).join('\n');

/** A start of the real daemon from here on, with rows that it does not look at. */
function startWithout(isForgotten: (row: JournalRow) => boolean): void {
  const { restore } = OrderDesk.prototype;
  vi.spyOn(OrderDesk.prototype, 'restore').mockImplementation(function (
    this: OrderDesk,
    rows,
    atMs,
  ) {
    return restore.call(
      this,
      rows.filter((row) => !isForgotten(row)),
      atMs,
    );
  });
}

/** Portfolios that are past their restart: it knows no instruments yet. */
function watchRestarts(): WeakSet<Portfolio> {
  const begun = new WeakSet<Portfolio>();
  const { useInstrument } = Portfolio.prototype;
  vi.spyOn(Portfolio.prototype, 'useInstrument').mockImplementation(function (
    this: Portfolio,
    instrument,
  ) {
    begun.add(this);
    useInstrument.call(this, instrument);
  });
  return begun;
}

afterEach(() => vi.restoreAllMocks());

test('the daemon as it is comes to the same end', () => {
  const run = crash('nothing wrong');
  expect(found(run)).toBe('');
  expect(run.endedBefore.size).toBeGreaterThan(0);
});

// Each of these says the right orders and fills after a start. What it has lost is elsewhere.
test('a start that forgets how many orders the day has had is found', () => {
  const begun = watchRestarts();
  const { countOrder } = Portfolio.prototype;
  vi.spyOn(Portfolio.prototype, 'countOrder').mockImplementation(function (this: Portfolio) {
    if (begun.has(this)) countOrder.call(this);
  });
  expect(found(crash('nothing wrong'))).toMatch(
    /I21 .*portfolio\.days\.ordersCount: \d+ or 0|I21 \d+ orders today, by the rows \d+/,
  );
});

test('a start that forgets the fees of the fills before it is found', () => {
  const begun = watchRestarts();
  const { applyFill } = Portfolio.prototype;
  vi.spyOn(Portfolio.prototype, 'applyFill').mockImplementation(function (
    this: Portfolio,
    fill,
    instrument,
    strategy,
  ) {
    const known = begun.has(this) ? fill : { ...fill, fee: amount(0n) };
    return applyFill.call(this, known, instrument, strategy);
  });
  expect(found(crash('nothing wrong'))).toMatch(/I21 USDT: expected [\d.]+, there [\d.]+/);
});

test('a start that forgets which orders never left is found', () => {
  startWithout(({ type }) => type === 'voided');
  expect(found(crash('no byte leaves'))).toMatch(/I10 \w+ goes from VOID to UNKNOWN/);
});

test('a start that forgets which fills count once is found', () => {
  startWithout(({ type }) => type === 'filled');
  expect(found(crash('nothing wrong'))).toMatch(/I21|I9|L1/);
});

// A disk that says that it has a write and has it not: no start can make up for what it was told was there.
test('a log that lost writes which were acknowledged is found', () => {
  const frames = 4;
  const [run] = CRASH_SCENARIOS.filter(({ name }) => name === 'nothing wrong').map((scenario) =>
    runCrash({ catalogue: SIM_FAULTS, checkers: CHECKERS, scenario }, [
      { commit: 6, when: 'after', tornBytes: -frames * (24 + 4_096) },
    ]),
  );
  expect(run === undefined ? '' : found(run)).toMatch(/I\d+ /);
});

const LEASE_MS = 3_000;

test('an order may be known to have left later, within its lease, and neither before nor behind that', () => {
  const path = 'binance.lastOrderAtMs.items.ema-cross|BTC/USDT';
  const leftAtMs = 1_795_204_838_144;
  const kept = new Map([[path, String(leftAtMs)]]);
  const after = (laterMs: number) =>
    compareStandings(kept, new Map([[path, String(leftAtMs + laterMs)]]), LEASE_MS).length;
  expect([-1, 0, 1, LEASE_MS, LEASE_MS + 1].map(after)).toEqual([1, 0, 0, 0, 1]);
});

test('each single thing that is kept is compared: another value, one that is gone, one too many', () => {
  const kept = new Map([
    ['portfolio.days.ordersCount', '4'],
    ['binance.lastOrderAtMs.items.ema-cross|BTC/USDT', '1795204838144'],
  ]);
  expect(compareStandings(kept, new Map(kept), LEASE_MS)).toEqual([]);
  for (const [path, value] of kept) {
    const other = new Map(kept).set(path, 'other');
    expect(compareStandings(kept, other, LEASE_MS)).toEqual([`${path}: ${value} or other`]);
    other.delete(path);
    expect(compareStandings(kept, other, LEASE_MS)).toEqual([`${path}: ${value} or nothing`]);
    expect(compareStandings(other, kept, LEASE_MS)).toEqual([`${path}: nothing or ${value}`]);
  }
});

test('an order of which the venue has another one after the second crash is found', () => {
  const run = crash('nothing wrong');
  const [id = ''] = run.begunBefore;
  const told = run.orders.get(id) ?? '';
  expect(told).toMatch(
    /^\w+, left 1 times for d-\w+-\w+, booked [\d.]+ for [\d.]+, fee [\d.]+ \w+; there \w+ [\d.]+ for [\d.]+$/,
  );
  const other = { ...run, orders: new Map(run.orders).set(id, `${told} and FILLED again`) };
  expect(compareOrders(run, other, run.begunBefore)).toEqual([
    expect.stringContaining(`I21 ${id}: ${told} or ${told} and FILLED again`),
  ]);
  expect(compareOrders(run, run, run.begunBefore)).toEqual([]);
});
