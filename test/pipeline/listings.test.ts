import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Night, startNight } from '../support/night.ts';
import { listAs, listFilter, listFilters } from '../support/night-listing.ts';
import { expectSound } from '../support/night-proof.ts';
import { strategyOf } from '../support/night-setup.ts';

/** The default, and a little for the way. */
const POLL_MS = 60_500;

function instrumentsAsked(night: Night): number {
  return night.world.asked.filter(({ question }) => question.type === 'instruments').length;
}

/** Best bids and asks of BTC/USDT come with a digit more than its step has. */
function quoteBetweenSteps(data: string, stream: string): readonly string[] {
  if (stream !== 'btcusdt@bookTicker') return [data];
  return [data.replaceAll(/("[ba]":"\d+\.\d\d)0/g, '$15')];
}

/** The same without what is told again only because it lasts. */
function told(night: Night, symbol = 'BTC/USDT'): readonly string[] {
  const all = toldEach(night, symbol);
  return all.filter((id, index) => id !== 'symbol.halted' || all[index - 1] !== id);
}

/** What was told about a symbol: faults and changes of state, in order. */
function toldEach(night: Night, symbol = 'BTC/USDT'): readonly string[] {
  return night.world.effects.flatMap((effect) => {
    if (effect.type !== 'raiseFault' && effect.type !== 'logChange') return [];
    const id = effect.type === 'raiseFault' ? effect.fault : effect.event;
    const isAbout = effect.detail['symbol'] === symbol;
    return isAbout && /^symbol\.(halted|trading|regridded|filters|grid)/.test(id) ? [id] : [];
  });
}

/** Market records that say why a symbol could not be traded, or that it can be again. */
function listingRecords(night: Night): readonly string[] {
  return night
    .decisions()
    .filter(({ stage, reason }) => stage === 'market' && /^(VENUE|INSTRUMENT)/.test(reason.code))
    .map(({ symbol, outcome, reason }) => `${symbol} ${outcome} ${reason.code}`);
}

function list(night: Night, fields: Readonly<Record<string, unknown>>): void {
  listAs(night, { BTCUSDT: fields });
}

// Binance halts a symbol at 3 AM and opens it again at five. Nobody tells us; only asking does.
for (const status of ['HALT', 'BREAK', 'CANCEL_ONLY'] as const) {
  test(`a symbol goes into ${status} and comes back: denied with the reason meanwhile, no hand needed`, () => {
    const night = startNight();
    list(night, { status: status });
    night.waitMs(POLL_MS);
    expect(told(night)).toEqual(['symbol.halted']);
    night.tell('enter');
    expect(night.ordersSent()).toEqual([]);
    expect(night.lastDecision('risk')).toMatchObject({
      symbol: 'BTC/USDT',
      outcome: 'denied',
      reason: { code: 'VENUE_MAINTENANCE', status, needed: 'TRADING' },
    });
    // The other symbol never notices.
    night.tell('enter', 'ETHUSDT');
    expect(night.heldLots('ETH/USDT')).toBeGreaterThan(0);

    night.waitMs(3 * POLL_MS);
    expect(told(night)).toEqual(['symbol.halted']);

    list(night, { status: 'TRADING' });
    night.waitMs(POLL_MS);
    expect(told(night)).toEqual(['symbol.halted', 'symbol.trading']);
    expect(listingRecords(night)).toEqual([
      'BTC/USDT skipped VENUE_MAINTENANCE',
      'BTC/USDT passed INSTRUMENT_LISTED',
    ]);
    night.tell('enter');
    expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
    expect(night.mode()).toBe('ACTIVE');
  });
}

// Between two questions the market can close. The refusal of the first order is the news; without asking
// at once, two more would latch the strategy for a day, long after the market has opened again.
test('an order meets a closed market: the venue is asked at once, and nothing is latched', () => {
  const night = startNight();
  night.waitMs(5_000);
  list(night, { status: 'HALT' });
  night.faults.everyOrder = 'refused';
  for (let i = 0; i < 20; i++) night.tell('enter');
  expect(told(night)).toEqual(['symbol.halted']);
  expect(night.ordersSent()).toHaveLength(1);
  night.faults.everyOrder = undefined;
  expect(night.lastDecision('risk')?.reason.code).toBe('VENUE_MAINTENANCE');

  list(night, { status: 'TRADING' });
  night.waitMs(POLL_MS);
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
});

test('a symbol halts while we hold it: told as an error; the exit waits and leaves when it trades again', () => {
  const night = startNight();
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
  list(night, { status: 'HALT' });
  night.waitMs(POLL_MS);
  const fault = night.world.raised.find(({ fault: id }) => id === 'symbol.halted');
  expect(fault).toMatchObject({ severity: 'error', detail: { held: true, status: 'HALT' } });
  night.tell('leave');
  expect(night.ordersSent()).toHaveLength(1);
  expect(night.denials()).toEqual(['VENUE_MAINTENANCE', 'COOLDOWN']);

  list(night, { status: 'TRADING' });
  night.waitMs(POLL_MS);
  night.tell('leave');
  expect(night.heldLots('BTC/USDT')).toBe(0);
  expectSound(night);
});

test('a symbol is closed when we start: told, denied, and traded once it opens', () => {
  const night = startNight({ arrange: (before) => list(before, { status: 'BREAK' }) });
  night.settle();
  expect(told(night)).toEqual(['symbol.halted']);
  night.tell('enter');
  expect(night.lastDecision('risk')?.reason.code).toBe('VENUE_MAINTENANCE');
  list(night, { status: 'TRADING' });
  night.waitMs(POLL_MS);
  night.tell('enter');
  expect(night.ordersSent()).toHaveLength(1);
});

// A symbol that was open must not look closed, nor a closed one open, because nobody answered.
test('answers that fail or are garbage change nothing, are counted, and are told twice at most', () => {
  const night = startNight();
  const listings = night.desk.venues[0]?.listings;
  list(night, { status: 'HALT' });
  night.waitMs(POLL_MS);
  night.faults.failing = ['instruments'];
  list(night, { status: 'TRADING' });
  night.waitMs(2 * POLL_MS);
  expect(told(night)).toEqual(['symbol.halted']);
  expect(listings?.failedCount).toBeGreaterThan(4);
  const errors = night.world.raised.filter(({ detail }) => detail['question'] === 'instruments');
  expect(errors.map(({ severity }) => severity)).toEqual(['warn', 'error']);

  night.faults.failing = [];
  night.venue.listing = (body) => ({ ...body, symbols: [{ symbol: 'BTCUSDT' }] });
  night.waitMs(POLL_MS);
  expect(told(night)).toEqual(['symbol.halted']);
  expect(night.mode()).toBe('ACTIVE');

  night.venue.listing = (body) => body;
  night.waitMs(POLL_MS);
  expect(told(night)).toEqual(['symbol.halted', 'symbol.trading']);
  expect(listings?.failedInRow).toBe(0);
});

test('nobody answers at all: given up and asked again; the answer of a question given up is not believed', () => {
  const night = startNight();
  const before = instrumentsAsked(night);
  night.faults.mute = ['instruments'];
  night.waitMs(180_000);
  expect(instrumentsAsked(night) - before).toBeGreaterThan(3);
  expect(instrumentsAsked(night) - before).toBeLessThan(10);
  expect(night.desk.venues[0]?.listings.failedCount).toBeGreaterThan(2);
});

test('told to stay away: the venue is not asked what it trades either', () => {
  const night = startNight();
  night.faults.limited = { status: 429, retryAfterMs: 120_000 };
  night.waitMs(POLL_MS);
  const before = instrumentsAsked(night);
  night.waitMs(60_000);
  expect(instrumentsAsked(night)).toBe(before);
  night.faults.limited = undefined;
  night.waitMs(2 * POLL_MS);
  expect(instrumentsAsked(night)).toBeGreaterThan(before);
});

// Nothing in an order depends on the old minimum but its size: the next one is made by the new.
test('a filter changes: taken over at once, told with both values, and traded by', () => {
  const night = startNight();
  listFilter(night, 'BTCUSDT', 'NOTIONAL', { minNotional: '300.00000000' });
  night.waitMs(POLL_MS);
  expect(told(night)).toEqual(['symbol.filters_changed']);
  const change = night.world.changes.find(({ event }) => event === 'symbol.filters_changed');
  expect(change?.detail).toMatchObject({ version: 2, changed: 'notionalMin 5 -> 300' });
  night.tell('enter');
  expect(night.ordersSent()).toEqual([]);
  expect(night.lastDecision('risk')?.reason.code).toBe('NOTIONAL_BELOW_MINIMUM');

  list(night, {});
  night.waitMs(POLL_MS);
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
  night.tell('leave');
  expect(night.heldLots('BTC/USDT')).toBe(0);
  expectSound(night);
});

test('filters change while orders are under way and held: nothing is lost and nothing is sent twice', () => {
  const night = startNight({ strategies: [strategyOf('restless')], seed: 'filters' });
  for (let i = 0; i < 5; i++) {
    listFilter(night, 'BTCUSDT', 'LOT_SIZE', { maxQty: `${8_000 + i}.00000000` });
    night.waitMs(POLL_MS);
  }
  expect(told(night)).toEqual(Array(5).fill('symbol.filters_changed'));
  night.quiet();
  expectSound(night);
});

// Ten times the tick. Books, candles and positions count in the old one, so we do not pretend.
test('another tick: entries denied until a restart takes it; a position can leave where both grids agree', () => {
  const night = startNight();
  night.tell('enter');
  night.tell('enter', 'ETHUSDT');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
  night.quote({ bid: '60000.00', ask: '60000.10' });
  listFilter(night, 'BTCUSDT', 'PRICE_FILTER', { minPrice: '0.10000000', tickSize: '0.10000000' });
  night.waitMs(POLL_MS);
  expect(told(night)).toEqual(['symbol.regridded', 'symbol.filters_changed']);
  expect(night.world.raised.find(({ fault }) => fault === 'symbol.regridded')).toMatchObject({
    severity: 'error',
    detail: { tickUsed: '0.01', tick: '0.1', lotUsed: '0.00001', remedy: 'restart' },
  });

  // The market moves; now and then the price of the exit happens to be whole on the new tick as well.
  const sentBefore = night.world.placed.length;
  let cents = 0;
  night.waitFor(() => {
    cents += 1;
    night.quote({ bid: `600${10 + cents}.${cents % 10}0`, ask: `600${11 + cents}.00` });
    night.tell('leave');
    return night.heldLots('BTC/USDT') === 0;
  }, 60_000);
  expect(cents).toBeGreaterThan(1);
  expect(night.denials()).toContain('INSTRUMENT_CHANGED');
  const exits = night.world.placed.slice(sentBefore).map(({ order }) => order);
  expect(exits.map(({ price: ticks }) => ticks % 10)).toEqual(exits.map(() => 0));
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBe(0);
  expect(night.lastDecision('risk')).toMatchObject({
    outcome: 'denied',
    reason: { code: 'INSTRUMENT_CHANGED' },
  });

  night.restart();
  night.settle();
  night.tell('enter');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
  expectSound(night);
});

test('a price between our steps: the venue is asked at once whether they are its steps still', () => {
  const night = startNight();
  night.waitMs(POLL_MS);
  night.waitMs(POLL_MS / 2);
  listFilter(night, 'BTCUSDT', 'PRICE_FILTER', { minPrice: '0.00100000', tickSize: '0.00100000' });
  night.faults.onFrame = quoteBetweenSteps;
  night.quote({ bid: '60000.01', ask: '60000.10' });
  night.waitMs(1_000);
  expect(told(night)).toEqual(['symbol.regridded']);
});

test('garbage between our steps, all the time: the venue is asked now and then, not each time', () => {
  const night = startNight();
  night.waitMs(POLL_MS);
  const askedBefore = instrumentsAsked(night);
  night.faults.onFrame = quoteBetweenSteps;
  for (let second = 0; second < 60; second += 1) {
    night.quote({ bid: second % 2 === 0 ? '60000.01' : '60000.02', ask: '60000.10' });
    night.waitMs(1_000);
  }
  expect(told(night)).toEqual([]);
  expect(instrumentsAsked(night) - askedBefore).toBeLessThanOrEqual(4);
});

// The steps wait for a restart, and the exit does not. What else the venue asks for came in the same answer.
test('another tick and a larger least value: an exit that is worth too little is denied here, not there', () => {
  const night = startNight();
  night.tell('enter');
  const heldBefore = night.heldLots('BTC/USDT');
  expect(heldBefore).toBeGreaterThan(0);
  night.quote({ bid: '60000.00', ask: '60000.10' });

  listFilters(night, 'BTCUSDT', [
    { filterType: 'PRICE_FILTER', minPrice: '0.10000000', tickSize: '0.10000000' },
    { filterType: 'NOTIONAL', minNotional: '5000.00000000' },
  ]);
  night.waitMs(POLL_MS);
  expect(told(night)).toEqual(['symbol.regridded', 'symbol.filters_changed']);
  const change = night.world.changes.find(({ event }) => event === 'symbol.filters_changed');
  expect(change?.detail).toMatchObject({
    version: 2,
    changed: 'priceMin 0.01 -> 0.1, notionalMin 5 -> 5000',
  });

  const sentBefore = night.world.placed.length;
  leaveOnBothGrids(night);
  expect(night.world.placed.length).toBe(sentBefore);
  expect(night.denials()).toContain('NOTIONAL_BELOW_MINIMUM');
  expect(night.heldLots('BTC/USDT')).toBe(heldBefore);

  // The least value goes back and the tick stays: now it may leave.
  listFilter(night, 'BTCUSDT', 'PRICE_FILTER', { minPrice: '0.10000000', tickSize: '0.10000000' });
  night.waitMs(POLL_MS);
  leaveOnBothGrids(night);
  expect(night.heldLots('BTC/USDT')).toBe(0);
  expectSound(night);
});

/** The market moves; now and then the price of the exit happens to be whole on a tick of ten cents as well. */
function leaveOnBothGrids(night: Night): void {
  for (let cents = 1; cents <= 40; cents += 1) {
    night.quote({ bid: `600${10 + cents}.${cents % 10}0`, ask: `600${11 + cents}.00` });
    night.tell('leave');
    night.waitMs(500);
  }
}

test('another tick while we hold: the restart keeps the position, counts in the new steps, and can leave', () => {
  const night = startNight();
  night.tell('enter');
  const heldBefore = night.heldLots('BTC/USDT');
  expect(heldBefore).toBeGreaterThan(0);
  night.quote({ bid: '60000.00', ask: '60000.10' });
  listFilter(night, 'BTCUSDT', 'PRICE_FILTER', { minPrice: '0.10000000', tickSize: '0.10000000' });
  night.waitMs(POLL_MS);
  night.restart();
  night.settle();
  expect(night.mode()).toBe('ACTIVE');
  expect(night.desk.venues[0]?.instruments[0]?.tickDecimals).toBe(1);
  expect(night.heldLots('BTC/USDT')).toBe(heldBefore);
  night.tell('leave');
  expect(night.heldLots('BTC/USDT')).toBe(0);
  expectSound(night);
});

// Announced, done, and taken back an hour later. Nobody had to restart for that.
test('the venue takes its new tick back: entries go on without a restart', () => {
  const night = startNight();
  listFilter(night, 'BTCUSDT', 'PRICE_FILTER', { tickSize: '0.00100000' });
  night.waitMs(2 * POLL_MS);
  night.tell('enter');
  expect(night.ordersSent()).toEqual([]);
  list(night, {});
  night.waitMs(POLL_MS);
  expect(told(night)).toEqual(['symbol.regridded', 'symbol.grid_restored']);
  night.tell('enter');
  expect(night.ordersSent()).toHaveLength(1);
});

test('one symbol is gone from the list and another halts: both are denied, both come back', () => {
  const night = startNight();
  night.venue.listing = (body) => ({
    ...body,
    symbols: z
      .array(z.looseObject({ symbol: z.string() }))
      .parse(body['symbols'])
      .filter(({ symbol }) => symbol !== 'ETHUSDT')
      .map((each) => ({ ...each, status: 'HALT' })),
  });
  // What is gone is looked for twice.
  night.waitMs(POLL_MS + 5_000);
  expect(told(night)).toEqual(['symbol.halted']);
  expect(told(night, 'ETH/USDT')).toEqual(['symbol.halted']);
  for (const symbol of ['BTCUSDT', 'ETHUSDT']) night.tell('enter', symbol);
  expect(night.ordersSent()).toEqual([]);

  list(night, {});
  night.waitMs(POLL_MS);
  expect(told(night)).toEqual(['symbol.halted', 'symbol.trading']);
  expect(told(night, 'ETH/USDT')).toEqual(['symbol.halted', 'symbol.trading']);
  night.tell('enter', 'ETHUSDT');
  expect(night.heldLots('ETH/USDT')).toBeGreaterThan(0);
  expectSound(night);
});

test('what is said of one symbol cannot be read: it stays as it was, the halt of the other is seen', () => {
  const night = startNight();
  listAs(night, { ETHUSDT: { filters: [] }, BTCUSDT: { status: 'HALT' } });
  night.waitMs(POLL_MS);
  expect(told(night)).toEqual(['symbol.halted']);
  expect(told(night, 'ETH/USDT')).toEqual([]);
  const failed = night.world.effects.find(
    (effect) => effect.type === 'raiseFault' && effect.fault === 'venue.error',
  );
  expect(failed).toMatchObject({ detail: { question: 'instruments' } });
  expectSound(night);
});
