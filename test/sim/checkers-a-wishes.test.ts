import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import type { Mode } from '../../src/domain/mode.ts';
import { lots } from '../../src/domain/units.ts';
import { oneSignalOneIntent } from '../../src/sim/checkers/i03-one-signal-one-intent.ts';
import { unknownGates } from '../../src/sim/checkers/i05-unknown-gates.ts';
import { modeAllows } from '../../src/sim/checkers/i07-mode-allows.ts';
import { transitions } from '../../src/sim/checkers/i10-transitions.ts';
import { inactionExplained } from '../../src/sim/checkers/i11-inaction-explained.ts';
import { exactNumbers } from '../../src/sim/checkers/i25-exact-numbers.ts';
import { drawProfile } from '../../src/sim/drawn-settings.ts';
import { loadNightSettings } from '../../src/sim/settings.ts';
import {
  type Call,
  judge,
  judgeLive,
  type RecordedNight,
  recordNight,
  retellOrders,
  retellRows,
} from './support/recorded-night.ts';

/** One quiet night that every story below tells wrong in its own way. */
let night: RecordedNight;
beforeAll(() => {
  night = recordNight({ seed: 'checkers of wishes', minutes: 15 });
});
afterAll(() => night.close());

test.each([oneSignalOneIntent, unknownGates, modeAllows, transitions, exactNumbers])(
  'a quiet night: $id finds nothing, and there was something to find',
  (kind) => {
    const tally = judge(kind, night);
    expect(tally.violations).toEqual([]);
    expect(tally.checksCount).toBeGreaterThan(5);
  },
);

test('two orders of one signal are seen', () => {
  const { violations } = judge(
    oneSignalOneIntent,
    night,
    retellRows((row) => {
      if (row.type !== 'intent') return row;
      return { ...row, intent: { ...row.intent, decisionId: firstDecision() } };
    }),
  );
  expect(violations[0]?.text).toMatch(/made ov.* and then ov.* as well/);
});

test('an order without any signal is seen', () => {
  const { violations } = judge(oneSignalOneIntent, night, (call) => {
    const isSignal =
      call.hook === 'onEffect' &&
      call.args[0].type === 'recordDecision' &&
      call.args[0].record.stage === 'signal';
    return isSignal ? [] : [call];
  });
  expect(violations[0]?.text).toMatch(/of which this life recorded no signal/);
});

test('the next wish before the outcome of the last one is seen', () => {
  const { violations } = judge(
    oneSignalOneIntent,
    night,
    retellRows((row) => (row.type === 'reported' ? { ...row, state: 'ACCEPTED' } : row)),
  );
  expect(violations[0]?.text).toMatch(/follows ov.*, which has not ended/);
});

test('an order of old signals after the outcome is seen', () => {
  const { violations } = judge(oneSignalOneIntent, night, (call) => {
    if (call.hook !== 'onEffect' || call.args[0].type !== 'recordDecision') return [call];
    const [{ record }, atMs] = call.args;
    const old = { ...record, atMs: firstRecordAtMs() };
    return [{ hook: 'onEffect', args: [{ type: 'recordDecision', record: old }, atMs] }];
  });
  expect(violations[0]?.text).toMatch(/, which ended at \d+.*, upon a signal of/);
});

test('a purchase beside an order that nobody can prove is seen', () => {
  const cause = { type: 'noAnswer', waitedMs: 2_000 } as const;
  const { violations } = judge(
    unknownGates,
    night,
    retellRows((row) => {
      if (row.type !== 'reported') return row;
      return { type: 'unknown', atMs: row.atMs, clientOrderId: row.clientOrderId, cause };
    }),
  );
  expect(violations[0]?.text).toMatch(/buys .* beside ov.*, UNKNOWN \d+ ms after it left/);
});

test('a purchase beside an order that waits for its answer is seen after two seconds, not before', () => {
  const dropOutcomes = retellRows((row) => (row.type === 'reported' ? [] : row));
  const { violations, checksCount } = judge(unknownGates, night, dropOutcomes);
  expect(violations[0]?.text).toMatch(/SUBMITTED \d{4,} ms after it left, limit is 2100 ms/);
  expect(checksCount).toBeGreaterThan(violations.length);
});

const FORBIDDEN: readonly (readonly [Mode, string])[] = [
  ['REDUCING', 'entry'],
  ['OBSERVING', 'entry'],
  ['OBSERVING', 'exit'],
  ['RECOVERING', 'exit'],
  ['HALTED', 'exit'],
];

test.each(FORBIDDEN)('in %s an order of class %s is seen', (mode, orderClass) => {
  const { violations } = judge(
    modeAllows,
    night,
    retellRows((row) => (row.type === 'mode' ? { ...row, to: mode } : row)),
  );
  const found = violations.map(({ text }) => text);
  expect(found.some((text) => text.endsWith(`, ${orderClass}, left in ${mode}`))).toBe(true);
});

test('in REDUCING exits are nobody’s violation', () => {
  const { violations } = judge(
    modeAllows,
    night,
    retellRows((row) => (row.type === 'mode' ? { ...row, to: 'REDUCING' } : row)),
  );
  expect(violations.filter(({ text }) => text.includes(', exit,'))).toEqual([]);
});

