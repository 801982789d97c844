import { expect, test } from 'vitest';
import { clientOrderId } from '../../src/domain/ids.ts';
import { lots, price } from '../../src/domain/units.ts';
import {
  acknowledge,
  DeskNight,
  failUnproven,
  loseOnTheWay,
  takeSilently,
} from './support/desk-night.ts';

// The answer was lost on the way back. A program that sends again now holds twice what it wanted.
test('an answer lost after acceptance: unknown after two seconds, found by asking, sent once', () => {
  const night = new DeskNight();
  night.isStreamUp = false;
  night.arrival = takeSilently;

  const id = night.send();
  night.wait(1_900);
  expect(night.stateOf(id)).toBe('SUBMITTED');
  night.wait(200);
  expect(night.stateOf(id)).toBe('UNKNOWN');
  expect(night.desk.unknownOn('BTC/USDT')).toHaveLength(1);
  expect(night.desk.unknownCount()).toBe(1);
  expect(night.faults).toContain('order.unknown');

  night.wait(600);
  expect(night.stateOf(id)).toBe('ACCEPTED');
  expect(night.changes.at(-1)?.reason.code).toBe('FOUND_AT_VENUE');
  expect(night.desk.unknownCount()).toBe(0);

  night.wait(120_000);
  expect(night.placed).toEqual([id]);
});

test('an unproven order is asked for at 0.5, 1, 2, 4, 8 and 16 seconds', () => {
  const night = new DeskNight();
  night.arrival = loseOnTheWay;
  night.send();
  night.wait(2_000);
  const unknownSinceMs = night.nowMs;
  expect(night.faults).toContain('order.unknown');

  night.wait(15_900);
  const expected = [500, 1_000, 2_000, 4_000, 8_000];
  expect(night.askedAt('orderByClientId', unknownSinceMs)).toEqual(expected);
});

// HTTP 503 and nothing at the venue. Nothing may be concluded before the request could no longer arrive.
test('an error without acceptance: absent only after the venue clock is past lease and limit, with all four proofs', () => {
  const night = new DeskNight();
  night.arrival = failUnproven;
  const id = night.send();
  const sentAtMs = night.venueMs();
  night.wait(100);
  expect(night.stateOf(id)).toBe('UNKNOWN');

  night.wait(17_800); // 17.9 s: the lease of 3 s, the venue's 10 s and the margin of 5 s are not over
  expect(night.stateOf(id)).toBe('UNKNOWN');
  expect(night.askedAt('serverTime', night.nowMs)).toEqual([]);

  night.wait(4_400); // 22.3 s: two misses, 2 s apart
  expect(night.stateOf(id)).toBe('UNKNOWN');
  expect(night.askedAt('ordersSince', night.nowMs)).toEqual([]);

  night.wait(1_700); // 24 s: the third, then lists, then balances
  expect(night.stateOf(id)).toBe('ABSENT');
  const proven = night.changes.at(-1)?.reason;
  expect(proven).toMatchObject({ code: 'PROVEN_ABSENT', leaseEndMs: sentAtMs + 3_000 });
  expect(Number(proven?.['venueAtMs'])).toBeGreaterThanOrEqual(sentAtMs + 18_000);
  expect(proven?.['missesCount']).toBe(3);
  for (const type of ['openOrders', 'ordersSince', 'fillsFrom', 'account'] as const) {
    expect(night.askedAt(type, 0), type).toHaveLength(1);
  }
  expect(night.placed).toEqual([id]);
});

test('a failed query between two misses: the count of misses starts again', () => {
  const night = new DeskNight();
  night.arrival = failUnproven;
  const id = night.send();
  night.wait(20_900); // two misses: at about 18.1 and 20.2 s
  night.venue.isDown = true;
  night.wait(2_000); // the third question fails
  night.venue.isDown = false;

  night.wait(2_500);
  expect(night.stateOf(id)).toBe('UNKNOWN'); // three misses in all, but not in a row
  night.wait(6_000);
  expect(night.stateOf(id)).toBe('ABSENT');
});

test('balances that do not agree: absence is not proven, and is tried again later', () => {
  const night = new DeskNight();
  night.arrival = failUnproven;
  night.balancesLie = true;
  const id = night.send();
  night.wait(50_000);
  expect(night.stateOf(id)).toBe('UNKNOWN');

  night.balancesLie = false;
  night.wait(45_000);
  expect(night.stateOf(id)).toBe('ABSENT');
});

