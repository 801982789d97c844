import { truncateSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bytesOf, frameReceived, type Started } from '../../src/domain/event.ts';
import { clientOrderId, connectionId } from '../../src/domain/ids.ts';
import { unixMs } from '../../src/domain/units.ts';
import type { CheckerKind } from '../../src/sim/checker.ts';
import { noFalseAlarm } from '../../src/sim/checkers/i13-no-false-alarm.ts';
import { chainVerifies } from '../../src/sim/checkers/i14-chain-verifies.ts';
import { singleWriter } from '../../src/sim/checkers/i16-single-writer.ts';
import { venueRules } from '../../src/sim/checkers/i17-venue-rules.ts';
import { bounded } from '../../src/sim/checkers/i18-bounded.ts';
import { trueBook } from '../../src/sim/checkers/i19-true-book.ts';
import { settingsInForce } from '../../src/sim/checkers/i22-settings-in-force.ts';
import { cancelsTold } from '../../src/sim/checkers/i23-cancels-told.ts';
import { readJournalFile } from '../../src/sim/journal-file.ts';
import type { SimNight } from '../../src/sim/night.ts';
import { http } from '../../src/sim/venue-answer.ts';
import {
  type Call,
  findCall,
  judge,
  judgeLive,
  type RecordedNight,
  recordNight,
  retellOrders,
  retellRows,
} from './support/recorded-night.ts';

const OPTIONS = { seed: 'checkers of safety', minutes: 10 };

/** One quiet night that every story below tells wrong in its own way. */
let quiet: RecordedNight;
beforeAll(() => {
  quiet = recordNight(OPTIONS);
});
afterAll(() => quiet.close());

test.each([noFalseAlarm, chainVerifies, singleWriter, venueRules, settingsInForce])(
  'a quiet night: $id finds nothing, and there was something to find',
  (kind) => {
    const tally = judge(kind, quiet);
    expect(tally.violations).toEqual([]);
    expect(tally.checksCount).toBeGreaterThan(5);
  },
);

test.each([bounded, trueBook])(
  'a quiet night as it goes on: $id finds nothing, and there was something to find',
  (kind) => {
    const tally = judgeLive(kind, OPTIONS);
    expect(tally.violations).toEqual([]);
    expect(tally.checksCount).toBeGreaterThan(50);
  },
);

test('an error that is told while nothing is wrong is seen, and none while something is', () => {
  const beginning = quiet.calls[0];
  const alarm = (call: Call): readonly Call[] => {
    if (call.hook !== 'onEffect' || call.args[0].type !== 'placeOrder') return [call];
    const detail = { symbol: 'BTC/USDT' };
    const told = { type: 'raiseFault', fault: 'order.unknown', severity: 'error', detail } as const;
    return [call, { hook: 'onEffect', args: [told, call.args[1]] }];
  };
  const { violations } = judge(noFalseAlarm, quiet, alarm);
  expect(violations[0]?.text).toMatch(
    /errors told while nothing was wrong, expected 0: order\.unk/,
  );

  const fault = {
    name: 'feed.silent',
    atMs: 0,
    durationMs: 1,
    moment: 'atOnce',
    parameters: {},
  } as const;
  const troubled = judge(noFalseAlarm, quiet, (call) =>
    call === beginning
      ? [call, { hook: 'onFaultBegan', args: [fault, quiet.night.startMs] }]
      : alarm(call),
  );
  expect(troubled.violationsCount).toBe(0);
  expect(troubled.checksCount).toBe(0);
});

test('a row that was told to survive and is not in the file is seen', () => {
  let isDoubled = false;
  const { violations } = judge(
    chainVerifies,
    quiet,
    retellRows((row) => {
      if (row.type !== 'intent' || isDoubled) return row;
      isDoubled = true;
      return [row, row];
    }),
  );
  expect(violations).toHaveLength(1);
  expect(violations[0]?.text).toMatch(/^the file holds \d+ rows \(.*\), \d+ had been told/);
});

