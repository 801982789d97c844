import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionId } from '../../src/domain/ids.ts';
import type { Checker } from '../../src/sim/checker.ts';
import { venueRules } from '../../src/sim/checkers/i17-venue-rules.ts';
import { http } from '../../src/sim/venue-answer.ts';
import { type Call, findCall, type RecordedNight, recordNight } from './support/recorded-night.ts';

// A venue does not forget because our process ended: a daemon that starts anew to get rid of a ban
// hammers it all the same.

let night: RecordedNight;
let answered: Extract<Call, { hook: 'onEvent' }>;
let asked: Extract<Call, { hook: 'onRequest' }>;
beforeAll(() => {
  night = recordNight({ seed: 'venue rules over starts', minutes: 1 });
  const event = findCall(night, 'onEvent', ({ type }) => type === 'venueAnswered');
  const request = findCall(night, 'onRequest', ({ kind }) => kind === 'ask');
  if (event.hook !== 'onEvent' || request.hook !== 'onRequest') throw new Error('found another');
  answered = event;
  asked = request;
});
afterAll(() => night.close());

const END = { cause: 'killed', exitCode: undefined };
const FORGOT = 'start 2, which cannot know: the one before was ended';

function begin(): Checker {
  const checker = venueRules.make(night.night);
  checker.onLifeBegan?.(1, 0);
  return checker;
}

/** The venue tells the start that runs to stay away for so long. */
function hear(checker: Checker, status: number, retryAfterMs: number, atMs: number): void {
  const [event] = answered.args;
  if (event.type !== 'venueAnswered') throw new Error('another event');
  checker.onEvent?.({ ...event, answer: http(status, {}, retryAfterMs) }, atMs);
}

function ask(checker: Checker, atMs: number): void {
  checker.onRequest?.(asked.args[0], atMs);
}

function textsOf({ tally }: Checker): readonly string[] {
  return tally.violations.map(({ text }) => text.replace(/^\w+ left/, 'it left'));
}

test.each([429, 418])(
  'a start that was told %i nothing is judged by what the venue said',
  (status) => {
    const checker = begin();
    hear(checker, status, 60_000, 1_000);
    checker.onLifeEnded?.(1, END, 2_000);
    checker.onLifeBegan?.(2, 3_000);
    ask(checker, 4_000);
    ask(checker, 61_000);
    expect(textsOf(checker)).toEqual([
      `it left 56998 ms before the end of what the venue asked for with ${status}, allowed are 0 ms; it is of ${FORGOT}`,
    ]);
  },
);

test('a start that hears the ban itself and goes on asking cannot say that it did not know', () => {
  const checker = begin();
  hear(checker, 418, 60_000, 1_000);
  checker.onLifeEnded?.(1, END, 2_000);
  checker.onLifeBegan?.(2, 3_000);
  ask(checker, 4_000);
  hear(checker, 418, 57_000, 4_000);
  ask(checker, 5_000);
  expect(textsOf(checker)[1]).toMatch(/^it left \d+ ms before .* 418, allowed are 0 ms$/);
});

test('a daemon that ends itself to forget is told from one that was ended', () => {
  const checker = begin();
  hear(checker, 418, 60_000, 1_000);
  checker.onLifeEnded?.(1, { cause: 'banned', exitCode: 70 }, 2_000);
  checker.onLifeBegan?.(2, 3_000);
  ask(checker, 4_000);
  expect(textsOf(checker)[0]).toMatch(
    /start 2, which cannot know: the one before ended by itself$/,
  );

  const asked = begin();
  hear(asked, 418, 60_000, 1_000);
  asked.onEvent?.({ ...findStop(), cause: 'SIGTERM' }, 1_500);
  asked.onLifeEnded?.(1, { cause: 'SIGTERM', exitCode: 0 }, 2_000);
  asked.onLifeBegan?.(2, 3_000);
  ask(asked, 4_000);
  expect(textsOf(asked)[0]).toContain(FORGOT);
});

test('connects of a daemon that ends itself are counted together, and those of one that is killed have a limit too', () => {
  const checker = begin();
  const connection = connectionId('binance/market/1');
  const connect = (count: number): void => {
    for (let at = 0; at < count; at += 1) checker.onSocketAsked?.('market', connection, 1_000 + at);
  };
  const start = (exitCode: number | undefined): void => {
    checker.onLifeEnded?.(1, { cause: 'some', exitCode }, 2_000);
    checker.onLifeBegan?.(2, 3_000);
  };
  connect(12);
  start(70);
  connect(8);
  expect(textsOf(checker)).toEqual([]);
  connect(1);
  const self = `21 connects in five minutes with ${connection}, limit 20`;
  expect(textsOf(checker)).toEqual([self]);
  for (const count of [20, 19]) {
    start(undefined);
    connect(count);
  }
  expect(textsOf(checker)).toEqual([self]);
  connect(1);
  const all = `61 connects of all starts in five minutes with ${connection}, limit 60`;
  expect(textsOf(checker)).toEqual([self, all]);
});

function findStop() {
  const [event] = answered.args;
  return { type: 'stopRequested', atMs: event.atMs, cause: '' } as const;
}
