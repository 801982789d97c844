import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ClientOrderId, clientOrderId } from '../../src/domain/ids.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import { unixMs } from '../../src/domain/units.ts';
import { toWire } from '../../src/matching/scale.ts';
import type { CheckerKind } from '../../src/sim/checker.ts';
import { ordersEnd } from '../../src/sim/checkers/l01-orders-end.ts';
import { comesBack } from '../../src/sim/checkers/l02-comes-back.ts';
import { tradesOn } from '../../src/sim/checkers/l03-trades-on.ts';
import { toldAgain } from '../../src/sim/checkers/l04-told-again.ts';
import { stopsInTime } from '../../src/sim/checkers/l06-stops-in-time.ts';
import { haltClears } from '../../src/sim/checkers/l07-halt-clears.ts';
import { quickReturn } from '../../src/sim/checkers/l08-quick-return.ts';
import { SIM_FAULTS } from '../../src/sim/faults/catalogue.ts';
import { SimNight } from '../../src/sim/night.ts';
import { OURS } from '../../src/sim/venue.ts';
import { makeIntent } from '../support/trading.ts';
import {
  type Call,
  judge,
  judgeLive,
  type RecordedNight,
  recordNight,
  retellRows,
} from './support/recorded-night.ts';

const OPTIONS = { seed: 'checkers of life', minutes: 10 };
const KILL = {
  name: 'process.killed',
  atMs: 180_000,
  durationMs: 1_000,
  moment: 'atOnce',
  parameters: {},
} as const;
const STOP = { ...KILL, name: 'process.terminated' } as const;

let quiet: RecordedNight;
beforeAll(() => {
  quiet = recordNight(OPTIONS);
});
afterAll(() => quiet.close());

const opened: SimNight[] = [];
afterEach(() => {
  for (const night of opened.splice(0)) night.close();
});

test('a night with one crash in it: every order ends, the daemon comes back, and so in time', () => {
  for (const [kind, least] of [
    [ordersEnd, 5],
    [comesBack, 6],
    [quickReturn, 1],
  ] as const) {
    const tally = judgeLive(kind, { ...OPTIONS, minutes: 6, faults: [KILL] });
    expect(tally.violations).toEqual([]);
    expect(tally.checksCount).toBeGreaterThanOrEqual(least);
  }
});

test('a night with a SIGTERM in it: the daemon is gone in time', () => {
  const tally = judgeLive(stopsInTime, { ...OPTIONS, minutes: 4, faults: [STOP] });
  expect(tally.violations).toEqual([]);
  expect(tally.checksCount).toBe(2);
});

test('an order that never ends is seen after a minute in reach of the venue', () => {
  const id = someId();
  const { violations } = judge(
    ordersEnd,
    quiet,
    retellRows((row) => (isOf(row, id) && row.type === 'reported' ? [] : row)),
  );
  expect(violations).toHaveLength(1);
  expect(violations[0]?.text).toMatch(
    new RegExp(`^${id} is SUBMITTED after 6[12]\\d{3} ms .*, allowed are 60000 ms$`),
  );
});

test('an unproven order that nobody is told of, and one that is parked in reach, are seen', () => {
  const id = someId();
  const lost = (row: JournalRow): JournalRow | readonly JournalRow[] => {
    if (!isOf(row, id) || row.type !== 'reported') return row;
    const { atMs, clientOrderId } = row;
    return { type: 'unknown', atMs, clientOrderId, cause: { type: 'noAnswer', waitedMs: 2_000 } };
  };
  const texts = judge(ordersEnd, quiet, retellRows(lost)).violations.map(({ text }) => text);
  expect(texts.some((text) => text.includes('it was told never, and counts as raised'))).toBe(true);

  const parked = judge(
    ordersEnd,
    quiet,
    retellRows((row) => {
      if (!isOf(row, id) || row.type !== 'reported') return row;
      const { atMs, clientOrderId } = row;
      return { type: 'dead', atMs, clientOrderId };
    }),
  );
  expect(parked.violations[0]?.text).toMatch(/was parked though the venue could be reached for/);
});

// That an order never came is proven by balances too: while a person's money is missing there is no proof.
test('an order that never came waits for the balances to agree', () => {
  const faults = [
    { ...KILL, name: 'order.lost', atMs: 120_000, durationMs: 60_000, parameters: { share: 1 } },
    {
      ...KILL,
      name: 'funds.moved',
      atMs: 182_000,
      durationMs: 200_000,
      parameters: { asset: 'ETH', amount: '0.5', isDeposit: false },
    },
  ];
  const night = { ...OPTIONS, seed: 'a', faults };
  const known = judgeLive(ordersEnd, night);
  expect(known.violations).toEqual([]);
  const unknown = judgeLive(ordersEnd, night, (call) =>
    call.hook === 'onHappening' && call.args[0].type === 'fundsMoved' ? [] : [call],
  );
  expect(unknown.violations[0]?.text).toMatch(/is UNKNOWN after 6[12]\d{3} ms/);
});

