import { expect, test } from 'vitest';
import { clientOrderId, tradeId, venueOrderId } from '../../src/domain/ids.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import { amount, lots, price, unixMs } from '../../src/domain/units.ts';
import { CELLS } from '../../src/sim/cells/cells.ts';
import { mergeCoverage, reportCoverage } from '../../src/sim/cells/coverage-report.ts';
import { IMPOSSIBLE } from '../../src/sim/cells/impossible.ts';
import { CoverageWatcher } from '../../src/sim/coverage.ts';
import type { SimFault } from '../../src/sim/fault.ts';
import { SimNight } from '../../src/sim/night.ts';

const AT_MS = unixMs(1_000_000);
const ID = clientOrderId('ovrsimu00010000000100');

const KILL: SimFault = {
  name: 'process.killed',
  family: 'process',
  about: 'kill -9',
  moments: ['orderLeft'],
  draw: () => ({ durationMs: 1_000, parameters: {} }),
  begin: (stage) => {
    stage.kill('killed');
    return {};
  },
};

test('a night in which the daemon is killed right after an order left shows how that start goes', () => {
  let seen: CoverageWatcher | undefined;
  const night = new SimNight({
    seed: 'coverage',
    hours: 1,
    faults: [
      {
        name: KILL.name,
        atMs: 60_000,
        durationMs: 1_000,
        moment: 'orderLeft',
        parameters: {},
      },
    ],
    catalogue: new Map([[KILL.name, KILL]]),
    watchers: (made) => {
      seen = new CoverageWatcher(made);
      return [seen];
    },
  });
  try {
    night.waitMs(240_000);
    expect(night.daemon.livesCount).toBe(2);
  } finally {
    night.close();
  }

  const hits = seen?.hits ?? {};
  expect(hits).toMatchObject({
    'way start.first': 1,
    'way start.unclean': 1,
    'start finds SUBMITTED': 1,
    'SUBMITTED x process': expect.any(Number),
    'UNKNOWN x process': expect.any(Number),
    'way unknown.found': 1,
    'way recovering.active': 2,
  });
  expect(Object.keys(hits).filter((cell) => !CELLS.includes(cell))).toEqual([]);
});

test('each recovery branch is known by its rows', () => {
  const hits = watched((seen) => {
    const take = (...rows: JournalRow[]): void => seen.onDurable(rows, AT_MS);
    take(
      mode('RECOVERING', 'OBSERVING', 'operator', 'pause by somebody'),
      mode('ACTIVE', 'OBSERVING', 'machine', 'too many unproven orders'),
      mode('OBSERVING', 'ACTIVE', 'machine', 'over: too many unproven orders'),
      mode('ACTIVE', 'HALTED', 'machine', 'an order of ours that the journal does not know'),
      mode('HALTED', 'ACTIVE', 'operator', 'data/HALT was removed'),
      {
        type: 'external',
        atMs: AT_MS,
        venue: 'binance',
        symbol: 'BTC/USDT',
        venueOrderId: venueOrderId('1'),
        clientOrderId: 'web_1',
        text: 'NEW',
      },
      {
        type: 'filled',
        atMs: AT_MS,
        clientOrderId: ID,
        fill: {
          venue: 'binance',
          symbol: 'BTC/USDT',
          tradeId: tradeId('1'),
          venueOrderId: venueOrderId('1'),
          clientOrderId: ID,
          side: 'BUY',
          price: price(1),
          quantity: lots(1),
          quote: amount(1n),
          fee: amount(0n),
          feeAsset: 'USDT',
          liquidity: 'TAKER',
          tradedAtMs: AT_MS,
        },
        source: 'query',
        late: false,
      },
    );
  });

  expect(hits).toEqual({
    'way recovering.observing': 1,
    'way start.word_kept': 1,
    'way held.observing': 1,
    'way held.released': 1,
    'way halted.machine': 1,
    'way start.halt_released': 1,
    'way external.found': 1,
    'way fill.missed': 1,
  });
});

test('cells that no night has hit are listed, and so is an impossible one that was hit', () => {
  const one = { 'SUBMITTED x rest': 2, 'deny STALE_DATA': 1 };
  const other = { 'SUBMITTED x rest': 3, 'FILLED x alarm': 1, 'deny A_NEW_CHECK': 1 };
  const merged = mergeCoverage([one, other]);
  expect(merged['SUBMITTED x rest']).toBe(5);

  const report = reportCoverage(merged, new Map([['FILLED x alarm', 'there are no alarms']]));
  expect(report.hitCount).toBe(2);
  expect(report.possibleCount).toBe(CELLS.length - 1);
  expect(report.missing).toContain('UNKNOWN x rest');
  expect(report.missing).not.toContain('SUBMITTED x rest');
  expect(report.missing).not.toContain('FILLED x alarm');
  expect(report.wronglyImpossible).toEqual(['FILLED x alarm']);
  expect(report.unheardOf).toEqual(['deny A_NEW_CHECK']);
  expect(
    reportCoverage(Object.fromEntries(CELLS.map((cell) => [cell, 1])), new Map()).percent,
  ).toBe(100);
});

function watched(act: (seen: CoverageWatcher) => void): Readonly<Record<string, number>> {
  const night = new SimNight({
    seed: 'coverage',
    hours: 1,
    faults: [],
    catalogue: new Map(),
    watchers: () => [],
  });
  try {
    const seen = new CoverageWatcher(night);
    act(seen);
    return seen.hits;
  } finally {
    night.close();
  }
}

function mode(
  from: 'RECOVERING' | 'ACTIVE' | 'OBSERVING' | 'HALTED',
  to: 'ACTIVE' | 'OBSERVING' | 'HALTED',
  actor: 'machine' | 'operator',
  cause: string,
): JournalRow {
  return { type: 'mode', atMs: AT_MS, from, to, actor, cause };
}

// A reason for a cell that is not there any more would hide nothing, and say something untrue.
test('what is said to be impossible is a cell, and has its reason', () => {
  for (const [cell, reason] of IMPOSSIBLE) {
    expect(CELLS).toContain(cell);
    expect(reason.length, cell).toBeGreaterThan(20);
  }
});