test('an order of a process that is gone is seen', () => {
  const { violations } = judge(
    modeAllows,
    night,
    retellOrders((request) => ({ ...request, life: request.life + 1 })),
  );
  expect(violations[0]?.text).toMatch(/left life 2, while 1 runs/);
});

test('an order after the process was asked to stop is seen', () => {
  const stop: Call = {
    hook: 'onEvent',
    args: [{ type: 'stopRequested', atMs: firstRecordAtMs(), cause: 'SIGTERM' }, 0],
  };
  let isTold = false;
  const { violations } = judge(modeAllows, night, (call) => {
    if (isTold || call.hook !== 'onRequest') return [call];
    isTold = true;
    return [stop, call];
  });
  expect(violations[0]?.text).toMatch(/left in OBSERVING \(stopping\)/);
});

// A daemon that is deaf to a person writes no row either: its rows alone would show nothing wrong.
test('a word of a person that is not written down is seen, and each order that it forbids', () => {
  const deafTo = (word: 'halt' | 'reduce') => {
    let isTold = false;
    const { violations } = judge(modeAllows, night, (call) => {
      if (isTold || call.hook !== 'onRequest') return [call];
      isTold = true;
      const said = { type: 'operatorSpoke', atMs: firstRecordAtMs(), word, actor: 'me' } as const;
      return [call, { hook: 'onEvent', args: [said, call.args[1]] }];
    });
    return violations.map(({ text }) => text);
  };
  const halted = deafTo('halt');
  expect(halted.join()).toMatch(/a person said halt \d+ ms ago and no row says so/);
  expect(halted.join()).toMatch(/, entry, left though a person had asked for HALTED/);
  expect(halted.join()).toMatch(/, exit, left though a person had asked for HALTED/);
  const reduced = deafTo('reduce').join();
  expect(reduced).toMatch(/, entry, left though a person had asked for REDUCING/);
  expect(reduced).not.toMatch(/, exit, left though/);
});

test('a row that gives a person words that nobody said is seen', () => {
  const { violations } = judge(
    modeAllows,
    night,
    retellRows((row) => (row.type === 'mode' ? { ...row, actor: 'operator', cause: 'x' } : row)),
  );
  expect(violations[0]?.text).toBe(
    'a row says that a person wants ACTIVE (x), the last one asked for nothing',
  );
});

test('an exit of more than is held is seen', () => {
  const { violations } = judge(
    modeAllows,
    night,
    retellOrders((request) => ({
      ...request,
      order: { ...request.order, quantity: lots(request.order.quantity + 1) },
    })),
  );
  expect(violations[0]?.text).toMatch(/exit, would SELL \d+, \d+ are held and not leaving/);
});

test('an order that goes a way of its own is seen', () => {
  const illegal = (change: (row: JournalRow) => JournalRow | readonly JournalRow[]) =>
    judge(transitions, night, retellRows(change)).violations.map(({ text }) => text);

  expect(illegal((row) => (row.type === 'submitted' ? [] : row)).join()).toMatch(
    /goes from INITIALIZED to /,
  );
  expect(illegal((row) => (row.type === 'intent' ? [row, row] : row))[0]).toMatch(
    /has a second intent/,
  );
  expect(illegal((row) => (row.type === 'intent' ? [] : row))[0]).toMatch(
    /is submitted without intent/,
  );
  expect(illegal((row) => (row.type === 'reported' ? [row, row] : row)).join()).toMatch(
    /is reported \w+ again, filled \d+ as before/,
  );
});

test('a filled quantity that falls is seen', () => {
  const { violations } = judge(
    transitions,
    night,
    retellRows((row) =>
      row.type === 'reported' ? [row, { ...row, filledQuantity: lots(0) }] : row,
    ),
  );
  expect(violations.map(({ text }) => text).join()).toMatch(/is reported filled \d+ after \d+/);
});

test('an order called refused that the venue has taken is seen', () => {
  const proof = { httpStatus: 400, code: -1013, text: 'a timeout taken for a refusal' };
  const { violations } = judge(
    transitions,
    night,
    retellRows((row) => {
      if (row.type !== 'reported') return row;
      return { type: 'rejected', atMs: row.atMs, clientOrderId: row.clientOrderId, proof };
    }),
  );
  expect(violations[0]?.text).toMatch(/is REJECTED by the journal, the venue has it as FILLED/);
});

test('an order called never sent that has left is seen', () => {
  const { violations } = judge(
    transitions,
    night,
    retellRows((row) => {
      if (row.type !== 'reported') return row;
      const reason = { code: 'NOT_SENT' } as const;
      return { type: 'voided', atMs: row.atMs, clientOrderId: row.clientOrderId, reason };
    }),
  );
  expect(violations[0]?.text).toMatch(/is VOID, and it left/);
});

test('an order called canceled that was filled is seen', () => {
  const { violations } = judge(
    transitions,
    night,
    retellRows((row) => (row.type === 'reported' ? { ...row, state: 'CANCELED' } : row)),
  );
  expect(violations[0]?.text).toMatch(
    /is reported CANCELED, filled \d+; at the venue it is FILLED/,
  );
});

