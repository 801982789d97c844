import { expect, test } from 'vitest';
import { startNight } from '../support/night.ts';

const isTrade = (stream: string) => stream.endsWith('@trade');

// The venue's gateway lags for a minute. We must sit still on the late quotes, say why in the decision
// log, and trade again on the first fresh one without anybody waking up.
test('a lagging feed: no orders on late quotes, and trading resumes by itself', () => {
  const night = startNight();
  night.tell('enter');
  expect(night.ordersSent()).toHaveLength(1);
  night.tell('leave');
  expect(night.ordersSent()).toHaveLength(2);

  night.faults.lagMs = 2_500;
  night.waitMs(10_000);
  night.quote({ bidQuantity: '20' });
  night.waitMs(20_000);
  expect(night.ordersSent()).toHaveLength(2);
  expect(night.lastDecision('risk')).toMatchObject({
    outcome: 'denied',
    reason: { code: 'STALE_DATA' },
  });
  expect(night.faultIds()).toContain('symbol.stale');

  night.faults.lagMs = 0;
  night.waitMs(5_000);
  expect(night.ordersSent()).toHaveLength(3);
});

// Half the complaints about other bots: the socket is open, pings are answered, and nothing comes.
// Nothing arrives that could be decided upon, and that, too, must be told: each look is a decision.
test('a silent stall: the symbol is stale within its limit, the socket is replaced, data flow again', () => {
  const night = startNight();
  night.faults.stalled = () => true;
  night.waitMs(3_200);
  expect(night.faultIds()).toContain('symbol.stale');
  night.waitMs(20_000);
  const looks = night
    .decisions()
    .filter(({ stage, reason }) => stage === 'market' && reason.code === 'STALE_DATA');
  expect(looks.length).toBeGreaterThan(3);
  expect(night.world.lines.opened('market')).toBeGreaterThan(1);

  night.faults.stalled = () => false;
  night.waitMs(30_000);
  night.tell('enter');
  expect(night.ordersSent()).toHaveLength(1);
});

// One symbol of a healthy socket goes quiet. The others must not pay for it.
test('one symbol silent: only its orders are denied', () => {
  const night = startNight();
  night.faults.stalled = (stream) => stream.startsWith('ethusdt');
  night.waitMs(4_000);
  night.tell('enter', 'BTCUSDT');
  expect(night.heldLots('BTC/USDT')).toBeGreaterThan(0);
  expect(night.faultIds()).toContain('symbol.stale');

  // In the end it costs the socket, and whoever reads that must see whose fault it was.
  night.waitMs(120_000);
  const ends = night.world.raised.filter(({ detail }) => detail['cause'] === 'symbolSilent');
  expect(ends.map(({ fault, detail }) => [fault, detail['symbol']])).toContainEqual([
    'feed.silent',
    'ETH/USDT',
  ]);
});

test('a hole in the book: entries are denied until the book is proven again', () => {
  const night = startNight();
  let holes = 1;
  night.faults.onFrame = (data, stream) => {
    if (!stream.startsWith('btcusdt@depth') || holes === 0) return [data];
    holes -= 1;
    return [];
  };
  night.faults.mute = ['depth'];
  night.waitMs(300);
  expect(night.faultIds()).toContain('book.gap');
  night.tell('enter');
  expect(night.ordersSent()).toEqual([]);
  expect(night.lastDecision('risk')?.reason.code).toBe('BOOK_NOT_SYNCED');

  // The question that nobody answered is asked again after ten seconds.
  night.faults.mute = [];
  night.waitMs(15_000);
  night.tell('enter');
  expect(night.ordersSent()).toHaveLength(1);
});

// A frozen book with bid above ask, quoted for hours: the bug that emptied accounts elsewhere.
test('bid above ask: no order, whatever the sizes say', () => {
  const night = startNight();
  night.faults.onFrame = (data, stream) =>
    stream === 'btcusdt@bookTicker' ? [data.replace('"b":"60000.00', '"b":"60000.50')] : [data];
  night.tell('enter');
  night.waitMs(2_000);
  expect(night.ordersSent()).toEqual([]);

  night.faults.onFrame = (data) => [data];
  night.waitMs(20_000);
  night.tell('enter');
  expect(night.ordersSent()).toHaveLength(1);
});

test('a spread beyond its limit: entries are denied with both numbers', () => {
  const night = startNight();
  night.quote({ bid: '59800.00', ask: '60200.00' });
  night.waitMs(500);
  night.tell('enter');
  expect(night.ordersSent()).toEqual([]);
  expect(night.denials()).toContain('SPREAD_TOO_WIDE');
});

// Ages and leases are counted on the venue's clock. Neither its answers nor its events tell it: wait.
test('the venue clock cannot be measured: the start waits, and goes on when it can', () => {
  const night = startNight({
    arrange: ({ faults }) => {
      faults.mute = ['serverTime'];
      faults.stalled = () => true;
    },
  });
  night.waitMs(70_000);
  expect(night.mode()).toBe('RECOVERING');
  night.faults.mute = [];
  night.faults.stalled = () => false;
  night.waitMs(70_000);
  expect(night.mode()).toBe('ACTIVE');
});

test('a clock further off than allowed: entries are denied with CLOCK_SKEW', () => {
  const night = startNight({ clockAheadMs: 5_000 });
  night.tell('enter');
  expect(night.ordersSent()).toEqual([]);
  expect(night.denials()).toContain('CLOCK_SKEW');
});

