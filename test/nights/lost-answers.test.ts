import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { FaultTarget } from '../../src/exchange/faults/fault.ts';
import type { FaultOrder } from '../../src/exchange/faults/fault-board.ts';
import type { DaemonProcess } from '../support/daemon-process.ts';
import { askDecisions, isDeniedBy } from '../support/decision-page.ts';
import { findTroubles, seeMorning } from '../support/morning.ts';
import { SocketNight } from '../support/socket-night.ts';

const PLACE: FaultTarget = { channel: 'rest', method: 'POST', path: 'order' };
const ASK: FaultTarget = { channel: 'rest', method: 'GET', path: 'order' };
const REPORTS: FaultTarget = { channel: 'userStream' };

/** What became of the answer, and whether the exchange has the order. */
const CASES: readonly {
  readonly name: string;
  readonly fault: FaultOrder;
  readonly exists: boolean;
}[] = [
  {
    name: 'accepted, the answer is lost',
    fault: { fault: 'lose-answer', target: PLACE, count: 1 },
    exists: true,
  },
  {
    name: 'accepted, the answer is a server error',
    fault: { fault: 'error-after', target: PLACE, count: 1 },
    exists: true,
  },
  {
    name: 'accepted, the answer is empty',
    fault: {
      fault: 'error-after',
      target: PLACE,
      count: 1,
      settings: { httpStatus: 200, body: '{}' },
    },
    exists: true,
  },
  {
    name: 'never seen by the engine, the answer is a server error',
    fault: { fault: 'error-before', target: PLACE, count: 1 },
    exists: false,
  },
  {
    name: 'never seen by the engine, no answer',
    fault: { fault: 'lose-answer', target: PLACE, count: 1, settings: { where: 'before' } },
    exists: false,
  },
];

/**
 * So many of each that somebody wants to enter at any time, whatever the market does: with one of each the waiting one may
 * be the only one that has anything to say.
 */
const CROWD = ['a', 'b', 'c'].flatMap((name) => [
  { id: `imbalance-${name}`, kind: 'book-imbalance', enabled: true, parameters: {} },
  { id: `reversion-${name}`, kind: 'mean-reversion', enabled: true, parameters: { stopBands: 3 } },
]);

const statusShape = z.object({ ordersUnknownCount: z.number() });

async function unknownCount(daemon: DaemonProcess): Promise<number> {
  return (await daemon.ask('/api/v1/status', statusShape)).ordersUnknownCount;
}

// The answer to an order is gone. Whether the exchange has the order cannot be told from here, and a
// second try is how one night becomes two positions: the symbol waits until the venue has been asked.
test('answers lost in every way: the symbol is frozen until proof, nothing is sent twice, trading goes on', {
  timeout: 480_000,
}, async () => {
  // One symbol for all strategies, so that others want to enter while one of them waits.
  const settings = { symbols: ['BTC/USDT'], strategies: CROWD };
  const night = await SocketNight.start({ settings });
  onTestFinished(() => night.close());
  const daemon = night.startDaemon();
  await daemon.waitReady();

  for (const { name, fault, exists } of CASES) {
    const beganAtMs = Date.now();
    const records = async (query: string) =>
      await askDecisions(daemon, `${query}&sinceMs=${beganAtMs}`);
    // Nobody else tells either: reports and questions fail until the freeze has been seen.
    night.exchange.armFault({ fault: 'drop', target: REPORTS });
    night.exchange.armFault({ fault: 'error-before', target: ASK });
    night.exchange.armFault(fault);
    await daemon.waitFor(`${name}: unknown`, async () => (await unknownCount(daemon)) >= 1, 60_000);
    await daemon.waitFor(
      `${name}: a denied entry`,
      async () =>
        (await records('stage=risk&outcome=denied')).some((record) =>
          isDeniedBy(record, 'SYMBOL_FROZEN_UNKNOWN_ORDER'),
        ),
      // When all hold a position, the first has to leave its own.
      150_000,
    );

    night.exchange.clearFaults();
    await daemon.waitFor(`${name}: proof`, async () => (await unknownCount(daemon)) === 0, 60_000);
    const found = exists ? ['adopted'] : ['absent'];
    const ends = (await records('stage=ack')).map(({ outcome }) => outcome);
    expect(ends, name).toEqual(expect.arrayContaining(['unknown', ...found]));
    await daemon.waitFor(
      `${name}: another order`,
      async () => {
        const provenAtMs = Math.max(...(await records('stage=ack')).map(({ atMs }) => atMs));
        return (await records('stage=order&outcome=sent')).some(
          ({ atMs }) => atMs > provenAtMs - 1,
        );
      },
      60_000,
    );
  }

  const morning = await seeMorning(night, daemon);
  expect(findTroubles(morning)).toEqual([]);
  expect(morning.ordersCount).toBeGreaterThan(CASES.length);
});
