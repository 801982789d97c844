import { formatFixed } from '../../domain/decimal.ts';
import { formatQuantity } from '../../domain/instrument.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import { lots } from '../../domain/units.ts';
import { ProjectedOrders } from '../../sim/checkers/projected-orders.ts';
import { compareLocked, compareOrder } from './compare-orders.ts';
import type { AccountTruth, ExchangeTruth } from './exchange-truth.ts';
import { expectBalances, followOrders, isSettled, toUnits } from './journal-orders.ts';

const SCALE = 8;

/** What a stopped daemon left behind, and what the exchange knows. */
export interface Evidence {
  readonly truth: ExchangeTruth;
  readonly rows: readonly JournalRow[];
  /** The first place where the journal's chain does not hold. */
  readonly chainBreak: string | undefined;
  /** Client order ids that have a decision record saying that they were sent. */
  readonly explainedIds: ReadonlySet<string>;
  /** Client order ids that a person placed. */
  readonly operatorIds: readonly string[];
}

export interface BalanceLine {
  readonly asset: string;
  /** What follows from the journal's opening and fills, and from the exchange's ledger. */
  readonly byJournal: string;
  readonly byExchange: string;
}

/** Counts, and for each way to be wrong a list of sentences: all empty when all is well. */
export interface Judgement {
  readonly ordersSentCount: number;
  readonly ordersArrivedCount: number;
  readonly ordersFilledCount: number;
  readonly ordersRejectedCount: number;
  readonly ordersAbsentCount: number;
  readonly fillsCount: number;
  readonly operatorOrdersCount: number;
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly unexplained: readonly string[];
  readonly balances: readonly BalanceLine[];
}

/** Everything that is wrong, a sentence each; nothing when all is well. */
export function tellWrongs({ lost, duplicated, unexplained }: Judgement): readonly string[] {
  return [
    ...lost.map((text) => `lost: ${text}`),
    ...duplicated.map((text) => `duplicated: ${text}`),
    ...unexplained.map((text) => `unexplained: ${text}`),
  ];
}

type Orders = ReturnType<typeof followOrders>;

/**
 * The daemon's journal and decisions against the exchange's own ledger, orders, fills and wire log.
 * Lost: the exchange has it, the journal has not. Duplicated: sent or booked twice. Unexplained:
 * anything else that one side knows and the other cannot account for, to the last digit.
 */
export function judge(evidence: Evidence): Judgement {
  const { truth, rows, operatorIds } = evidence;
  const account = truth.accounts[0] ?? { account: '', balances: [], orders: [], trades: [] };
  const orders = followOrders(rows);
  const sent = [...orders].filter(([, { submittedCount }]) => submittedCount > 0);
  const strangers = new Set(operatorIds);
  const ours = account.orders.filter(({ clientOrderId }) => !strangers.has(clientOrderId));
  const balances = compareBalances(rows, account, strangers);
  const fills = compareFills(rows, account, strangers);
  return {
    ordersSentCount: sent.length,
    ordersArrivedCount: ours.length,
    ordersFilledCount: ours.filter(({ executedQty }) => toUnits(executedQty) > 0n).length,
    ordersRejectedCount: sent.filter(([, { state }]) => state === 'REJECTED').length,
    ordersAbsentCount: sent.filter(([, { state }]) => state === 'ABSENT').length,
    fillsCount: fills.count,
    operatorOrdersCount: account.orders.length - ours.length,
    lost: [...findLostOrders(ours, orders), ...fills.lost],
    duplicated: [...findSentTwice(truth, orders), ...fills.duplicated],
    unexplained: [
      ...findVacuous(sent.length, fills.count),
      ...findUnaccounted(evidence, orders, ours),
      ...findOtherwise(ours, orders),
      ...compareLocked(account),
      ...fills.unexplained,
      ...balances
        .filter(({ byJournal, byExchange }) => byJournal !== byExchange)
        .map((line) => `${line.asset}: ${line.byJournal} by the journal, ${line.byExchange} there`),
    ],
    balances,
  };
}

/** States that say that the exchange never had the order. */
const NOT_THERE: readonly string[] = ['ABSENT', 'VOID', 'REJECTED'];

/** What the exchange took of ours must be in the journal, sent once, with all that it filled. */
function findLostOrders(ours: AccountTruth['orders'], orders: Orders): readonly string[] {
  return ours.flatMap(({ clientOrderId, executedQty }) => {
    const order = orders.get(clientOrderId);
    if (order === undefined)
      return [`order ${clientOrderId} is at the exchange, not in the journal`];
    if (order.submittedCount === 0) return [`order ${clientOrderId} was never journaled as sent`];
    if (NOT_THERE.includes(order.state)) {
      return [`order ${clientOrderId} is at the exchange, the journal says ${order.state}`];
    }
    const booked = formatQuantity(order.intent.instrument, lots(order.filledLots));
    return toUnits(booked) === toUnits(executedQty)
      ? []
      : [`order ${clientOrderId}: booked ${booked}, filled ${executedQty}`];
  });
}

/** What both have must be the same order in the same state: one that rests there may fill any minute. */
function findOtherwise(ours: AccountTruth['orders'], orders: Orders): readonly string[] {
  return ours.flatMap((there) => {
    const order = orders.get(there.clientOrderId);
    const isLost = order === undefined || NOT_THERE.includes(order.state);
    return isLost ? [] : compareOrder(order, there);
  });
}

