import { z } from 'zod';
import type { Ended } from '../../src/cli/rehearse/child.ts';
import {
  expectBalances,
  followOrders,
  isSettled,
  toUnits,
} from '../../src/cli/rehearse/journal-orders.ts';
import { formatFixed } from '../../src/domain/decimal.ts';
import { formatQuantity } from '../../src/domain/instrument.ts';
import { lots } from '../../src/domain/units.ts';
import type { DaemonProcess } from './daemon-process.ts';
import type { SocketNight } from './socket-night.ts';

/** What is left after a night, when everything has come to rest. Each list names what is wrong. */
export interface Morning {
  readonly ended: Ended;
  readonly mode: string;
  readonly unknownCount: number;
  readonly sentTwice: readonly string[];
  /** Orders of the exchange whose intent, sending or filled quantity the journal does not have. */
  readonly unjournaled: readonly string[];
  /** Orders of the journal that are not ended with all their fills. */
  readonly unsettled: readonly string[];
  readonly chainBreak: string | undefined;
  /** From the journal alone, and from the exchange's ledger. */
  readonly expectedBalances: Readonly<Record<string, string>>;
  readonly ledgerBalances: Readonly<Record<string, string>>;
  /** What a daemon started in the morning says it holds, and what the ledger holds above the opening. */
  readonly heldByDaemon: Readonly<Record<string, string>>;
  readonly heldByLedger: Readonly<Record<string, string>>;
  readonly imbalances: readonly unknown[];
  readonly ordersCount: number;
  readonly fillsCount: number;
  readonly startsCount: number;
}

const statusShape = z.object({ mode: z.string(), ordersUnknownCount: z.number() });
const positionsShape = z.array(z.object({ symbol: z.string(), quantity: z.string() }));

/**
 * Waits until nothing is unproven, stops the daemon, and compares what it believes with what the
 * exchange knows. A second daemon that only observes is asked for its positions.
 */
export async function seeMorning(night: SocketNight, daemon: DaemonProcess): Promise<Morning> {
  await daemon.waitFor(
    'mode ACTIVE with nothing unproven',
    async () => {
      const { mode, ordersUnknownCount } = await daemon.ask('/api/v1/status', statusShape);
      return mode === 'ACTIVE' && ordersUnknownCount === 0;
    },
    60_000,
  );
  const { mode, ordersUnknownCount } = await daemon.ask('/api/v1/status', statusShape);
  const ended = await daemon.stop();

  const { rows, chainBreak } = night.readJournal();
  const orders = followOrders(rows);
  const { clientIdCounts, imbalances } = night.truth();
  const account = night.account();
  const unjournaled = account.orders.flatMap(({ clientOrderId, executedQty }) => {
    const order = orders.get(clientOrderId);
    if (order === undefined) return [`${clientOrderId}: no intent`];
    if (order.submittedCount !== 1) return [`${clientOrderId}: sent ${order.submittedCount} times`];
    const booked = formatQuantity(order.intent.instrument, lots(order.filledLots));
    return toUnits(booked) === toUnits(executedQty)
      ? []
      : [`${clientOrderId}: booked ${booked}, filled ${executedQty}`];
  });
  const ledger = account.balances.map(({ asset, free, locked }): [string, bigint] => [
    asset,
    toUnits(free) + toUnits(locked),
  ]);
  const opening = new Map<string, bigint>();
  for (const row of rows) {
    if (row.type !== 'opening') continue;
    for (const [asset, amount] of Object.entries(row.balances)) opening.set(asset, toUnits(amount));
  }
  return {
    ended,
    mode,
    unknownCount: ordersUnknownCount,
    sentTwice: Object.entries(clientIdCounts).flatMap(([id, count]) => (count > 1 ? [id] : [])),
    unjournaled,
    unsettled: [...orders].flatMap(([id, order]) =>
      isSettled(order) ? [] : [`${id}: ${order.state}`],
    ),
    chainBreak,
    expectedBalances: withoutZeros(Object.entries(expectBalances(rows))),
    ledgerBalances: withoutZeros(ledger.map(([asset, units]) => [asset, formatFixed(units, 8)])),
    heldByDaemon: withoutZeros(await askHeld(night)),
    heldByLedger: withoutZeros(
      ledger
        .filter(([asset]) => asset !== 'USDT')
        .map(([asset, units]) => [asset, formatFixed(units - (opening.get(asset) ?? 0n), 8)]),
    ),
    imbalances,
    ordersCount: account.orders.length,
    fillsCount: account.trades.length,
    startsCount: rows.filter(({ type }) => type === 'started').length,
  };
}

/** What is wrong with a morning; nothing, if all is well. */
export function findTroubles(morning: Morning): readonly string[] {
  const { expectedBalances, ledgerBalances, heldByDaemon, heldByLedger } = morning;
  const differ = (what: string, ours: unknown, theirs: unknown): readonly string[] => {
    const [a, b] = [JSON.stringify(ours), JSON.stringify(theirs)];
    return a === b ? [] : [`${what}: ${a} and ${b}`];
  };
  return [
    ...morning.sentTwice.map((id) => `sent twice: ${id}`),
    ...morning.unjournaled.map((text) => `not in the journal: ${text}`),
    ...morning.unsettled.map((text) => `not settled: ${text}`),
    ...differ('balances', expectedBalances, ledgerBalances),
    ...differ('positions', heldByDaemon, heldByLedger),
    ...differ('end', morning.ended, { code: 0, signal: null }),
    ...differ('mode', morning.mode, 'ACTIVE'),
    ...differ('unproven orders', morning.unknownCount, 0),
    ...differ('chain of the journal', morning.chainBreak, undefined),
    ...differ('ledger of the exchange', morning.imbalances, []),
  ];
}

async function askHeld(night: SocketNight): Promise<readonly [string, string][]> {
  night.writeSettings({ startMode: 'OBSERVING' });
  const observer = night.startDaemon();
  await observer.waitFor('mode OBSERVING', async () => {
    const { mode } = await observer.ask('/api/v1/status', statusShape);
    return mode === 'OBSERVING';
  });
  const positions = await observer.ask('/api/v1/positions', positionsShape);
  await observer.stop();
  const held = new Map<string, bigint>();
  for (const { symbol, quantity } of positions) {
    const [base = ''] = symbol.split('/');
    held.set(base, (held.get(base) ?? 0n) + toUnits(quantity));
  }
  return [...held].map(([asset, units]) => [asset, formatFixed(units, 8)]);
}

function withoutZeros(
  entries: readonly (readonly [string, string])[],
): Readonly<Record<string, string>> {
  const sorted = [...entries].sort(([a], [b]) => a.localeCompare(b));
  return Object.fromEntries(sorted.filter(([, text]) => toUnits(text) !== 0n));
}