test('a start that finds fewer rows than were told to survive is seen', () => {
  const started = startOf(quiet);
  const end = findCall(quiet, 'onEvent', ({ type }) => type === 'operatorSpoke');
  const again: Call = { hook: 'onEvent', args: [{ ...started, rows: [] }, 1] };
  const { violations } = judge(chainVerifies, quiet, (call) =>
    call === end ? [again, call] : [call],
  );
  expect(violations[0]?.text).toMatch(/^a start found 0 rows, \d+ had been told to survive$/);
});

test('a changed row of the file is seen by the chain, and other settings in it are seen too', () => {
  const victim = recordNight({ seed: 'victim', minutes: 2 });
  try {
    victim.night.daemon.close();
    rewrite(victim.night, "UPDATE journal SET config_hash = 'other' WHERE id = 4");
    const chain = judge(chainVerifies, victim);
    expect(chain.violations[0]?.text).toMatch(/^row 4 after row 3: it names .*; expected /);
    const settings = judge(settingsInForce, victim);
    expect(settings.violations.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^row 4 \(\w+\) has settings other, in force: [0-9a-f]{64}$/),
    ]);
  } finally {
    victim.close();
  }
});

test('the same seed leaves the same journal, another seed another one', () => {
  const hashOf = (seed: string): string | undefined => {
    const { night, close } = recordNight({ seed, minutes: 1 });
    try {
      return readJournalFile(night.daemon.journalPath).at(-1)?.hash;
    } finally {
      close();
    }
  };
  const one = hashOf('one');
  expect(hashOf('one')).toBe(one);
  expect(hashOf('other')).not.toBe(one);
});

test('two daemons at once, an epoch that does not rise and an order of an old epoch are seen', () => {
  const started = startOf(quiet);
  const first = findCall(quiet, 'onEvent', ({ type }) => type === 'started');
  const twin: Call = { hook: 'onLifeBegan', args: [2, 1] };
  const again: Call = { hook: 'onEvent', args: [started, 1] };
  const texts = judge(singleWriter, quiet, (call) =>
    call === first ? [call, twin, again] : [call],
  ).violations.map(({ text }) => text);
  expect(texts[0]).toBe('start 2 began while start 1 was running, allowed is 1 at a time');
  expect(texts[1]).toBe(`a start has epoch ${started.epoch}, the one before had ${started.epoch}`);

  const old = judge(
    singleWriter,
    quiet,
    retellOrders((request) => {
      const id = clientOrderId(request.order.clientOrderId.replace(/^(ov.{5}).{4}/, '$10001'));
      return { ...request, order: { ...request.order, clientOrderId: id } };
    }),
  );
  expect(old.violations[0]?.text).toMatch(
    new RegExp(`left with epoch 1, the highest seen is ${started.epoch}$`),
  );
  const twice = judge(singleWriter, quiet, (call) =>
    call.hook === 'onRequest' && call.args[0].kind === 'place' ? [call, call] : [call],
  );
  expect(twice.violations[0]?.text).toMatch(/left with sequence (\d+), the one before had \1$/);
});

test('more weight in a minute than four fifths of the limit is seen, by the price list of the venue', () => {
  const { violations } = judge(venueRules, quiet, (call) => {
    if (call.hook !== 'onArrived') return [call];
    const [entry, atMs] = call.args;
    return [{ hook: 'onArrived', args: [{ ...entry, weight: 2_401 }, atMs] }];
  });
  expect(violations[0]?.text).toMatch(/^4802 weight in one minute with \w+, limit 4800$/);
});

