import { expect, test } from 'vitest';
import { SIM_FAULTS } from '../../src/sim/faults/catalogue.ts';
import { SimNight } from '../../src/sim/night.ts';
import { nameOf } from '../../src/sim/request.ts';
import { tempFolder } from '../store/temp-folder.ts';

const MINUTE_MS = 60_000;
const FAULT_AT_MS = 2 * MINUTE_MS;
const FAULT_MS = MINUTE_MS;

interface Told {
  /** When subscriptions left, ms since the night began. */
  readonly leftAtMs: readonly number[];
  /** Answers to them, by status. */
  readonly statuses: readonly number[];
  readonly isUp: boolean;
}

/** The account events end in the middle of a trouble; what becomes of the subscription that follows. */
function endAccountEventsIn(
  name: string,
  parameters: Readonly<Record<string, string | number>>,
): Told {
  const leftAtMs: number[] = [];
  const statuses: number[] = [];
  const night = new SimNight({
    seed: `account events in ${name}`,
    hours: 1,
    faults: [
      { name, atMs: FAULT_AT_MS, durationMs: FAULT_MS, moment: 'atOnce', parameters },
      {
        name: 'account.terminated',
        atMs: FAULT_AT_MS + MINUTE_MS / 2,
        durationMs: 1_000,
        moment: 'atOnce',
        parameters: { isSaid: true, times: 1 },
      },
    ],
    catalogue: SIM_FAULTS,
    watchers: (one) => [
      {
        onRequest: (request, atMs) => {
          if (nameOf(request) === 'subscribe') leftAtMs.push(atMs - one.startMs);
        },
        onEvent: (event) => {
          if (event.type !== 'frameReceived' || !event.connection.includes('/account/')) return;
          const text = Buffer.from(event.chunk.subarray(event.from, event.to)).toString();
          const status = /"status":(\d+)/.exec(text)?.[1];
          if (status !== undefined) statuses.push(Number(status));
        },
      },
    ],
    folder: tempFolder(),
  });
  try {
    night.waitMs(10 * MINUTE_MS);
    const [venue] = night.daemon.life?.desk.venues ?? [];
    return { leftAtMs, statuses, isUp: venue?.stream.downSinceMs() === undefined };
  } finally {
    night.close();
  }
}

test('our address has changed: the venue refuses the subscription like anything that is signed', () => {
  const { statuses, isUp } = endAccountEventsIn('network.address_changed', {});
  expect(statuses[0]).toBe(200);
  expect(statuses.slice(1, -1).every((status) => status === 401)).toBe(true);
  expect(statuses.filter((status) => status === 401).length).toBeGreaterThan(0);
  expect(isUp).toBe(true);
});

// Each request of a banned address makes its ban longer, and a subscription is one.
test('banned, and the account events end: nothing is subscribed to before the ban is over', () => {
  const { leftAtMs, isUp } = endAccountEventsIn('venue.banned', {});
  expect(leftAtMs[0]).toBeLessThan(FAULT_AT_MS);
  expect(leftAtMs.slice(1).length).toBeGreaterThan(0);
  for (const atMs of leftAtMs.slice(1)) expect(atMs).toBeGreaterThan(FAULT_AT_MS + FAULT_MS);
  expect(isUp).toBe(true);
});
