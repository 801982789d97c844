import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import { lots } from '../../src/domain/units.ts';
import { limitsHold } from '../../src/sim/checkers/i06-limits-hold.ts';
import { modeAllows } from '../../src/sim/checkers/i07-mode-allows.ts';
import { sameBooks } from '../../src/sim/checkers/i08-same-books.ts';
import { fillOnce } from '../../src/sim/checkers/i09-fill-once.ts';
import { transitions } from '../../src/sim/checkers/i10-transitions.ts';
import { judge, type RecordedNight, recordNight, retellRows } from './support/recorded-night.ts';

/** A quiet night, and the same told by a daemon that counts each order in other lots from its leaving on. */
let night: RecordedNight;
beforeAll(() => {
  night = recordNight({ seed: 'regridded orders', minutes: 15 });
});
afterAll(() => night.close());

const TIMES = 10;

function finer(instrument: Instrument): Instrument {
  return { ...instrument, lotDecimals: instrument.lotDecimals + 1, version: 2 };
}

/** `tellFills` goes on in the lots of before: what a daemon would write that forgot one half of it. */
function retold({ tellsFills }: { readonly tellsFills: boolean }) {
  const instruments = new Map<string, Instrument>();
  return retellRows((row): JournalRow | readonly JournalRow[] => {
    if (row.type === 'intent') {
      instruments.set(row.intent.clientOrderId, row.intent.instrument);
    } else if (row.type === 'submitted') {
      const { atMs, clientOrderId } = row;
      const instrument = instruments.get(clientOrderId);
      if (instrument === undefined) return row;
      return [row, { type: 'regridded', atMs, clientOrderId, instrument: finer(instrument) }];
    } else if (row.type === 'reported') {
      return { ...row, filledQuantity: lots(row.filledQuantity * TIMES) };
    } else if (row.type === 'filled' && tellsFills) {
      return { ...row, fill: { ...row.fill, quantity: lots(row.fill.quantity * TIMES) } };
    }
    return row;
  });
}

test.each([limitsHold, modeAllows, sameBooks, fillOnce, transitions])(
  'orders that go on in finer lots are the same orders: $id finds nothing',
  (kind) => {
    const tally = judge(kind, night, retold({ tellsFills: true }));
    expect(tally.violations).toEqual([]);
    expect(tally.checksCount).toBeGreaterThanOrEqual(judge(kind, night).checksCount);
  },
);

test('fills that are still told in the lots of before are seen, by the fills and by the balances', () => {
  const half = () => retold({ tellsFills: false });
  expect(judge(fillOnce, night, half()).violations[0]?.text).toMatch(/is booked as .*, it was /);
  expect(judge(sameBooks, night, half()).violationsCount).toBeGreaterThan(0);
});

test('lots that are too large for what an order already is are seen', () => {
  const instruments = new Map<string, Instrument>();
  const { violations } = judge(
    transitions,
    night,
    retellRows((row): JournalRow | readonly JournalRow[] => {
      if (row.type === 'intent') instruments.set(row.intent.clientOrderId, row.intent.instrument);
      if (row.type !== 'submitted') return row;
      const { atMs, clientOrderId } = row;
      const instrument = instruments.get(clientOrderId);
      if (instrument === undefined) return row;
      const coarse = { ...instrument, lotUnits: instrument.lotUnits * 1_000_003 };
      return [row, { type: 'regridded', atMs, clientOrderId, instrument: coarse }];
    }),
  );
  expect(violations[0]?.text).toMatch(/is counted in lots of \d+, and has \d+/);
});
