import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { FaultOrder } from '../../src/exchange/faults/fault-board.ts';
import type { DaemonProcess } from '../support/daemon-process.ts';
import { askDecisions, toldOf } from '../support/decision-page.ts';
import { askFeed } from '../support/feed-page.ts';
import { SocketNight } from '../support/socket-night.ts';

/** Beyond its limit a silence is noticed within this: a tick and what a busy machine adds. */
const NOTICED_WITHIN_MS = 1_000;

async function startTrading(): Promise<{ night: SocketNight; daemon: DaemonProcess }> {
  const night = await SocketNight.start({
    // Sockets come back soon, so that the night is short.
    settings: { feed: { backoffMsMin: 100, backoffMsMax: 500 } },
  });
  onTestFinished(() => night.close());
  const daemon = night.startDaemon();
  await daemon.waitReady();
  return { night, daemon };
}

const staleShape = z.looseObject({
  symbol: z.string(),
  ageMs: z.number(),
  limitMs: z.number(),
  cause: z.string(),
});

/** The first time since `sinceMs` that the daemon called the symbol stale. */
async function waitStale(daemon: DaemonProcess, symbol: string, sinceMs: number) {
  const find = () =>
    toldOf(daemon, 'symbol.stale')
      .filter(({ atMs }) => atMs >= sinceMs)
      .map((line) => staleShape.parse(line))
      .find((line) => line.symbol === symbol);
  await daemon.waitFor(`${symbol} to be stale`, () => find() !== undefined);
  const found = find();
  if (found === undefined) throw new Error('found and lost');
  return found;
}

async function waitFresh(daemon: DaemonProcess, symbol: string): Promise<void> {
  await daemon.waitFor(
    `fresh data of ${symbol}`,
    async () => {
      const { connected, bookSynced, dataAgeMs, limitMs } = await askFeed(daemon, symbol);
      return connected && bookSynced && dataAgeMs !== undefined && dataAgeMs < limitMs;
    },
    60_000,
  );
}

function placements(night: SocketNight): number {
  return night.truth().wireLog.filter(({ request }) => request.startsWith('POST')).length;
}

// The socket is open, pings are answered, and nothing comes any more. Nobody tells us: only the clock does.
test('a silent stall: noticed within the limit, no order meanwhile, data flow again by themselves', {
  timeout: 120_000,
}, async () => {
  const { night, daemon } = await startTrading();
  await daemon.waitFor('an order', () => placements(night) > 0, 60_000);

  const stalledAtMs = Date.now();
  const stall: FaultOrder = { fault: 'stall', target: { channel: 'market' } };
  night.exchange.armFault(stall);
  for (const symbol of ['BTC/USDT', 'ETH/USDT']) {
    const stale = await waitStale(daemon, symbol, stalledAtMs);
    // Asked about its silence, the venue may prove it false before the limit is reached.
    expect(['old', 'notLive']).toContain(stale.cause);
    expect(stale.ageMs).toBeLessThan(stale.limitMs + NOTICED_WITHIN_MS);
  }
  const placedBefore = placements(night);

  // Long enough that the socket itself is given up and another one is as silent.
  await daemon.waitFor('another socket', async () => {
    const { reconnects } = (await askFeed(daemon)).counters;
    return Object.keys(reconnects).length > 0;
  });
  expect(placements(night)).toBe(placedBefore);

  night.exchange.clearFaults();
  for (const symbol of ['BTC/USDT', 'ETH/USDT']) await waitFresh(daemon, symbol);
  await daemon.waitFor('trading again', () => placements(night) > placedBefore, 60_000);
  const skipped = await askDecisions(daemon, 'stage=market&outcome=skipped');
  expect(skipped.map(({ reason }) => reason.code)).toContain('STALE_DATA');
});

// Trades go on, so strategies still see something and want to enter; the prices they would pay are old.
test('best prices and book silent while trades go on: entries are denied with STALE_DATA', {
  timeout: 120_000,
}, async () => {
  const { night, daemon } = await startTrading();
  const silentAtMs = Date.now();
  for (const stream of ['@bookTicker', '@depth']) {
    night.exchange.armFault({ fault: 'drop', target: { channel: 'market', stream } });
  }
  const stale = await waitStale(daemon, 'BTC/USDT', silentAtMs);
  expect(stale.ageMs).toBeLessThan(stale.limitMs + NOTICED_WITHIN_MS);

  const findDenied = async () =>
    (await askDecisions(daemon, `stage=risk&outcome=denied&sinceMs=${silentAtMs}`)).filter(
      ({ reason, inputs }) => reason.code === 'STALE_DATA' && inputs?.['orderClass'] === 'entry',
    );
  await daemon.waitFor('a denied entry', async () => (await findDenied()).length > 0, 60_000);
  for (const { reason } of await findDenied()) {
    const { ageMs, limitMs } = reason;
    // A socket that is being replaced is not live, whatever the age of its last message.
    if (typeof ageMs === 'number') expect(ageMs).toBeGreaterThan(Number(limitMs));
    else expect(ageMs).toBe('notLive');
  }

  night.exchange.clearFaults();
  await waitFresh(daemon, 'BTC/USDT');
});

test('one symbol silent: it is stale, the other one trades on', { timeout: 120_000 }, async () => {
  const { night, daemon } = await startTrading();
  const silentAtMs = Date.now();
  night.exchange.armFault({ fault: 'drop', target: { channel: 'market', stream: 'btcusdt@' } });
  await waitStale(daemon, 'BTC/USDT', silentAtMs);

  const eth = await askFeed(daemon, 'ETH/USDT');
  expect(eth.dataAgeMs).toBeLessThan(eth.limitMs);
  const staleAtMs = Date.now();
  const sentOf = async (symbol: string) =>
    (await askDecisions(daemon, `stage=order&outcome=sent&sinceMs=${staleAtMs}`)).filter(
      (decision) => decision.symbol === symbol,
    );
  await daemon.waitFor('an order of the other', async () => (await sentOf('ETH/USDT')).length > 0);
  expect(await sentOf('BTC/USDT')).toEqual([]);

  night.exchange.clearFaults();
  await waitFresh(daemon, 'BTC/USDT');
});

test('the exchange closes the socket and lets nobody in for a while: data flow again by themselves', {
  timeout: 120_000,
}, async () => {
  const { night, daemon } = await startTrading();
  const before = (await askFeed(daemon)).counters.frames;

  night.exchange.armFault({ fault: 'refuse', target: { channel: 'market' }, durationMs: 2_000 });
  night.exchange.armFault({ fault: 'close', target: { channel: 'market' } });
  await daemon.waitFor('refused sockets', async () => {
    const { reconnects } = (await askFeed(daemon)).counters;
    return (reconnects['connectFailed'] ?? 0) > 0;
  });

  await waitFresh(daemon, 'BTC/USDT');
  const { frames, reconnects } = (await askFeed(daemon)).counters;
  expect(frames).toBeGreaterThan(before);
  expect(reconnects['closed']).toBeGreaterThan(0);
  await daemon.waitReady();
});
