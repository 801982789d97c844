import { expect, test } from 'vitest';
import { assessReadiness } from '../../src/live/readiness.ts';
import { Desk } from '../../src/pipeline/desk.ts';
import { handle } from '../../src/pipeline/handle.ts';
import { http } from '../../src/sim/venue-answer.ts';
import { type Night, startNight } from '../support/night.ts';
import { listAs } from '../support/night-listing.ts';
import { expectSafe, expectSound } from '../support/night-proof.ts';
import { makeSetup, strategyOf } from '../support/night-setup.ts';

/** The default, and a little for the way. */
const POLL_MS = 60_500;

/** What was asked about listings, as lists of venue symbols. */
function listingsAsked(night: Night): readonly string[] {
  return night.world.asked.flatMap(({ question }) =>
    question.type === 'instruments' ? [question.venueSymbols.join('+')] : [],
  );
}

/** Symbols that anything but a listing was asked about in this life. */
function symbolsAsked(night: Night): readonly string[] {
  const asked = night.world.asked.flatMap(({ question }) =>
    'instrument' in question ? [question.instrument.symbol] : [],
  );
  return [...new Set(asked)].sort();
}

function halted(night: Night) {
  return night.world.raised.filter(({ fault }) => fault === 'symbol.halted');
}

function notFound(night: Night): readonly string[] {
  return night.world.decisions
    .filter(({ reason }) => reason.code === 'INSTRUMENT_NOT_FOUND')
    .map(
      ({ stage, symbol, outcome, reason }) => `${stage} ${symbol} ${outcome} ${reason['cause']}`,
    );
}

function reasons(night: Night): readonly string[] {
  return assessReadiness(night.desk).reasons;
}

/** A life begins while the venue does not know these. */
function startWithout(...names: readonly string[]): Night {
  const night = startNight({
    arrange: ({ venue }) => {
      for (const name of names) venue.delisted.add(name);
    },
  });
  night.settle();
  return night;
}

/** An order of ETH/USDT of which no answer and no report comes; from the next start on reports do. */
function enterUnanswered(night: Night): void {
  night.faults.orders.push('answerLost');
  night.faults.reports = 'never';
  night.tell('enter', 'ETHUSDT');
  night.faults.reports = 'once';
}

function restartWithout(night: Night, name: string): void {
  night.venue.delisted.add(name);
  night.restart();
  night.settle();
}

/** Whatever the daemon heard, heard again by another: the same effects. */
function expectDecidedAgain(night: Night): void {
  const desk = new Desk(night.desk.setup);
  const effects = night.world.events.flatMap((event) => [...handle(desk, event)]);
  expect(effects).toEqual(night.world.effects);
}

// Binance delists a coin on a Friday. The daemon that restarts on Saturday used to sit in `booting` for
// ever and left everything else it held to itself.
for (const [gone, there] of [
  ['ETH', 'BTC'],
  ['BTC', 'ETH'],
] as const) {
  test(`${gone} is delisted before the start: told by name, and ${there} is traded`, () => {
    const night = startWithout(`${gone}USDT`);
    expect(night.mode()).toBe('ACTIVE');
    expect(listingsAsked(night)).toEqual(['BTCUSDT+ETHUSDT', 'BTCUSDT', 'ETHUSDT']);
    expect(halted(night)).toMatchObject([
      { severity: 'warn', detail: { symbol: `${gone}/USDT`, cause: 'missing', held: '0' } },
    ]);
    expect(notFound(night)).toEqual([`market ${gone}/USDT skipped missing`]);
    expect(reasons(night)).toEqual([`${gone}/USDT: the venue does not list it`]);

    night.tell('enter', `${there}USDT`);
    expect(night.heldLots(`${there}/USDT`)).toBeGreaterThan(0);
    night.tell('leave', `${there}USDT`);
    expect(night.heldLots(`${there}/USDT`)).toBe(0);
    expect(symbolsAsked(night)).toEqual([`${there}/USDT`]);
    expect(night.faultIds()).toEqual(['symbol.halted']);
    expectSound(night);
    expectDecidedAgain(night);
  });
}

