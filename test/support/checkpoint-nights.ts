import { DEFAULT_ACCOUNT_STREAM_LIMITS } from '../../src/execution/account-link.ts';
import { DEFAULT_EXECUTION_LIMITS } from '../../src/execution/limits.ts';
import type { Desk } from '../../src/pipeline/desk.ts';
import { DEFAULT_PORTFOLIO } from '../../src/portfolio/limits.ts';
import { toDeskSetup } from '../../src/wiring/desk-setup.ts';
import { DEFAULT_TEXT, settingsOf } from '../config/settings-files.ts';
import { type Night, startNight } from './night.ts';
import { listAs, listFilter } from './night-listing.ts';
import { makeSetup, SILENT_PROBE, strategyOf } from './night-setup.ts';

/** The venue and the network do their worst to one order after another, and people speak in between. */
export function playOrders(): Night {
  const quick = { leaseWaitMs: 1_000, deadAfterMs: 4_000, resolveDeadEveryMs: 500 };
  const execution = { ...DEFAULT_EXECUTION_LIMITS, ...quick };
  const night = startNight({ setup: { execution } });
  night.tell('enter');
  night.faults.orders.push('answerLost');
  night.faults.reports = 'never';
  night.faults.failing = ['orderByClientId', 'fillsFrom'];
  night.tell('enter', 'ETHUSDT');
  night.waitMs(2_500);
  night.speak('halt');
  night.waitMs(4_500);
  night.faults.failing = [];
  night.speak('resume');
  night.waitFor(() => night.mode() === 'ACTIVE', 20_000);
  night.faults.orders.push('late');
  night.tell('leave');
  night.stop();
  night.waitMs(4_000);
  return night;
}

/** An order that never came is proven absent, another one is refused until its strategy is latched. */
export function playProof(): Night {
  const night = startNight();
  night.faults.orders.push('lostOnTheWay');
  night.tell('enter');
  night.waitMs(20_000);
  night.faults.everyOrder = 'refused';
  for (let i = 0; i < 3; i++) night.tell('enter', 'ETHUSDT');
  night.faults.everyOrder = undefined;
  night.venue.placeByHand('BTCUSDT', 'BUY', '50000.00', '0.01');
  night.waitMs(1_000);
  night.world.lines.drop('account');
  night.waitMs(3_000);
  return night;
}

/** An order is filled in part; then the price rises and falls back, and the position leaves by its trailing stop. */
export function playTrailing(): Night {
  const { standard } = DEFAULT_PORTFOLIO.exits;
  const exits = { ...standard, targetEnabled: false, trailingBps: 30 };
  const portfolio = { ...DEFAULT_PORTFOLIO, exits: { standard: exits, byStrategy: {} } };
  const night = startNight({ setup: { portfolio } });
  night.quote({ bidQuantity: '20', askQuantity: '0.002' });
  night.waitFor(() => night.heldLots('BTC/USDT') > 0, 2_000);
  night.quote({ bidQuantity: '5', askQuantity: '5' });
  for (const price of ['60060', '60150', '60240', '60200', '60120', '60020', '59990']) {
    night.quote({ bid: `${price}.00`, ask: `${price}.01` });
    night.waitMs(300);
  }
  night.waitMs(1_000);
  return night;
}

/** The venue is away, then knows only one symbol, then changes its rules; disk, limits and clocks join in. */
export function playVenue(): Night {
  const night = startNight({
    arrange: ({ faults, venue }) => {
      faults.failing = ['instruments'];
      venue.delisted.add('ETHUSDT');
    },
  });
  night.waitMs(1_200);
  night.faults.failing = [];
  night.settle();
  night.tell('enter');
  listFilter(night, 'BTCUSDT', 'LOT_SIZE', { maxQty: '8000.00000000' });
  night.waitMs(58_000);
  night.faults.limited = { status: 429, retryAfterMs: 2_000 };
  night.clock.sleep(2_500);
  night.waitMs(2_000);
  night.faults.limited = undefined;
  night.waitMs(2_000);
  night.sampleHealth({ diskFreeBytes: 150_000_000 });
  night.waitMs(2_000);
  night.sampleHealth({ diskFreeBytes: 10_000_000_000 });
  night.waitMs(1_500);
  night.faults.stalled = (stream) => stream.includes('bookTicker');
  night.waitMs(6_000);
  night.faults.stalled = () => false;
  listAs(night, { BTCUSDT: { status: 'HALT' } });
  night.clockAheadMs += 4_000;
  night.waitMs(62_000);
  return night;
}