test('a price or a quantity off its grid is seen', () => {
  const off = (fields: Partial<{ price: string; quantity: string }>) =>
    judge(
      exactNumbers,
      night,
      retellOrders((request) => ({ ...request, fields: { ...request.fields, ...fields } })),
    ).violations[0]?.text;

  expect(off({ price: '100.00000001' })).toMatch(/is off the tick/);
  expect(off({ quantity: '0.00000001' })).toMatch(/is off the step/);
  expect(off({ price: '1e2' })).toMatch(/are no plain decimals/);
  expect(off({ quantity: '0' })).toMatch(/is off the step/);
  expect(off({ price: '99999999' })).toMatch(/outside 1000000 to /);
  expect(off({ price: '1', quantity: '1' })).toMatch(/: worth 100000000, outside 500000000 to /);
});

test('a market whose rules were never heard takes no order', () => {
  const { violations } = judge(exactNumbers, night, (call) =>
    call.hook === 'onEvent' && call.args[0].type === 'venueAnswered' ? [] : [call],
  );
  expect(violations[0]?.text).toMatch(/the rules of .* were never heard/);
});

test('a quiet night: I11 accounts for every evaluation, to the last one', () => {
  const tally = judgeLive(inactionExplained, { seed: 'told', minutes: 5 });
  expect(tally.violations).toEqual([]);
  expect(tally.checksCount).toBeGreaterThan(100);
});

test('a single evaluation that no record tells is seen', () => {
  let isLost = false;
  const { violations } = judgeLive(inactionExplained, { seed: 'told', minutes: 5 }, (call) => {
    if (isLost || call.hook !== 'onEffect' || call.args[0].type !== 'recordDecision') return [call];
    const [{ record }, atMs] = call.args;
    if (record.stage !== 'signal' || record.run === undefined) return [call];
    isLost = true;
    const run = { ...record.run, count: record.run.count - 1 };
    const effect = { type: 'recordDecision', record: { ...record, run } } as const;
    return [{ hook: 'onEffect', args: [effect, atMs] }];
  });
  expect(violations.map(({ text }) => text).join()).toMatch(
    /was asked \d+ times, \d+ are told and \d+ are to be told/,
  );
});

test('a record that is lost, or told twice, is seen', () => {
  let count = 0;
  const options = { seed: 'told', minutes: 3 };
  const lost = judgeLive(inactionExplained, options, (call) => {
    if (call.hook !== 'onEffect' || call.args[0].type !== 'recordDecision') return [call];
    count += 1;
    return count === 20 ? [] : [call];
  });
  expect(lost.violations[0]?.text).toBe('record 21 comes where 20 should');

  let isRepeated = false;
  const twice = judgeLive(inactionExplained, options, (call) => {
    if (isRepeated || call.hook !== 'onEffect') return [call];
    isRepeated = call.args[0].type === 'recordDecision' && call.args[0].record.stage === 'signal';
    return isRepeated ? [call, call] : [call];
  });
  expect(twice.violations.map(({ text }) => text).join()).toMatch(/was asked \d+ times/);
});

// Whoever asks in the morning why nothing was bought believes the reason: another one sends them the wrong way.
test('a denial that gives another reason than the first no of its checks is seen, and an approval beside a no', () => {
  const { change, reentryCooldownMs } = drawProfile('slow-pace', 'told', 1);
  const options = {
    seed: 'told',
    minutes: 5,
    settings: loadNightSettings(change, reentryCooldownMs),
  };
  const right = judgeLive(inactionExplained, options);
  expect(right.violations).toEqual([]);
  const wrong = judgeLive(inactionExplained, options, (call) => {
    if (call.hook !== 'onEffect' || call.args[0].type !== 'recordDecision') return [call];
    const [{ record }, atMs] = call.args;
    if (record.checks.length === 0) return [call];
    const told =
      record.outcome === 'denied'
        ? { ...record, reason: { code: 'LOOP_LAG' } as const }
        : { ...record, checks: record.checks.map((each) => ({ ...each, passed: false })) };
    return [{ hook: 'onEffect', args: [{ type: 'recordDecision', record: told }, atMs] }];
  });
  const texts = wrong.violations.map(({ text }) => text).join('\n');
  expect(texts).toMatch(/risk denied, gives LOOP_LAG; the first of its checks .* is RATE_LIMIT_EX/);
  expect(texts).toMatch(/risk accepted, gives INTENT_APPROVED; the first .* is INSTRUMENT_CHANGED/);
});

function firstDecision() {
  for (const { hook, args } of night.calls) {
    if (hook !== 'onDurable') continue;
    for (const row of args[0]) if (row.type === 'intent') return row.intent.decisionId;
  }
  throw new Error('this night has no order');
}

function firstRecordAtMs() {
  for (const { hook, args } of night.calls) {
    if (hook === 'onEffect' && args[0].type === 'recordDecision') return args[0].record.atMs;
  }
  throw new Error('this night has no record');
}