test('the filters of one symbol cannot be read at the start: told with the text, the other is traded', () => {
  const night = startNight({ arrange: (before) => listAs(before, { ETHUSDT: { filters: [] } }) });
  night.settle();
  expect(night.mode()).toBe('ACTIVE');
  expect(halted(night)).toMatchObject([
    { detail: { symbol: 'ETH/USDT', cause: 'unreadable', text: 'ETH/USDT has no PRICE_FILTER' } },
  ]);
  expect(notFound(night)).toEqual(['market ETH/USDT skipped unreadable']);
  expect(reasons(night)).toEqual([
    'ETH/USDT: its listing cannot be read (ETH/USDT has no PRICE_FILTER)',
  ]);
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
  night.waitMs(2 * POLL_MS);
  expect(halted(night)).toHaveLength(1);
  expect(night.desk.venues[0]?.listings.failedCount).toBe(0);
});

// Something at the venue breaks on one coin. It is no news about the others.
test('one symbol brings errors whenever it is asked about: after five rounds the others start without it', () => {
  const [venue] = makeSetup([strategyOf('cue')]).venues;
  if (venue === undefined) throw new Error('a set-up has a venue');
  const symbols = ['BTC/USDT', 'ETH/USDT', 'NOSUCH/USDT'];
  const night = startNight({
    setup: { venues: [{ ...venue, symbols }] },
    arrange: (before) => before.venue.broken.add('ETHUSDT'),
  });
  night.waitMs(5_000);
  expect(night.desk.phase).toBe('booting');
  expect(night.faultIds()).toEqual(['venue.unreachable']);
  night.waitMs(15_000);
  expect(night.mode()).toBe('ACTIVE');
  expect(halted(night)).toMatchObject([
    {
      detail: {
        symbol: 'ETH/USDT',
        cause: 'unreadable',
        text: expect.stringMatching(/^no answer/),
      },
    },
    { detail: { symbol: 'NOSUCH/USDT', cause: 'missing' } },
  ]);
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
  listAs(night, { BTCUSDT: { status: 'HALT' } });
  night.waitMs(POLL_MS);
  expect(halted(night).at(-1)?.detail).toMatchObject({ symbol: 'BTC/USDT', status: 'HALT' });

  night.venue.broken.clear();
  night.waitMs(POLL_MS);
  expect(reasons(night)).toContain('ETH/USDT: the venue lists it again: restart to trade it');
  expect(night.desk.venues[0]?.listings.failedInRow).toBe(0);
  expectDecidedAgain(night);
});

test('nobody answers at the start: told, asked again, and started with the first answer', () => {
  const night = startNight({
    arrange: ({ faults }) => {
      faults.mute = ['instruments'];
    },
  });
  night.waitMs(50_000);
  expect(reasons(night)).toContain('binance: no answer in 20000 ms');
  expect(night.world.raised.map(({ fault }) => fault)).toEqual([
    'venue.unreachable',
    'venue.unreachable',
  ]);
  night.faults.mute = [];
  night.waitMs(30_000);
  expect(night.mode()).toBe('ACTIVE');
  expect(reasons(night)).toEqual([]);
});

// The venue is in maintenance, or the settings are of another venue. Which of the two only time tells.
test('not one symbol is listed: said plainly, asked again ever more slowly, and started once they are', () => {
  const night = startWithout('BTCUSDT', 'ETHUSDT');
  night.waitMs(600_000);
  expect(night.desk.phase).toBe('booting');
  expect(night.world.stopped).toBeUndefined();
  expect(reasons(night)).toContain(
    'binance: the venue lists none of our symbols (BTC/USDT, ETH/USDT): it is asked again',
  );
  const faults = halted(night);
  expect(faults.map(({ severity }) => severity).slice(0, 4)).toEqual([
    'warn',
    'warn',
    'warn',
    'error',
  ]);
  expect(faults.length).toBeGreaterThan(8);
  expect(faults.length).toBeLessThan(20);

  night.venue.delisted.clear();
  night.waitMs(70_000);
  expect(night.mode()).toBe('ACTIVE');
  expect(reasons(night)).toEqual([]);
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
  expectDecidedAgain(night);
});