// Another order is executed right now: its execution is in the balances before we have heard of it.
test('balances that do not agree for a moment: looked at again, and what is proven already stays proven', () => {
  const night = new DeskNight();
  night.arrival = failUnproven;
  night.balancesLie = true;
  const id = night.send();
  night.wait(27_000);
  expect(night.askedAt('account', 0).length).toBeGreaterThan(1);
  night.balancesLie = false;
  night.wait(3_500);
  expect(night.stateOf(id)).toBe('ABSENT');
  expect(night.askedAt('ordersSince', 0)).toHaveLength(1);
});

// Two answers were lost. One order was executed and nobody has told us yet: no balance can agree before that is known, and
// the proof of the other stood at its last look for half a minute after it was.
test('two unproven orders: as soon as the one is found, the absence of the other is proven', () => {
  const night = new DeskNight();
  night.isStreamUp = false;
  night.arrival = failUnproven;
  const absent = night.send();
  night.arrival = takeSilently;
  night.venue.isBlind = true;
  const taken = night.send();
  night.balancesLie = true;
  night.wait(45_000);
  expect([absent, taken].map((id) => night.stateOf(id))).toEqual(['UNKNOWN', 'UNKNOWN']);
  const asked = night.askedAt('ordersSince', 0).length;

  night.venue.isBlind = false;
  night.balancesLie = false;
  night.wait(11_000);
  expect(night.stateOf(absent)).toBe('ABSENT');
  expect(night.askedAt('ordersSince', 0)).toHaveLength(asked);
});

// A trade of the account that nobody explains may be the very order we look for.
test('an unexplained trade in the time of the order: absence is not proven', () => {
  const night = new DeskNight();
  night.arrival = failUnproven;
  const id = night.send();
  night.venue.foreignTrade(night.desk.findOrder(id)?.intent.instrument ?? raise(), night.venueMs());
  night.believedLots = 1;
  night.wait(60_000);
  expect(night.stateOf(id)).toBe('UNKNOWN');
});

test('-1007 and the order appears eight seconds later: it is found, not declared absent', () => {
  const night = new DeskNight();
  night.isStreamUp = false;
  night.arrival = (order, at) => {
    failUnproven(order, at);
    at.later(8_000, () => at.venue.take(order, at.venueMs()));
  };
  const id = night.send();
  night.wait(8_000);
  expect(night.stateOf(id)).toBe('UNKNOWN');
  night.wait(10_000);
  expect(night.stateOf(id)).toBe('ACCEPTED');
  expect(night.placed).toEqual([id]);
});

test('a late answer after the two seconds: accepted, and nothing is asked or sent again', () => {
  const night = new DeskNight();
  night.isStreamUp = false;
  night.arrival = (order, at) => {
    const report = at.venue.take(order, at.venueMs());
    at.venue.isBlind = true;
    at.answerOrder(order.clientOrderId, { place: { type: 'accepted', report } }, 9_900);
  };
  const id = night.send();
  night.wait(9_800);
  expect(night.stateOf(id)).toBe('UNKNOWN');
  night.wait(200);
  expect(night.stateOf(id)).toBe('ACCEPTED');
  const states = night.changes.map(({ to }) => to);
  expect(states).toEqual(['INITIALIZED', 'SUBMITTED', 'UNKNOWN', 'ACCEPTED']);
});

test('a late refusal after the two seconds is proof as good as an early one', () => {
  const night = new DeskNight();
  night.arrival = (order, at) => {
    const proof = { httpStatus: 400, code: -2010, text: 'insufficient balance' };
    at.answerOrder(order.clientOrderId, { place: { type: 'rejected', proof } }, 3_000);
  };
  const id = night.send();
  night.wait(2_500);
  expect(night.stateOf(id)).toBe('UNKNOWN');
  night.wait(1_000);
  expect(night.stateOf(id)).toBe('REJECTED');
});

test('the venue says the id was sent before: a person is told, the order is found, nothing is sent again', () => {
  const night = new DeskNight();
  night.isStreamUp = false;
  night.arrival = (order, at) => {
    at.venue.take(order, at.venueMs());
    const proof = { httpStatus: 400, code: -2010, text: 'Duplicate order sent.' };
    at.answerOrder(order.clientOrderId, { place: { type: 'exists', proof } });
  };
  const id = night.send();
  night.wait(500);
  expect(night.faults).toContain('order.duplicate');
  expect(night.stateOf(id)).toBe('ACCEPTED');
  expect(night.placed).toEqual([id]);
});