test('an order that came is proven by asking for it, whatever anybody withdraws', () => {
  const id = someId();
  const withdrawn: Call = {
    hook: 'onHappening',
    args: [
      { type: 'fundsMoved', atMs: 0, accountKey: OURS, asset: 'ETH', delta: -50_000_000n },
      quiet.night.startMs,
    ],
  };
  const forget = retellRows((row) => (isOf(row, id) && row.type === 'reported' ? [] : row));
  const { violations } = judge(ordersEnd, quiet, (call) =>
    call.hook === 'onLifeBegan' ? [call, withdrawn] : forget(call),
  );
  expect(violations).toHaveLength(1);
});

test('a daemon that is not back two minutes after the last fault is seen', () => {
  const night = open();
  const { startMs } = night;
  const checker = comesBack.make(night);
  checker.onFaultBegan?.(KILL, startMs);
  checker.onSecond?.(startMs + 300_000);
  checker.onFaultEnded?.(KILL, startMs + 300_000);
  checker.onSecond?.(startMs + 419_000);
  expect(checker.tally.checksCount).toBe(0);
  checker.onSecond?.(startMs + 420_000);
  const texts = checker.tally.violations.map(({ text }) => text);
  expect(texts[0]).toMatch(
    /the daemon is booting and RECOVERING \(.*\), expected is ACTIVE; it found no/,
  );
  expect(texts[1]).toMatch(/^BTC\/USDT was fresh Infinity ms ago/);
  expect(texts).toHaveLength(6);
});

test('an hour in which a healthy daemon sends nothing is seen', () => {
  const night = open();
  night.waitMs(60_000);
  const checker = tradesOn.make(night);
  const endMs = night.startMs + 3_600_000 + 120_000;
  for (let atMs = night.startMs; atMs < endMs; atMs += 1_000) checker.onSecond?.(atMs);
  expect(checker.tally.violations.map(({ text }) => text)).toEqual([
    '0 orders reached the venue in a healthy hour, expected at least 1; it found no difference in its account',
  ]);
});

test('what lasts and is told once only is seen when it no longer counts as raised', () => {
  const night = open();
  const { startMs } = night;
  night.machine.fillDisk(150_000_000);
  const checker = toldAgain.make(night);
  const told = { type: 'raiseFault', fault: 'disk.low', severity: 'error', detail: {} } as const;
  checker.onEffect?.(told, startMs + 1_000);
  checker.onSecond?.(startMs);
  checker.onSecond?.(startMs + 301_000);
  expect(checker.tally.checksCount).toBe(1);
  expect(checker.tally.violationsCount).toBe(0);
  checker.onSecond?.(startMs + 302_000);
  expect(checker.tally.violations.map(({ text }) => text)).toEqual([
    'disk.low lasts for 302000 ms of this life and was told 301000 ms ago, it counts as raised for 300000 ms',
  ]);
});

test('a closed market that no network tells of need not be noticed before it does', () => {
  const closed = {
    ...KILL,
    name: 'symbol.closed',
    durationMs: 240_000,
    parameters: { symbols: 'SOLUSDT', status: 'HALT' },
  };
  const deaf = { ...KILL, name: 'network.deaf', atMs: 179_000, durationMs: 105_000 };
  const night = { ...OPTIONS, faults: [closed, deaf] };
  const heard = judgeLive(toldAgain, night);
  expect(heard.violations).toEqual([]);
  expect(heard.checksCount).toBeGreaterThan(0);
  const untold = judgeLive(toldAgain, night, (call) => (isTold(call) ? [] : [call]));
  expect(untold.violations.map(({ text }) => text)).toEqual([
    'symbol.halted lasts for 90000 ms of this life and was told Infinity ms ago, it counts as raised for 300000 ms',
  ]);
});

test('a closed market that was noticed is told again, whatever the network does then', () => {
  const closed = {
    ...KILL,
    name: 'symbol.closed',
    atMs: 60_000,
    durationMs: 420_000,
    parameters: { symbols: 'SOLUSDT', status: 'HALT' },
  };
  const deaf = { ...KILL, name: 'network.deaf', atMs: 150_000, durationMs: 320_000 };
  const night = { ...OPTIONS, minutes: 11, faults: [closed, deaf] };
  expect(judgeLive(toldAgain, night).violations).toEqual([]);
  let toldCount = 0;
  const once = judgeLive(toldAgain, night, (call) => {
    if (isTold(call)) toldCount += 1;
    return isTold(call) && toldCount > 1 ? [] : [call];
  });
  expect(once.violations.map(({ text }) => text)).toEqual([
    expect.stringMatching(
      /^symbol.halted lasts for \d+ ms of this life and was told 30[01]\d{3} ms/,
    ),
  ]);
});

