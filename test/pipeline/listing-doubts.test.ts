import { expect, test } from 'vitest';
import type { VenueAnswer, VenueQuestion } from '../../src/domain/venue.ts';
import { assessReadiness } from '../../src/live/readiness.ts';
import { Desk } from '../../src/pipeline/desk.ts';
import { handle } from '../../src/pipeline/handle.ts';
import type { VenueSetup } from '../../src/pipeline/setup.ts';
import { http } from '../../src/sim/venue-answer.ts';
import { type Night, startNight } from '../support/night.ts';
import { expectSound } from '../support/night-proof.ts';
import { makeSetup, strategyOf } from '../support/night-setup.ts';

/** The default, and a little for the way. */
const POLL_MS = 60_500;
const AWAY = http(503, { code: -1000, msg: 'away' });
const NO_SUCH_SYMBOL = http(400, { code: -1121, msg: 'Invalid symbol.' });
const TOO_MANY = http(429, { code: -1003, msg: 'Too many requests.' });

type ListingQuestion = Extract<VenueQuestion, { type: 'instruments' }>;

/** The venue answers questions about its list like this; `undefined`: as it would. */
function answerListings(
  { venue }: Night,
  answer: (asked: string, question: ListingQuestion) => VenueAnswer | undefined,
): void {
  const answerTo = venue.answerTo.bind(venue);
  venue.answerTo = (question) =>
    (question.type === 'instruments'
      ? answer(question.venueSymbols.join('+'), question)
      : undefined) ?? answerTo(question);
}

/** A set-up whose symbols a test may change between two lives. */
function makeVenueSetup(symbols: readonly string[]): {
  -readonly [K in keyof VenueSetup]: VenueSetup[K];
} {
  const [venue] = makeSetup([strategyOf('cue')]).venues;
  if (venue === undefined) throw new Error('a set-up has a venue');
  return { ...venue, symbols };
}

function furnished(night: Night): readonly string[] {
  return night.desk.venues.flatMap(({ instruments }) => instruments.map(({ symbol }) => symbol));
}

function absent(night: Night): readonly string[] {
  return night.desk.venues.flatMap((venue) =>
    venue.absent.map(({ symbol, cause }) => `${symbol} ${cause}`),
  );
}

function haltsOf(night: Night, symbol: string): number {
  return night.world.raised.filter(
    ({ fault, detail }) => fault === 'symbol.halted' && detail['symbol'] === symbol,
  ).length;
}

function expectDecidedAgain(night: Night): void {
  const desk = new Desk(night.desk.setup);
  const effects = night.world.events.flatMap((event) => [...handle(desk, event)]);
  expect(effects).toEqual(night.world.effects);
}

/** `NOSUCH` makes the venue refuse the question for all, so that each symbol is asked for by itself. */
const WITH_UNKNOWN = ['BTC/USDT', 'ETH/USDT', 'NOSUCH/USDT'];

test('the venue is away for five rounds, and then one question is lost: its symbol is traded all the same', () => {
  let asked = 0;
  let lost = 0;
  const night = startNight({
    setup: { venues: [makeVenueSetup(WITH_UNKNOWN)] },
    arrange: (before) =>
      answerListings(before, (names) => {
        asked += 1;
        if (asked <= 5) return AWAY;
        if (names !== 'ETHUSDT' || lost > 0) return undefined;
        lost += 1;
        return AWAY;
      }),
  });
  night.waitMs(60_000);
  expect(lost).toBe(1);
  expect(furnished(night)).toEqual(['BTC/USDT', 'ETH/USDT']);
  expect(absent(night)).toEqual(['NOSUCH/USDT missing']);
  expectDecidedAgain(night);
});

// A limit says something about us and nothing about the symbol that was asked for when it was reached.
test('the venue limits us at the same question of every round: its symbol waits and is traded', () => {
  let limited = 0;
  const night = startNight({
    setup: { venues: [makeVenueSetup(WITH_UNKNOWN)] },
    arrange: (before) =>
      answerListings(before, (names) => {
        if (names !== 'ETHUSDT' || limited >= 8) return undefined;
        limited += 1;
        return TOO_MANY;
      }),
  });
  night.waitFor(() => limited === 8, 1_200_000);
  expect(furnished(night)).toEqual([]);
  night.waitFor(() => night.desk.phase === 'running', 200_000);
  expect(furnished(night)).toEqual(['BTC/USDT', 'ETH/USDT']);
});