test.each([429, 418])('a request that leaves while %i keeps us away is seen', (status) => {
  const first = findCall(quiet, 'onEvent', ({ type }) => type === 'venueAnswered');
  const { violations } = judge(venueRules, quiet, (call) => {
    if (call !== first || call.hook !== 'onEvent') return [call];
    const [event, atMs] = call.args;
    if (event.type !== 'venueAnswered') return [call];
    const answer = http(status, {}, 60_000);
    return [{ hook: 'onEvent', args: [{ ...event, answer }, atMs] }];
  });
  expect(violations[0]?.text).toMatch(
    new RegExp(`^\\w+ left \\d+ ms before the end of what the venue asked for with ${status}`),
  );
});

test('the twenty-first connect in five minutes and the fourth frame in a second are seen', () => {
  const checker = venueRules.make(quiet.night);
  const connection = connectionId('binance/market/9');
  for (let count = 0; count < 20; count += 1) checker.onSocketAsked?.('market', connection, count);
  for (let count = 0; count < 3; count += 1) checker.onFrameSent?.(connection, '{}', count * 400);
  expect(checker.tally.violationsCount).toBe(0);
  checker.onSocketAsked?.('account', connection, 299_999);
  checker.onFrameSent?.(connection, '{}', 999);
  expect(checker.tally.violations.map(({ text }) => text)).toEqual([
    '21 connects in five minutes with binance/market/9, limit 20',
    '4 frames in a second on binance/market/9, limit 3; the last: {}',
  ]);
});

test('a collection beyond its limit, effects nobody took, answers that never come and a huge log are seen', () => {
  const night = recordNight({ seed: 'bounds', minutes: 1 });
  try {
    const { daemon, startMs } = night.night;
    const checker = bounded.make(night.night);
    const desk = daemon.life?.desk;
    if (desk === undefined) throw new Error('the daemon runs');
    Object.defineProperty(desk.holds, 'limit', { value: -1 });
    desk.out.push({ type: 'announceReady' });
    const asked = findCall(night, 'onEffect', ({ type }) => type === 'askVenue');
    if (asked.hook !== 'onEffect') throw new Error('found something else');
    for (let count = 0; count < 201; count += 1) checker.onEffect?.(...asked.args);
    checker.onSecond?.(startMs + 60_000);
    daemon.close();
    writeFileSync(`${daemon.journalPath}-wal`, '');
    truncateSync(`${daemon.journalPath}-wal`, 64_000_001);
    checker.onSecond?.(startMs + 120_000);
    expect(checker.tally.violations.slice(0, 4).map(({ text }) => text)).toEqual([
      'mode_holds: 0, limit -1',
      'effects that nobody took: 1, limit 0',
      'answers waited for: 201, limit 200',
      'bytes of the write-ahead log: 64000001, limit 64000000',
    ]);
  } finally {
    night.close();
  }
});

test('a book with other sizes, and one that goes on over a hole, are seen', () => {
  const options = { seed: 'books', minutes: 3 };
  const depthText = (call: Call): string | undefined => {
    if (call.hook !== 'onEvent' || call.args[0].type !== 'frameReceived') return undefined;
    const text = Buffer.from(bytesOf(call.args[0])).toString();
    return text.includes('@depth') ? text : undefined;
  };
  const sizes = judgeLive(trueBook, options, (call) => {
    const text = depthText(call);
    if (text === undefined || call.hook !== 'onEvent') return [call];
    const [event, atMs] = call.args;
    if (event.type !== 'frameReceived') return [call];
    const other = Buffer.from(text.replaceAll(/","(\d)/g, '","7$1'));
    const heard = frameReceived(event.connection, event.atMs, other);
    return [{ hook: 'onEvent', args: [heard, atMs] }];
  });
  expect(sizes.violations[0]?.text).toMatch(/: the top is .* in ticks and lots .*, by the manual /);

  let count = 0;
  const hole = judgeLive(trueBook, options, (call) => {
    if (depthText(call) === undefined) return [call];
    count += 1;
    return count === 200 ? [] : [call];
  });
  expect(hole.violations[0]?.text).toMatch(/: synced at \d+, by the manual it is not synced$/);
});