// The intents in the journal carry the places that symbols had in the life before. BTC was the first then;
// now ETH is, and a rule of the BTC position must not sell ETH.
test('we hold both and the first is delisted: kept, told, never sold as the other; the other one is managed', () => {
  const night = startNight();
  night.tell('enter');
  night.tell('enter', 'ETHUSDT');
  const held = night.desk.portfolio?.listPositions().map(({ base }) => base);
  const heldEth = night.heldLots('ETH/USDT');
  restartWithout(night, 'BTCUSDT');
  expect(night.mode()).toBe('ACTIVE');
  expect(night.desk.portfolio?.listPositions().map(({ base }) => base)).toEqual(held);
  expect(night.heldLots('ETH/USDT')).toBe(heldEth);
  expect(halted(night)).toMatchObject([
    { severity: 'error', detail: { symbol: 'BTC/USDT', cause: 'missing', openOrdersCount: 0 } },
  ]);
  expect(halted(night)[0]?.detail['held']).toMatch(/^0\.0\d+$/);
  expect(reasons(night)).toEqual([
    expect.stringMatching(/^BTC\/USDT: the venue does not list it; 0\.\d+ BTC is held and cannot/),
  ]);

  // What we hold of it cannot be valued, so no limit on losses means anything: no entries, but exits.
  night.tell('leave', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBe(0);
  night.tell('enter', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBe(0);
  const denied = night.lastDecision('risk')?.checks.filter(({ passed }) => !passed);
  expect(denied?.map(({ code }) => code)).toContain('EQUITY_UNVERIFIED');
  night.speak('flatten');
  night.waitMs(30_000);
  const sold = night.world.placed.map(({ order }) => order.symbol);
  expect(new Set(sold)).toEqual(new Set(['ETH/USDT']));
  expect(notFound(night)).toEqual([
    'market BTC/USDT skipped missing',
    'exit BTC/USDT denied missing',
  ]);
  expect(night.desk.portfolio?.listPositions()[0]?.base).toBe(held?.[0]);
  expectSound(night);

  night.venue.delisted.clear();
  night.restart();
  night.settle();
  night.waitFor(() => night.heldLots('BTC/USDT') === 0, 30_000);
  expectSound(night);
});

// Its answer was lost, then the process, then the symbol. Nobody can ever prove what became of it.
test('an order of a delisted symbol has no proven end: it stays known and told, is never sent again, and holds nobody up', () => {
  const night = startNight();
  night.faults.orders.push('lostOnTheWay');
  night.tell('enter', 'ETHUSDT');
  expect(night.ordersSent()).toHaveLength(1);
  restartWithout(night, 'ETHUSDT');
  expect(night.mode()).toBe('ACTIVE');
  expect(night.orderStates()).toEqual(['UNKNOWN']);
  expect(halted(night)).toMatchObject([{ severity: 'error', detail: { openOrdersCount: 1 } }]);
  expect(reasons(night)).toEqual([
    'ETH/USDT: the venue does not list it; orders without a proven end: 1',
  ]);
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);

  night.waitMs(700_000);
  expect(night.orderStates()).toContain('DEAD');
  expect(night.faultIds()).toContain('order.dead');
  expect(night.mode()).toBe('ACTIVE');
  expect(new Set(night.ordersSent()).size).toBe(night.ordersSent().length);
  expectSafe(night);

  night.venue.delisted.clear();
  night.restart();
  night.waitMs(60_000);
  expect(night.orderStates().filter((state) => state === 'ABSENT')).toHaveLength(1);
  expectSound(night);
});

test('an order that was filled before its symbol was delisted: the balances tell, and entries wait for a person', () => {
  const night = startNight();
  enterUnanswered(night);
  restartWithout(night, 'ETHUSDT');
  night.waitMs(60_000);
  expect(night.orderStates()).toEqual(['UNKNOWN']);
  expect(night.faultIds()).toContain('position.mismatch');
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBe(0);
  expectSafe(night);

  night.venue.delisted.clear();
  night.restart();
  night.settle();
  expect(night.heldLots('ETH/USDT')).toBeGreaterThan(0);
  expectSound(night);
});

// The venue trades it on; only our reader stumbles. What it tells of our order there still counts.
test('an order of a symbol whose listing cannot be read: found, its fill booked, and not traded on', () => {
  const night = startNight();
  enterUnanswered(night);
  listAs(night, { ETHUSDT: { filters: [] } });
  night.restart();
  night.settle();
  expect(night.mode()).toBe('ACTIVE');
  expect(night.orderStates()).toEqual(['FILLED']);
  expect(reasons(night)).toEqual([expect.stringMatching(/^ETH\/USDT: .*; \d\S* ETH is held/)]);
  night.tell('leave', 'ETHUSDT');
  expect(night.ordersSent()).toHaveLength(1);
  expectSound(night);

  listAs(night, {});
  night.restart();
  night.settle();
  night.tell('leave', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBe(0);
  expectSound(night);
});

// ETH had the second place when its order left, and has the first one now.
test('an order under way of a symbol whose place has changed: its strategy hears of the fill, and leaves', () => {
  const night = startNight();
  enterUnanswered(night);
  restartWithout(night, 'BTCUSDT');
  expect(night.orderStates()).toEqual(['FILLED']);
  expect(night.heldLots('ETH/USDT')).toBeGreaterThan(0);
  night.tell('leave', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBe(0);
  expectSound(night);
});

// Three times not found, and then the symbol is gone: a list that is refused is no list without the order.
test('a symbol is delisted in the middle of the proof that an order never came: the proof is not finished', () => {
  const night = startNight();
  const { venue } = night;
  const answerTo = venue.answerTo.bind(venue);
  venue.answerTo = (question) =>
    question.type === 'ordersSince' || question.type === 'fillsFrom'
      ? http(400, { code: -1121, msg: 'Invalid symbol.' })
      : answerTo(question);
  night.faults.orders.push('lostOnTheWay');
  night.tell('enter', 'ETHUSDT');
  night.waitMs(120_000);
  expect(night.world.asked.some(({ question }) => question.type === 'ordersSince')).toBe(true);
  expect(night.orderStates()).toEqual(['UNKNOWN']);
  venue.answerTo = answerTo;
  night.waitMs(60_000);
  expect(night.orderStates()).toEqual(['ABSENT']);
});

// What a fee leaves behind is worth cents and cannot be sold. It must not close the gate for ever.
test('only dust is left of a delisted symbol: the other is traded', () => {
  const night = startNight();
  night.tell('enter', 'ETHUSDT');
  night.tell('leave', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBe(0);
  const dust = night.desk.portfolio?.listPositions()[0]?.base ?? 0n;
  expect(dust).toBeGreaterThan(0n);
  restartWithout(night, 'ETHUSDT');
  expect(halted(night)).toMatchObject([{ severity: 'warn', detail: { held: '0' } }]);
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
  expect(night.desk.portfolio?.listPositions()[0]?.base).toBe(dust);
  expectSound(night);
});

// Asked together, one unknown symbol spoils the answer for all. So from then on it is asked for by itself.
test('a symbol is delisted while we run: a halt of the other is still seen, two questions a minute', () => {
  const night = startNight();
  night.venue.delisted.add('ETHUSDT');
  listAs(night, { BTCUSDT: { status: 'HALT' } });
  const before = listingsAsked(night).length;
  night.waitMs(POLL_MS + 5_000);
  const twice = ['BTCUSDT+ETHUSDT', 'BTCUSDT', 'ETHUSDT', 'BTCUSDT', 'ETHUSDT'];
  expect(listingsAsked(night).slice(before)).toEqual(twice);
  expect(halted(night).map(({ detail }) => `${detail['symbol']} ${detail['status']}`)).toEqual([
    'BTC/USDT HALT',
    'ETH/USDT OTHER',
  ]);
  const asked = listingsAsked(night).length;
  night.waitMs(2 * 60_000);
  expect(listingsAsked(night).slice(asked)).toEqual(['BTCUSDT', 'ETHUSDT', 'BTCUSDT', 'ETHUSDT']);
  expect(halted(night)).toHaveLength(2);
  expect(night.desk.venues[0]?.listings.failedCount).toBe(0);

  listAs(night, {});
  night.waitMs(POLL_MS);
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
  night.venue.delisted.clear();
  night.waitMs(POLL_MS);
  night.tell('enter', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBeGreaterThan(0);
  const last = listingsAsked(night).length;
  night.waitMs(POLL_MS);
  expect(listingsAsked(night).slice(last)).toEqual(['BTCUSDT+ETHUSDT']);
  expectDecidedAgain(night);
});

test('the account is asked for everything while a symbol is delisted: what is left is proven, and traded on', () => {
  const night = startNight();
  night.venue.delisted.add('ETHUSDT');
  night.world.lines.drop('account');
  night.waitMs(10_000);
  expect(reasons(night).filter((reason) => reason.startsWith('binance'))).toEqual([]);
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
});

test('a symbol missing at the start is listed again: said once, and a restart trades it', () => {
  const night = startWithout('ETHUSDT');
  night.venue.delisted.clear();
  night.waitMs(3 * POLL_MS);
  const relisted = night.world.changes.filter(({ event }) => event === 'symbol.relisted');
  expect(relisted).toMatchObject([{ detail: { symbol: 'ETH/USDT', remedy: 'restart' } }]);
  expect(reasons(night)).toEqual(['ETH/USDT: the venue lists it again: restart to trade it']);
  expect(notFound(night)).toEqual([
    'market ETH/USDT skipped missing',
    'market ETH/USDT skipped relisted',
  ]);
  night.tell('enter', 'ETHUSDT');
  expect(night.ordersSent()).toEqual([]);

  night.restart();
  night.settle();
  expect(reasons(night)).toEqual([]);
  night.tell('enter', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBeGreaterThan(0);
  expectSound(night);
});

// Everything is asked at once then, and the venue counts what each question costs.
test('four hundred symbols and all but one of them are gone: the start stays inside the request budget', () => {
  const [venue] = makeSetup([strategyOf('cue')]).venues;
  if (venue === undefined) throw new Error('a set-up has a venue');
  const symbols = ['BTC/USDT', ...Array.from({ length: 399 }, (_, i) => `C${i}/USDT`)];
  const night = startNight({
    setup: { venues: [{ ...venue, symbols }] },
    arrange: () => undefined,
  });
  const weights = new Map<number, number>();
  night.waitMs(300_000);
  for (const { atMs, question } of askedAt(night)) {
    if (question !== 'instruments') continue;
    const minute = Math.floor(atMs / 60_000);
    weights.set(minute, (weights.get(minute) ?? 0) + 20);
  }
  expect(weights.size).toBeGreaterThan(1);
  const most = Math.max(...weights.values());
  expect(most).toBeLessThanOrEqual(night.desk.setup.execution.weightPerMinuteMax);
  expect(most).toBeGreaterThan(1_000);
  expect(night.desk.venues[0]?.instruments.map(({ symbol }) => symbol)).toEqual(['BTC/USDT']);
  expect(night.mode()).toBe('ACTIVE');
});

/** Answered questions, with the moment of the answer. */
function askedAt(night: Night): readonly { readonly atMs: number; readonly question: string }[] {
  return night.world.events.flatMap((event) =>
    event.type === 'venueAnswered' ? [{ atMs: event.atMs, question: event.question.type }] : [],
  );
}
