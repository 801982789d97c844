import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeskEvent, OperatorWord } from '../../src/domain/event.ts';
import { clientOrderId } from '../../src/domain/ids.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import { unixMs } from '../../src/domain/units.ts';
import { HaltReasons } from '../../src/sim/checkers/halt-reasons.ts';
import { comesBack } from '../../src/sim/checkers/l02-comes-back.ts';
import {
  type Call,
  findCall,
  judgeLive,
  type RecordedNight,
  recordNight,
} from './support/recorded-night.ts';

// A halt lasts until a person is awake. A daemon that halts for what passes by itself is safe, and costs the night.

let night: RecordedNight;
beforeAll(() => {
  night = recordNight({ seed: 'halt reasons', minutes: 3 });
});
afterAll(() => night.close());

type ModeRow = Extract<JournalRow, { type: 'mode' }>;

function haltBy(cause: string, actor: ModeRow['actor'] = 'machine'): ModeRow {
  return { type: 'mode', atMs: unixMs(1), from: 'ACTIVE', to: 'HALTED', actor, cause };
}

function say(word: OperatorWord): DeskEvent {
  return { type: 'operatorSpoke', atMs: unixMs(1), word, actor: 'person' };
}

/** The happening with which the exchange first names an order of ours. */
function firstOrder() {
  const call = findCall(
    night,
    'onHappening',
    (happening) =>
      happening.type === 'orderUpdated' && happening.order.clientOrderId.startsWith('ov'),
  );
  if (call.hook !== 'onHappening') throw new Error('found another');
  const [happening] = call.args;
  if (happening.type !== 'orderUpdated') throw new Error('found another');
  return happening;
}

function wrongWith(tell: (reasons: HaltReasons) => void, row: ModeRow): string | undefined {
  const reasons = new HaltReasons(night.night);
  tell(reasons);
  const [wrong, ...more] = reasons.onDurable([row]);
  expect(more).toEqual([]);
  return wrong;
}

test('a halt for a limit of the venue breaks L2, and nothing else of a quiet night does', () => {
  const row = haltBy('the venue told us to stay away');
  let isTold = false;
  const retell = (call: Call): readonly Call[] => {
    if (isTold || call.hook !== 'onDurable') return [call];
    isTold = true;
    return [call, { hook: 'onDurable', args: [[row], 1] }];
  };
  const options = { seed: 'halt reasons', minutes: 3 };
  expect(judgeLive(comesBack, options).violations).toEqual([]);
  expect(judgeLive(comesBack, options, retell).violations.map(({ text }) => text)).toEqual([
    'halted by the machine (the venue told us to stay away): nothing that happened deserves it',
  ]);
});

test('a person who said halt deserves one, a word that nobody said does not', () => {
  const row = haltBy('halt by person', 'operator');
  expect(wrongWith((reasons) => reasons.onEvent(say('flatten')), row)).toBeUndefined();
  expect(wrongWith((reasons) => reasons.onEvent(say('pause')), row)).toMatch(/^halted by the op/);
  expect(wrongWith(() => undefined, row)).toMatch(/^halted by the operator \(halt by person\)/);
});

test.each([
  [99_999_999, undefined],
  [100_000_000, 'halted by the machine (little disk left): nothing that happened deserves it'],
])('a disk with %i bytes left', (diskFreeBytes, wrong) => {
  const health = findCall(night, 'onEvent', ({ type }) => type === 'healthSampled');
  const [event] = health.hook === 'onEvent' ? health.args : [];
  if (event?.type !== 'healthSampled') throw new Error('no sample');
  const tell = (reasons: HaltReasons): void => {
    reasons.onEvent({ ...event, diskFreeBytes });
  };
  expect(wrongWith(tell, haltBy('little disk left'))).toBe(wrong);
});

test('an order at the exchange must contradict the journal: unknown, proven never taken, or twice', () => {
  const happening = firstOrder();
  const { order } = happening;
  const id = clientOrderId(order.clientOrderId);
  const row = haltBy(`an order of ours that is wrong: ${id}`);
  const intent = night.calls
    .flatMap((call) => (call.hook === 'onDurable' ? call.args[0] : []))
    .find((each) => each.type === 'intent' && each.intent.clientOrderId === id);
  if (intent === undefined) throw new Error('the journal knows it');

  expect(
    wrongWith(() => undefined, row),
    'the exchange has none',
  ).toBeDefined();
  expect(wrongWith((reasons) => reasons.onHappening(happening), row)).toBeUndefined();
  const known = (reasons: HaltReasons): void => {
    reasons.onHappening(happening);
    reasons.onDurable([intent]);
  };
  expect(wrongWith(known, row)).toMatch(/nothing that happened deserves it$/);
  const absent: JournalRow = { type: 'absent', atMs: unixMs(1), clientOrderId: id, proof: '' };
  const proven = (reasons: HaltReasons): void => {
    known(reasons);
    reasons.onDurable([absent]);
  };
  expect(wrongWith(proven, row)).toBeUndefined();
  const twice = (reasons: HaltReasons): void => {
    known(reasons);
    reasons.onHappening({ ...happening, order: { ...order, orderId: order.orderId + 1 } });
  };
  expect(wrongWith(twice, row)).toBeUndefined();
});

test('another daemon on the account is one whose orders the exchange has, of a later epoch', () => {
  const happening = firstOrder();
  const epoch = Number.parseInt(happening.order.clientOrderId.slice(7, 11), 36);
  const row = haltBy(`another daemon trades this account, epoch ${epoch}`);
  expect(wrongWith(() => undefined, row)).toBeDefined();
  expect(wrongWith((reasons) => reasons.onHappening(happening), row)).toBeUndefined();
});

test('a start that finds a halt file which nobody and no disk has caused is seen', () => {
  const started = findCall(night, 'onEvent', ({ type }) => type === 'started');
  const [event] = started.hook === 'onEvent' ? started.args : [];
  if (event?.type !== 'started') throw new Error('no start');
  const latched = { ...event, haltLatched: true };
  const reasons = new HaltReasons(night.night);
  expect(reasons.onEvent(latched)).toMatch(/^a start found the halt file/);
  reasons.onLifeEnded({ exitCode: 74, cause: 'a disk that nothing was wrong with' });
  expect(reasons.onEvent(latched)).toMatch(/^a start found the halt file/);
  reasons.onEvent(say('halt'));
  expect(reasons.onEvent(latched)).toBeUndefined();
  reasons.onDurable([{ ...haltBy('resume by person', 'operator'), from: 'HALTED', to: 'ACTIVE' }]);
  expect(reasons.onEvent(latched)).toMatch(/^a start found the halt file/);
});