test('two symbols bring errors and a third is never reached for them: it is asked for and traded', () => {
  const symbols = ['ETH/USDT', 'LOST/USDT', 'BTC/USDT', 'NOSUCH/USDT'];
  const night = startNight({
    setup: { venues: [makeVenueSetup(symbols)] },
    arrange: (before) =>
      answerListings(before, (names) =>
        names === 'ETHUSDT' || names === 'LOSTUSDT' ? AWAY : undefined,
      ),
  });
  night.waitMs(120_000);
  expect(furnished(night)).toEqual(['BTC/USDT']);
  expect(absent(night)).toEqual([
    'ETH/USDT unreadable',
    'LOST/USDT unreadable',
    'NOSUCH/USDT missing',
  ]);
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
});

/** ETH is held, and a new life begins at a venue that has never heard of `NOSUCH`. */
function restartHolding(answer: (asked: string) => VenueAnswer | undefined): Night {
  const setup = makeVenueSetup(['BTC/USDT', 'ETH/USDT']);
  const night = startNight({ setup: { venues: [setup] } });
  night.tell('enter', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBeGreaterThan(0);
  setup.symbols = WITH_UNKNOWN;
  answerListings(night, answer);
  night.restart();
  return night;
}

// Given up, its coins could not be sold before the next restart, and every entry would be denied.
test('the venue has errors for a symbol that we hold: it is asked for until it answers, and is left then', () => {
  let isAway = true;
  const night = restartHolding((names) => (isAway && names === 'ETHUSDT' ? AWAY : undefined));
  night.waitMs(120_000);
  expect(night.desk.phase).toBe('booting');
  expect(assessReadiness(night.desk).reasons).toContain('binance: ETH/USDT: HTTP 503: away');
  isAway = false;
  night.waitMs(20_000);
  expect(furnished(night)).toEqual(['BTC/USDT', 'ETH/USDT']);
  night.tell('leave', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBe(0);
  expectSound(night);
});

test('the order of a symbol has no proven end and the venue has errors for it: not given up either', () => {
  const setup = makeVenueSetup(['BTC/USDT', 'ETH/USDT']);
  const night = startNight({ setup: { venues: [setup] } });
  night.faults.orders.push('lostOnTheWay');
  night.tell('enter', 'ETHUSDT');
  setup.symbols = WITH_UNKNOWN;
  let isAway = true;
  answerListings(night, (names) => (isAway && names === 'ETHUSDT' ? AWAY : undefined));
  night.restart();
  night.waitMs(120_000);
  expect(night.desk.phase).toBe('booting');
  isAway = false;
  night.waitMs(60_000);
  expect(night.orderStates()).toEqual(['ABSENT']);
});

test('the venue says once at the start that it does not know what we hold: asked again, and traded', () => {
  let said = 0;
  const night = restartHolding((names) => {
    if (names !== 'ETHUSDT' || said > 0) return undefined;
    said += 1;
    return NO_SUCH_SYMBOL;
  });
  night.waitMs(10_000);
  expect(said).toBe(1);
  expect(furnished(night)).toEqual(['BTC/USDT', 'ETH/USDT']);
  expect(haltsOf(night, 'ETH/USDT')).toBe(0);
  night.tell('leave', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBe(0);
  expectSound(night);
});

/** The next look does not find ETH, neither together with BTC nor by itself; the one after that does. */
function missOnce(night: Night): void {
  let isWrong = true;
  answerListings(night, (names) => {
    if (!isWrong || !names.includes('ETHUSDT')) return undefined;
    isWrong = names !== 'ETHUSDT';
    return NO_SUCH_SYMBOL;
  });
  night.waitFor(() => !isWrong, POLL_MS);
  night.waitMs(500);
}

test('the venue says once that it does not know what we hold: the exit leaves at once', () => {
  const night = startNight();
  night.tell('enter', 'ETHUSDT');
  missOnce(night);
  night.tell('leave', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBe(0);
  expect(haltsOf(night, 'ETH/USDT')).toBe(0);
  expectSound(night);
  expectDecidedAgain(night);
});

test('the venue says once that it does not know a symbol: no entry until the second look, five seconds later', () => {
  const night = startNight();
  missOnce(night);
  night.tell('enter', 'ETHUSDT');
  expect(night.ordersSent()).toEqual([]);
  const denied = night.decisions().find(({ outcome }) => outcome === 'denied');
  expect(denied?.checks).toContainEqual(
    expect.objectContaining({
      code: 'VENUE_MAINTENANCE',
      passed: false,
      value: 'TRADING, missing once',
    }),
  );
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);

  night.waitMs(5_000);
  night.tell('enter', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBeGreaterThan(0);
  expect(haltsOf(night, 'ETH/USDT')).toBe(0);
  expectSound(night);
});

test('the venue says twice that it does not know a symbol: it is gone some seconds after the first word', () => {
  const night = startNight();
  night.tell('enter', 'ETHUSDT');
  let firstAtMs = 0;
  answerListings(night, (names) => {
    if (!names.includes('ETHUSDT')) return undefined;
    if (firstAtMs === 0) firstAtMs = night.clock.nowMs;
    return NO_SUCH_SYMBOL;
  });
  night.waitFor(() => haltsOf(night, 'ETH/USDT') > 0, POLL_MS + 10_000);
  expect(night.clock.nowMs - firstAtMs).toBeGreaterThan(4_000);
  expect(night.clock.nowMs - firstAtMs).toBeLessThan(7_000);
  night.tell('leave', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBeGreaterThan(0);
  expect(night.denials()).toContain('VENUE_MAINTENANCE');
  // Told again once in these five minutes, because it lasts.
  night.waitMs(5 * POLL_MS);
  expect(haltsOf(night, 'ETH/USDT')).toBe(2);
});

// It was taken out of the settings in between; nothing is left of it but a word in the journal.
test('an order of a symbol that left the settings is proven absent: said once, and the daemon is ready', () => {
  const setup = makeVenueSetup(['BTC/USDT', 'ETH/USDT']);
  const night = startNight({ setup: { venues: [setup] } });
  night.faults.orders.push('lostOnTheWay');
  night.tell('enter', 'ETHUSDT');
  setup.symbols = ['BTC/USDT'];
  night.restart();
  night.settle();
  expect(absent(night)).toEqual(['ETH/USDT unconfigured']);
  expect(assessReadiness(night.desk).reasons).toEqual([
    'ETH/USDT: it is not in the settings, and not everything of it has ended; orders without a proven end: 1',
  ]);
  night.waitMs(120_000);
  expect(night.orderStates()).toEqual(['ABSENT']);
  expect(assessReadiness(night.desk).reasons).toEqual([]);
  expect(absent(night)).toEqual(['ETH/USDT ended']);
  const ended = night.world.changes.filter(({ event }) => event === 'symbol.ended');
  expect(ended).toMatchObject([{ detail: { venue: 'binance', symbol: 'ETH/USDT' } }]);
  expect(haltsOf(night, 'ETH/USDT')).toBe(1);
  expectDecidedAgain(night);
});

test('a symbol left the settings while we hold it: kept and told like one that is missing', () => {
  const setup = makeVenueSetup(['BTC/USDT', 'ETH/USDT']);
  const night = startNight({ setup: { venues: [setup] } });
  night.tell('enter', 'ETHUSDT');
  const held = night.desk.portfolio?.listPositions()[0]?.base;
  setup.symbols = ['BTC/USDT'];
  night.restart();
  night.settle();
  night.waitMs(2 * POLL_MS);
  expect(haltsOf(night, 'ETH/USDT')).toBe(1);
  expect(absent(night)).toEqual(['ETH/USDT unconfigured']);
  expect(assessReadiness(night.desk).reasons).toEqual([
    expect.stringMatching(/^ETH\/USDT: it is not in the settings.*; 0\.\d+ ETH is held/),
  ]);
  expect(night.desk.portfolio?.listPositions()[0]?.base).toBe(held);

  setup.symbols = ['BTC/USDT', 'ETH/USDT'];
  night.restart();
  night.settle();
  night.tell('leave', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBe(0);
  expectSound(night);
});
