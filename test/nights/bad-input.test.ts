import { expect, onTestFinished, test } from 'vitest';
import type { FaultOrder } from '../../src/exchange/faults/fault-board.ts';
import { askDecisions } from '../support/decision-page.ts';
import { askFeed, askMetric } from '../support/feed-page.ts';
import { SocketNight } from '../support/socket-night.ts';

/** The metric that counts thrown away messages. */
const GARBAGE = 'overnight_data_rejected_total';

/** How a frame is broken, and by which names it may be counted: a broken trade is not a broken book. */
const CASES: readonly { readonly how: string; readonly reasons: readonly string[] }[] = [
  { how: 'badJson', reasons: ['invalidJson'] },
  { how: 'nan', reasons: ['invalidNumber'] },
  { how: 'negative', reasons: ['invalidNumber', 'notPositive'] },
  { how: 'zero', reasons: ['notPositive'] },
  { how: 'blank', reasons: ['invalidNumber'] },
  { how: 'exponent', reasons: ['invalidNumber'] },
  { how: 'wrongTypes', reasons: ['invalidShape', 'invalidNumber'] },
  { how: 'unknownSymbol', reasons: ['unknownSymbol', 'crosswired'] },
  { how: 'notAnObject', reasons: ['invalidShape'] },
];

// Each good frame comes with a broken twin before it. The twin must be counted by its reason and reach
// nobody; the good one must do its work. Whatever stops us here would stop us at night.
test('broken frames of every kind: counted with their reason, the daemon lives, nothing believes them', {
  timeout: 180_000,
}, async () => {
  const night = await SocketNight.start({
    settings: { feed: { invalidWindowMs: 300, backoffMsMin: 100, backoffMsMax: 500 } },
  });
  onTestFinished(() => night.close());
  const daemon = night.startDaemon();
  await daemon.waitReady();
  const pid = daemon.pid;

  for (const { how, reasons } of CASES) {
    const countAll = async () => {
      let sum = 0;
      for (const reason of reasons) {
        sum += await askMetric(daemon, GARBAGE, `venue="binance",reason="${reason}"`);
      }
      return sum;
    };
    const before = await countAll();
    for (const stream of ['@bookTicker', '@trade', '@depth']) {
      const fault: FaultOrder = {
        fault: 'malform',
        target: { channel: 'market', stream },
        count: 3,
        settings: { how, extra: true },
      };
      night.exchange.armFault(fault);
    }
    await daemon.waitFor(`${how} to be counted`, async () => (await countAll()) >= before + 3);
  }
  night.exchange.clearFaults();

  // Everything is as it was: same process, fresh data, a true book, orders.
  const clearedAtMs = Date.now();
  await daemon.waitReady();
  await daemon.waitFor(
    'a filled order',
    async () => {
      return (await askDecisions(daemon, `stage=fill&sinceMs=${clearedAtMs}`)).length > 0;
    },
    60_000,
  );
  expect(daemon.pid).toBe(pid);
  const { counters } = await askFeed(daemon);
  expect(counters.topsDifferent).toBe(0);
  expect(await askMetric(daemon, GARBAGE, 'venue="binance",reason="__other"')).toBe(0);

  const markets = await askDecisions(daemon, 'stage=market&outcome=passed');
  expect(markets.length).toBeGreaterThan(0);
  for (const { inputs, symbol } of markets) {
    const bid = Number(inputs?.['bid']);
    const ask = Number(inputs?.['ask']);
    expect(bid, symbol).toBeGreaterThan(100);
    expect(ask, symbol).toBeGreaterThan(bid);
    expect(ask, symbol).toBeLessThan(bid * 1.01);
  }
});

// Eight megabytes in one frame. The socket is closed before they fill the memory; another one opens.
test('a huge frame: counted, the socket is replaced, data flow again', {
  timeout: 120_000,
}, async () => {
  const night = await SocketNight.start({
    settings: { feed: { backoffMsMin: 100, backoffMsMax: 500 } },
  });
  onTestFinished(() => night.close());
  const daemon = night.startDaemon();
  await daemon.waitReady();

  night.exchange.armFault({
    fault: 'malform',
    target: { channel: 'market' },
    count: 1,
    settings: { how: 'huge' },
  });
  await daemon.waitFor('the huge frame to be counted', async () => {
    return (await askMetric(daemon, GARBAGE, 'venue="binance",reason="oversized"')) > 0;
  });
  await daemon.waitFor('another socket', async () => {
    return Object.keys((await askFeed(daemon)).counters.reconnects).length > 0;
  });
  await daemon.waitReady();
});