// The laptop slept, a disk hung, a garbage collection took seconds: what waited in the sockets looks
// new and is not. The first thing on waking is to doubt, before anything is decided.
test('we slept: the first event after it, whatever it is, closes the gate until all is proven again', () => {
  const night = startNight();
  night.quote({ bidQuantity: '20' });
  night.clock.sleep(5_000);
  const askedBefore = night.world.asked.length;
  night.waitMs(20);
  expect(night.faultIds()).toContain('loop.late');
  expect(night.ordersSent()).toEqual([]);
  const asked = night.world.asked.slice(askedBefore).map(({ question }) => question.type);
  expect(asked).toContain('openOrders');

  night.waitMs(5_000);
  expect(night.ordersSent()).toHaveLength(1);
});

test('no data of one symbol at the start: the night begins without it after a minute', () => {
  const night = startNight({
    arrange: ({ faults }) => {
      faults.stalled = (stream) => stream.startsWith('eth');
      faults.failing = ['depth'];
    },
  });
  night.waitMs(30_000);
  expect(night.mode()).toBe('RECOVERING');
  night.waitMs(40_000);
  expect(night.mode()).toBe('ACTIVE');
  const looks = night.decisions().filter(({ symbol, run }) => symbol === 'ETH/USDT' && run);
  expect(looks.map(({ reason, run }) => [reason['ageMs'], run?.last['ageMs']])).toContainEqual([
    'never',
    'never',
  ]);
  expect(JSON.stringify(looks)).not.toMatch(/"ageMs":(?:-1|"Infinity")/);
  night.faults.failing = [];
  night.waitMs(40_000);
  night.tell('enter', 'BTCUSDT');
  expect(night.ordersSent()).toHaveLength(1);
});

// Rules and limits are the first question of all; a venue in maintenance answers it for an hour with errors.
test('the venue answers nothing at the start: asked again and again, in its own time, then all goes on', () => {
  const night = startNight({
    arrange: ({ faults }) => {
      faults.limited = { status: 418, retryAfterMs: 60_000 };
    },
  });
  night.waitMs(59_000);
  // Told to stay away: each question more makes the ban longer.
  expect(night.world.asked).toHaveLength(1);
  night.faults.limited = undefined;
  night.waitMs(10_000);
  expect(night.mode()).toBe('ACTIVE');
});

test('the first question is never answered: it is asked anew', () => {
  const night = startNight({
    arrange: ({ faults }) => {
      faults.mute = ['instruments'];
    },
  });
  night.waitMs(60_000);
  expect(night.world.asked.length).toBeGreaterThan(1);
  night.faults.mute = [];
  night.waitMs(60_000);
  expect(night.mode()).toBe('ACTIVE');
});

// A ban is for all questions alike: those for books and clocks must stay away, too.
test('banned in the middle of the night: no question leaves until the ban is over, then trading goes on', () => {
  const night = startNight();
  night.faults.limited = { status: 418, retryAfterMs: 120_000 };
  night.world.lines.drop('market');
  night.waitMs(5_000);
  const askedBefore = night.world.asked.length;
  night.waitMs(100_000);
  expect(night.world.asked.length - askedBefore).toBe(0);
  expect(night.mode()).toBe('OBSERVING');

  night.faults.limited = undefined;
  night.waitMs(60_000);
  expect(night.mode()).toBe('ACTIVE');
  night.tell('enter');
  expect(night.ordersSent()).toHaveLength(1);
});

test('trades stop while prices go on: entries of the symbol are not sent on half a picture', () => {
  const night = startNight();
  night.faults.stalled = isTrade;
  night.waitMs(60_000);
  night.tell('enter');
  // Whichever way the feed judges it, it must be told and it must heal.
  night.faults.stalled = () => false;
  night.waitMs(60_000);
  night.tell('leave');
  night.tell('enter');
  expect(night.ordersSent().length).toBeGreaterThan(0);
});

// From one moment to the next everything costs two and a half times as much, and stays so. `resume` may have
// been said for any other reason: it does not make a strange price true. A restart, by a person, does.
test('a change of level is not accepted by the way: neither by time nor by resume', () => {
  const night = startNight();
  const shifted = { bid: '150000.00', ask: '150000.01' };
  night.quote(shifted);
  night.waitMs(20_000);
  night.speak('resume');
  night.waitMs(20_000);
  night.quote({ ...shifted, bidQuantity: '20' });
  night.waitMs(10_000);
  expect(night.ordersSent()).toHaveLength(0);

  night.quote({ ...shifted, bidQuantity: '5' });
  night.restart();
  night.settle();
  night.quote({ ...shifted, bidQuantity: '20' });
  night.waitMs(2_000);
  expect(night.ordersSent().length).toBeGreaterThan(0);
});

// Three spikes in a row are taken for a change of level. What is held is worth no more for it: a day whose losses
// have reached their limit would begin to trade again, and a target would be met that nobody pays.
test('a price under suspicion is no gain and reaches no target', () => {
  const night = startNight();
  night.tell('enter');
  const held = night.heldLots('BTC/USDT');
  expect(held).toBeGreaterThan(0);
  const worth = (): bigint | undefined =>
    night.desk.portfolio?.assessEquity(night.desk.nowMs).amount;
  const before = worth();
  const sentBefore = night.ordersSent().length;

  night.quote({ bid: '150000.00', ask: '150000.01' });
  night.waitMs(20_000);
  expect(night.desk.venues[0]?.feed.isSuspect(0)).toBe(true);
  expect(night.ordersSent()).toHaveLength(sentBefore);
  expect(night.heldLots('BTC/USDT')).toBe(held);
  expect(worth()).toBe(before);
  night.waitMs(60_000);
  expect(night.desk.portfolio?.assessEquity(night.desk.nowMs)).toMatchObject({ verified: false });
});