/** Everything held is delisted over a restart, and orders of two lives are taken up by the next. */
export function playRestarts(): Night {
  const night = startNight();
  night.tell('enter', 'ETHUSDT');
  night.faults.orders.push('answerLost');
  night.faults.reports = 'never';
  night.tell('enter');
  night.venue.delisted.add('ETHUSDT');
  night.restart();
  night.faults.reports = 'once';
  night.waitMs(6_000);
  night.speak('flatten');
  night.waitMs(1_000);
  night.restart(5);
  night.waitMs(5_000);
  return night;
}

/** A second venue is still asked what it trades while the first one is furnished; then both trade. */
export function playTwoVenues(): Night {
  const [first] = makeSetup([]).venues;
  if (first === undefined) throw new Error('the set-up of a night has a venue');
  const second = { ...first, venue: 'elsewhere', symbols: ['ETH/USDT'] };
  const night = startNight({
    setup: { venues: [{ ...first, symbols: ['BTC/USDT'] }, second] },
    arrange: ({ venue }) => venue.broken.add('ETHUSDT'),
  });
  night.waitMs(1_500);
  night.venue.broken.clear();
  night.waitFor(() => night.mode() === 'ACTIVE', 20_000);
  night.tell('enter');
  night.tell('enter', 'ETHUSDT');
  night.waitMs(1_000);
  return night;
}

/** A day of the account ends between two orders, and the account socket is replaced every few seconds. */
export function playMidnight(): Night {
  const accountStream = { ...DEFAULT_ACCOUNT_STREAM_LIMITS, rotateAfterMs: 2_000 };
  const startMs = Date.UTC(2026, 10, 20, 23, 59, 54);
  const night = startNight({ startMs, setup: { accountStream } });
  night.tell('enter');
  night.waitMs(2_000);
  night.tell('enter', 'ETHUSDT');
  night.tell('leave');
  night.waitMs(1_000);
  return night;
}

/** The default settings on a generated market: candles, averages, positions, exits. */
export function playDefault(seed: string): Night {
  const setup = toDeskSetup(settingsOf(DEFAULT_TEXT), { probe: SILENT_PROBE, accountTag: 'test' });
  const night = startNight({ seed, setup: { ...setup, findStrategyKind: undefined } });
  night.waitMs(90_000);
  return night;
}

/** Orders all the time, and everything that can happen to them and to the sockets. */
export function playRestless(seed: string): Night {
  const night = startNight({ seed, strategies: [strategyOf('restless')] });
  night.waitMs(1_000);
  night.faults.reports = 'twice';
  night.faults.orders.push('errorAfter', 'late', 'errorBefore');
  night.waitMs(4_000);
  night.world.lines.drop('market');
  night.waitMs(2_000);
  night.faults.reports = 'never';
  night.waitMs(3_000);
  return night;
}

/** What is true of a desk, in words: a proof is worth what was true where it cut. */
export function describeDesk(desk: Desk): readonly string[] {
  const told = [`phase ${desk.phase}`];
  if (desk.phase === 'running') told.push(`mode ${desk.mode.mode}`);
  if (desk.flattening) told.push('flattening');
  if (desk.venues.length > 0 && desk.boots.length > 0) told.push('one venue of two');
  for (const { orders, absent, feed, instruments, listings } of desk.venues) {
    for (const { state, cancelRequested, intent, filledQuantity } of orders.orders()) {
      told.push(`order ${state.type}`);
      if (cancelRequested) told.push(`cancel wanted, ${state.type}`);
      if (filledQuantity > 0 && filledQuantity < intent.quantity) told.push('partly filled');
    }
    if (!orders.isReconciled()) told.push('not reconciled');
    if (orders.externalOrders().length > 0) told.push('a stranger works');
    if (orders.findBlockedUntilMs(desk.nowMs) !== undefined) told.push('told to stay away');
    for (const { intent } of orders.orders()) {
      if (orders.isRefusalLatched(intent.strategy, intent.symbol, desk.nowMs)) told.push('latched');
      if (orders.isUnsettled(intent.symbol)) told.push('fills missing');
    }
    if (absent.length > 0) told.push('a symbol is absent');
    if (listings.round !== undefined) told.push('listings asked');
    if (instruments.some(({ version }) => version > 1)) told.push('another version');
    if (instruments.some(({ status }) => status !== 'TRADING')) told.push('a symbol is closed');
    if (feed.clockDoubtMs() > 0) told.push('clock in doubt');
    for (const { index } of instruments) {
      if (!feed.assessFreshness(index, desk.nowMs).fresh) told.push('stale');
    }
  }
  for (const position of desk.portfolio?.listPositions() ?? []) {
    if (position.quantity > 0) told.push('a position');
    if (position.trailingPrice !== undefined) told.push('trailing');
  }
  return told;
}