function findSentTwice({ clientIdCounts }: ExchangeTruth, orders: Orders): readonly string[] {
  const received = Object.entries(clientIdCounts)
    .filter(([, count]) => count > 1)
    .map(([id, count]) => `order ${id} came to the exchange ${count} times`);
  const journaled = [...orders]
    .filter(([, { submittedCount }]) => submittedCount > 1)
    .map(([id, { submittedCount }]) => `order ${id} was journaled as sent ${submittedCount} times`);
  return [...received, ...journaled];
}

/** A night without orders or fills proves nothing about them. */
function findVacuous(sentCount: number, fillsCount: number): readonly string[] {
  return [
    ...(sentCount === 0 ? ['no order was sent: nothing was shown'] : []),
    ...(fillsCount === 0 ? ['no fill was booked: nothing was shown'] : []),
  ];
}

function findUnaccounted(
  { truth, rows, chainBreak, explainedIds, operatorIds }: Evidence,
  orders: Orders,
  ours: AccountTruth['orders'],
): readonly string[] {
  const found: string[] = [];
  const arrived = new Set(ours.map(({ clientOrderId }) => clientOrderId));
  for (const [id, order] of orders) {
    if (order.submittedCount === 0) continue;
    const isRefused = NOT_THERE.includes(order.state);
    if (!isSettled(order)) found.push(`order ${id} is not settled: ${order.state}`);
    if (!arrived.has(id) && !isRefused) found.push(`order ${id} (${order.state}) is not there`);
    if (!explainedIds.has(id)) found.push(`no decision says why order ${id} was sent`);
  }
  const known = new Set(
    rows.flatMap((row) => (row.type === 'external' ? [row.clientOrderId] : [])),
  );
  for (const id of operatorIds) {
    if (!known.has(id)) found.push(`the journal does not know the order ${id} of a person`);
    known.delete(id);
  }
  for (const id of known)
    found.push(`the journal knows a stranger's order ${id} that nobody placed`);
  if (chainBreak !== undefined) found.push(`the journal's chain: ${chainBreak}`);
  for (const imbalance of truth.imbalances) {
    found.push(`the exchange's own ledger does not add up: ${JSON.stringify(imbalance)}`);
  }
  if (truth.wireLogEvicted > 0) found.push(`${truth.wireLogEvicted} requests left the wire log`);
  return found;
}

/** Trade by trade: each of the exchange's once in the journal, and none besides. */
function compareFills(
  rows: readonly JournalRow[],
  account: AccountTruth,
  strangers: ReadonlySet<string>,
) {
  const lost: string[] = [];
  const duplicated: string[] = [];
  const unexplained: string[] = [];
  const foreign = foreignOrders(account, strangers);
  const orders = new ProjectedOrders();
  const booked = new Map<string, string>();
  for (const row of rows) {
    const order = orders.take(row, row.atMs);
    if (row.type !== 'filled') continue;
    const { fill } = row;
    // In whose steps the rows of the order are told by now.
    const instrument = order?.intent.instrument;
    const key = `${fill.symbol.replace('/', '')} ${fill.tradeId}`;
    if (booked.has(key)) duplicated.push(`trade ${key} is booked twice`);
    if (instrument === undefined) unexplained.push(`trade ${key} belongs to no order of ours`);
    else booked.set(key, formatQuantity(instrument, fill.quantity));
  }
  const count = booked.size;
  for (const { symbol, id, orderId, qty } of account.trades) {
    if (foreign.has(`${symbol} ${orderId}`)) continue;
    const key = `${symbol} ${id}`;
    const quantity = booked.get(key);
    booked.delete(key);
    if (quantity === undefined) lost.push(`trade ${key} of ${qty} is not in the journal`);
    else if (toUnits(quantity) !== toUnits(qty)) {
      unexplained.push(`trade ${key}: booked ${quantity}, traded ${qty}`);
    }
  }
  for (const key of booked.keys()) unexplained.push(`trade ${key} never happened at the exchange`);
  return { count, lost, duplicated, unexplained };
}

function foreignOrders(
  account: AccountTruth,
  strangers: ReadonlySet<string>,
): ReadonlyMap<string, 'BUY' | 'SELL'> {
  return new Map(
    account.orders
      .filter(({ clientOrderId }) => strangers.has(clientOrderId))
      .map(({ symbol, orderId, side }) => [`${symbol} ${orderId}`, side]),
  );
}

/** Free and locked together, every asset of either side, what a person traded taken into account. */
function compareBalances(
  rows: readonly JournalRow[],
  account: AccountTruth,
  strangers: ReadonlySet<string>,
): readonly BalanceLine[] {
  const expected = new Map(
    Object.entries(expectBalances(rows)).map(([asset, text]) => [asset, toUnits(text)]),
  );
  const add = (asset: string, by: bigint): void => {
    expected.set(asset, (expected.get(asset) ?? 0n) + by);
  };
  const foreign = foreignOrders(account, strangers);
  for (const trade of account.trades) {
    const side = foreign.get(`${trade.symbol} ${trade.orderId}`);
    if (side === undefined) continue;
    const sign = side === 'BUY' ? 1n : -1n;
    // Every symbol of the night is quoted in USDT.
    add(trade.symbol.replace(/USDT$/, ''), sign * toUnits(trade.qty));
    add('USDT', -sign * toUnits(trade.quoteQty));
    add(trade.commissionAsset, -toUnits(trade.commission));
  }
  const actual = new Map(
    account.balances.map(({ asset, free, locked }) => [asset, toUnits(free) + toUnits(locked)]),
  );
  return [...new Set([...expected.keys(), ...actual.keys()])].sort().map((asset) => ({
    asset,
    byJournal: formatFixed(expected.get(asset) ?? 0n, SCALE),
    byExchange: formatFixed(actual.get(asset) ?? 0n, SCALE),
  }));
}