test('a stop that takes too long, and one that ends in a panic, are seen', () => {
  const night = open();
  const stopped = { type: 'stopRequested', atMs: unixMs(0), cause: 'SIGTERM' } as const;

  const slow = stopsInTime.make(night);
  slow.onEvent?.(stopped, 1_000);
  slow.onSecond?.(11_000);
  expect(slow.tally.checksCount).toBe(0);
  slow.onSecond?.(11_200);
  expect(slow.tally.violations.map(({ text }) => text)).toEqual([
    'the stop took 10200 ms, allowed are 10000 ms',
  ]);

  const broken = stopsInTime.make(night);
  broken.onEvent?.(stopped, 1_000);
  broken.onLifeEnded?.(1, { exitCode: 70, cause: 'an invariant' }, 2_000);
  expect(broken.tally.violations.map(({ text }) => text)).toEqual([
    'asked to stop, the daemon ended with exit code 70, expected is 0: an invariant',
  ]);
});

test('an order of ours that still rests five seconds after a halt is seen, one of a person is not', () => {
  const night = open();
  const { venue, startMs } = night;
  const rules = venue.core.symbol('BTCUSDT');
  const top = venue.core.top('BTCUSDT');
  if (rules === undefined || top === undefined) throw new Error('there is a market');
  const price = Math.floor((top.bidPrice * 0.9) / rules.price.step) * rules.price.step;
  const order = { symbol: 'BTCUSDT', side: 'BUY', price: toWire(price), quantity: '0.01' } as const;
  expect(venue.placeByHand(order)).toBeDefined();
  // Nothing of ours rests: such a halt proves nothing.
  expect(halted(haltClears, night)).toMatchObject({ checksCount: 0, violationsCount: 0 });

  const id = clientOrderId('ovrsimu00010000000100');
  const fields = { ...order, type: 'LIMIT', timeInForce: 'GTC', newClientOrderId: id } as const;
  venue.core.submit(OURS, fields, startMs);
  expect(halted(haltClears, night, id).violations.map(({ text }) => text)).toEqual([
    '1 of the 1 orders that rested when a person halted still rest after 5000 ms in which a cancel ' +
      `came through, allowed are 0: ${id}`,
  ]);
});

test('a daemon that has crashed and does not trade after half a minute is seen', () => {
  const night = open();
  const { startMs } = night;
  const checker = quickReturn.make(night);
  checker.onLifeBegan?.(2, startMs);
  checker.onSecond?.(startMs + 31_000);
  expect(checker.tally.checksCount).toBe(0);
  checker.onSecond?.(startMs + 31_001);
  expect(checker.tally.violations.map(({ text }) => text)).toEqual([
    '31001 ms after its start the daemon is RECOVERING (start), allowed are 31000 ms to ACTIVE; it found no difference in its account',
  ]);
});

/** A night that has only just begun: the daemon is asking its first question. */
function open(): SimNight {
  const night = new SimNight({
    seed: 'life',
    hours: 1,
    faults: [],
    catalogue: SIM_FAULTS,
    watchers: () => [],
  });
  opened.push(night);
  return night;
}

/** A person halts; `id` is an order of ours that the journal knows. */
function halted(kind: CheckerKind, night: SimNight, id?: ClientOrderId) {
  const checker = kind.make(night);
  const { startMs } = night;
  const atMs = unixMs(startMs);
  if (id !== undefined) {
    const intent = makeIntent({ clientOrderId: id });
    checker.onDurable?.([{ type: 'intent', atMs, intent, checks: [] }], startMs);
  }
  checker.onEvent?.({ type: 'operatorSpoke', atMs, word: 'halt', actor: 'person' }, startMs);
  checker.onSecond?.(startMs + 4_000);
  expect(checker.tally.checksCount).toBe(0);
  checker.onSecond?.(startMs + 6_000);
  return checker.tally;
}

/** An order of the quiet night with more than a minute before it and after it. */
function isTold({ hook, args }: Call): boolean {
  return hook === 'onEffect' && args[0].type === 'raiseFault' && args[0].fault === 'symbol.halted';
}

function someId(): string {
  for (const { hook, args } of quiet.calls) {
    if (hook !== 'onDurable' || args[1] < quiet.night.startMs + 70_000) continue;
    for (const row of args[0]) if (row.type === 'intent') return row.intent.clientOrderId;
  }
  throw new Error('the quiet night has no order');
}

function isOf(row: JournalRow, id: string): boolean {
  return 'clientOrderId' in row && row.clientOrderId === id;
}