test('a book that stands although a change of it could not be read is seen', () => {
  let count = 0;
  const { violations } = judgeLive(trueBook, { seed: 'books', minutes: 3 }, (call) => {
    if (call.hook !== 'onEvent' || call.args[0].type !== 'frameReceived') return [call];
    const [event, atMs] = call.args;
    const text = Buffer.from(bytesOf(event)).toString();
    if (!text.includes('@depth')) return [call];
    count += 1;
    if (count !== 200) return [call];
    const cut = Buffer.from(text.slice(0, 60));
    const broken = frameReceived(event.connection, event.atMs, cut);
    return [{ hook: 'onEvent', args: [broken, atMs] }];
  });
  expect(violations[0]?.text).toMatch(/: synced at \d+, by the manual it is not synced$/);
});

test('a strategy that is told what is for sale as what is wanted is seen', () => {
  const swap = (night: SimNight): void => {
    for (const { views } of night.daemon.life?.desk.venues ?? []) {
      for (const view of views) view?.setDepth(view.askDepthLots, view.bidDepthLots);
    }
  };
  const swapped: CheckerKind = {
    ...trueBook,
    make: (night) => {
      const checker = trueBook.make(night);
      return {
        tally: checker.tally,
        onEvent: (event, atMs) => checker.onEvent?.(event, atMs),
        onSecond: (atMs) => {
          swap(night);
          checker.onSecond?.(atMs);
          swap(night);
        },
      };
    },
  };
  const { violations } = judgeLive(swapped, { seed: 'books', minutes: 3 });
  expect(violations[0]?.text).toMatch(
    /: strategies see \d+ lots to buy and \d+ to sell on \d+ levels, by the manual \d+ and \d+$/,
  );
});

test('a cancel that failed three times and goes on untold is seen, a told one is not', () => {
  const left = findCall(quiet, 'onRequest', ({ kind }) => kind === 'place');
  const [request] = left.hook === 'onRequest' ? left.args : [];
  if (request?.kind !== 'place') throw new Error('found something else');
  const { instrument, clientOrderId: id } = request.order;
  const { number, life, sentAtMs, timestampMs, recvWindowMs } = request;
  const sent = { number, life, sentAtMs, timestampMs, recvWindowMs };
  const cancel = { ...sent, kind: 'cancel', instrument, clientOrderId: id } as const;

  const silent = cancelsTold.make(quiet.night);
  for (let count = 0; count < 4; count += 1) silent.onRequest?.(cancel, 1);
  expect(silent.tally.violations.map(({ text }) => text)).toEqual([
    `${id} is canceled again after 3 failures and nobody was told, allowed are 3`,
  ]);

  const told = cancelsTold.make(quiet.night);
  for (let count = 0; count < 3; count += 1) told.onRequest?.(cancel, 1);
  const detail = { clientOrderId: id };
  told.onEffect?.({ type: 'raiseFault', fault: 'venue.error', severity: 'error', detail }, 1);
  told.onRequest?.(cancel, 1);
  const atMs = unixMs(1);
  told.onEvent?.({ type: 'cancelAnswered', atMs, clientOrderId: id, answer: http(200, {}) }, 1);
  for (let count = 0; count < 3; count += 1) told.onRequest?.(cancel, 1);
  expect(told.tally.violationsCount).toBe(0);
  // Up to the third nothing has failed often enough to be told.
  expect(told.tally.checksCount).toBe(1);
});

function startOf(night: RecordedNight): Started {
  const call = findCall(night, 'onEvent', ({ type }) => type === 'started');
  const [event] = call.hook === 'onEvent' ? call.args : [];
  if (event?.type !== 'started') throw new Error('found something else');
  return event;
}

/** Changes what the journal itself refuses to change. */
function rewrite(night: SimNight, sql: string): void {
  const db = new Database(night.daemon.journalPath);
  try {
    db.exec(`DROP TRIGGER journal_no_update; ${sql}`);
  } finally {
    db.close();
  }
}