test('unknown for ten minutes: dead and told, still frozen, still asked for, and found when the venue speaks again', () => {
  const night = new DeskNight();
  night.isStreamUp = false;
  night.arrival = takeSilently;
  night.venue.isDown = true;
  const id = night.send();
  night.wait(601_000);
  expect(night.stateOf(id)).toBe('UNKNOWN');
  night.wait(2_000);
  expect(night.stateOf(id)).toBe('DEAD');
  expect(night.faults).toContain('order.dead');
  expect(night.desk.unknownOn('BTC/USDT')).toHaveLength(1);

  night.venue.isDown = false;
  night.wait(65_000);
  expect(night.stateOf(id)).toBe('ACCEPTED');
});

test('an order proven absent that appears after all: adopted, and everything stops', () => {
  const night = new DeskNight();
  night.arrival = failUnproven;
  const id = night.send();
  night.wait(30_000);
  expect(night.stateOf(id)).toBe('ABSENT');
  const order = night.desk.findOrder(id) ?? raise();

  night.venue.take(order.intent, night.venueMs());
  night.stream(night.venue.fill(id, 4, night.venueMs()));
  night.wait(100);
  expect(night.stateOf(id)).toBe('PARTIALLY_FILLED');
  expect(night.believedLots).toBe(4);
  expect(night.findings.map(({ type }) => type)).toContain('lateAppearance');
});

test('our own transport attests that no byte left: void, not unknown', () => {
  const night = new DeskNight();
  night.arrival = (order, at) => {
    const answer = {
      type: 'transportFailed',
      bytesSent: 'none',
      text: 'ECONNREFUSED',
      sentAtMs: at.at(),
    } as const;
    at.take(at.desk.onOrderAnswer(order.clientOrderId, answer, at.at()));
  };
  const id = night.send();
  night.wait(100);
  expect(night.stateOf(id)).toBe('VOID');
  expect(night.changes.at(-1)?.reason.code).toBe('NOT_SENT');
});

test('what the account socket proved is not undone by an answer that proves nothing', () => {
  const night = new DeskNight();
  night.arrival = (order, at) => {
    at.stream(at.venue.take(order, at.venueMs()), 5);
    failUnproven(order, at);
  };
  const id = night.send();
  night.wait(1_000);
  expect(night.stateOf(id)).toBe('ACCEPTED');
  expect(night.changes.map(({ to }) => to)).not.toContain('UNKNOWN');
});

test('an answer that contradicts what is known ends nothing: the venue is asked', () => {
  const night = new DeskNight();
  night.arrival = (order, at) => {
    at.stream(at.venue.take(order, at.venueMs()), 5);
    const proof = { httpStatus: 400, code: -1013, text: 'Filter failure' };
    at.answerOrder(order.clientOrderId, { place: { type: 'rejected', proof } });
  };
  const id = night.send();
  night.wait(1_000);
  expect(night.stateOf(id)).toBe('ACCEPTED');
  expect(night.faults).toContain('venue.error');
});

test('an order the account socket never mentions: the socket is not to be trusted', () => {
  const night = new DeskNight();
  night.isStreamUp = false;
  night.arrival = acknowledge;
  night.send();
  night.wait(4_900);
  expect(night.findings).toEqual([]);
  night.wait(500);
  expect(night.findings.map(({ type }) => type)).toEqual(['streamSilent']);
});

function raise(): never {
  throw new Error('the order must be there');
}

test.each([
  ['the other side', { side: 'SELL' }],
  ['another quantity', { quantity: lots(1_000) }],
  ['another price', { price: price(1) }],
  ['another id', { clientOrderId: clientOrderId('somebody') }],
] as const)(
  'an answer that accepts an order of %s proves nothing: unknown, and asked for',
  (_name, change) => {
    const night = new DeskNight();
    night.arrival = (order, at) => {
      const report = { ...at.venue.take(order, at.nowMs), ...change };
      at.answerOrder(order.clientOrderId, { place: { type: 'accepted', report } });
    };
    const id = night.send();
    night.wait(100);
    expect(night.stateOf(id)).toBe('UNKNOWN');
    night.wait(2_000);
    expect(night.stateOf(id)).toBe('ACCEPTED');
  },
);
