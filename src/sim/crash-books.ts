import { formatFixed } from '../domain/decimal.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { OrderView } from '../matching/happening.ts';
import { inE8, paidE8, quantityE8, scaleOf } from './checkers/exact-e8.ts';
import { isOwnId } from './checkers/own-orders.ts';
import { ProjectedOrders } from './checkers/projected-orders.ts';
import { ProjectedPositions } from './checkers/projected-positions.ts';
import type { SimNight } from './night.ts';
import type { Standing } from './standing.ts';
import { OPENING_BALANCES, OURS } from './venue.ts';

const ROWS_MAX = 1_000;

/**
 * Each order in words: what became of it by the rows alone, what it brought to the last digit, the decision it
 * came from, and what the venue has under its id.
 */
export function tellOrders(
  night: SimNight,
  rows: readonly JournalRow[],
): ReadonlyMap<string, string> {
  const orders = new ProjectedOrders();
  const fills = new Map<string, string[]>();
  for (const row of rows) {
    const order = orders.take(row, row.atMs);
    if (row.type !== 'filled' || order === undefined) continue;
    const { instrument, clientOrderId } = order.intent;
    const quantity = quantityE8(instrument, row.fill.quantity);
    const quote = paidE8(instrument, row.fill);
    const fee = inE8(row.fill.fee, scaleOf(instrument, row.fill.feeAsset));
    const told = `${text(quantity)} for ${text(quote)}, fee ${text(fee)} ${row.fill.feeAsset}`;
    fills.set(clientOrderId, [...(fills.get(clientOrderId) ?? []), told]);
  }
  const there = ordersThere(night);
  return new Map(
    [...orders.byId].map(([id, { intent, state, submittedCount }]) => {
      const booked = (fills.get(id) ?? []).sort().join(' and ') || 'nothing';
      const taken = (there.get(id) ?? []).map(tellThere).sort().join(' and ') || 'nothing';
      const { decisionId } = intent;
      return [
        id,
        `${state}, left ${submittedCount} times for ${decisionId}, booked ${booked}; there ${taken}`,
      ];
    }),
  );
}

/** Where the daemon stands, the rows and the exchange beside one another: a sentence for each difference. */
export function compareWithTruth(
  night: SimNight,
  rows: readonly JournalRow[],
  standing: Standing | undefined,
): readonly string[] {
  if (standing === undefined) return [];
  return [
    ...compareBalances(night, standing),
    ...comparePositions(rows, standing),
    ...compareCounters(rows, standing),
    ...compareSignals(rows),
    ...compareHolds(night, standing),
  ];
}

function compareBalances(night: SimNight, standing: Standing): readonly string[] {
  return Object.keys(OPENING_BALANCES).flatMap((asset) => {
    const at = `portfolio.ledger.items.binance|${asset}`;
    const expected = numberAt(standing, `${at}.opening`) + numberAt(standing, `${at}.flow`);
    const held = night.venue.balance(asset);
    const known = numberAt(standing, `binance.balances.items.${asset}.free`);
    return [
      ...(expected === held ? [] : [`${asset}: expected ${text(expected)}, there ${text(held)}`]),
      ...(known === held ? [] : [`${asset}: known as free ${text(known)}, there ${text(held)}`]),
    ];
  });
}

function comparePositions(rows: readonly JournalRow[], standing: Standing): readonly string[] {
  const positions = new ProjectedPositions();
  const orders = new ProjectedOrders();
  for (const row of rows) {
    const order = orders.take(row, row.atMs);
    if (row.type === 'filled' && order !== undefined) positions.book(row.fill, order.intent);
  }
  return [...positions.all.values()].flatMap(({ intent, held }) => {
    const { strategy, venue, symbol } = intent;
    const at = `portfolio.positions.items.${strategy}|${venue}|${symbol}`;
    const believed = numberAt(standing, `${at}.holding.base`);
    return believed === held
      ? []
      : [`${strategy} holds ${text(believed)} of ${symbol}, by its fills ${text(held)}`];
  });
}

/** Orders of the day, and fills that count once: as many as the rows have. */
function compareCounters(rows: readonly JournalRow[], standing: Standing): readonly string[] {
  const leftCount = rows.filter(({ type }) => type === 'submitted').length;
  const counted = Number(numberAt(standing, 'portfolio.days.ordersCount'));
  const booked = new Set(
    rows.flatMap((row) =>
      row.type === 'filled' ? [`${row.fill.venue}|${row.fill.symbol}|${row.fill.tradeId}`] : [],
    ),
  );
  const known = new Set(
    [...standing].flatMap(([path, value]) =>
      path.startsWith('portfolio.trades.items.') ? [value] : [],
    ),
  );
  const isSame = booked.size === known.size && [...booked].every((key) => known.has(key));
  return [
    ...(counted === leftCount ? [] : [`${counted} orders today, by the rows ${leftCount}`]),
    ...(isSame ? [] : [`${known.size} fills count once, ${booked.size} are booked`]),
  ];
}

/** A signal makes one order, however often the process died. */
function compareSignals(rows: readonly JournalRow[]): readonly string[] {
  const used = new Map<string, string>();
  return rows.flatMap((row) => {
    if (row.type !== 'intent') return [];
    const { decisionId, clientOrderId } = row.intent;
    const before = used.get(decisionId);
    used.set(decisionId, clientOrderId);
    return before === undefined ? [] : [`${decisionId} made ${before} and ${clientOrderId}`];
  });
}

/** Nothing is under way: nothing is kept back for it, and the venue has nothing of ours open. */
function compareHolds(night: SimNight, standing: Standing): readonly string[] {
  const open = night.venue.core
    .openOrders(OURS, undefined)
    .filter(({ clientOrderId }) => isOwnId(clientOrderId))
    .map(({ clientOrderId }) => `${clientOrderId} rests at the venue`);
  const live = [...standing.keys()].filter((path) =>
    /^binance\.known\.live\.items\.[^.]+\.order\.state\.type$/.test(path),
  );
  return [...open, ...live.map((path) => `${path.split('.')[4]} still has work left`)];
}

function ordersThere({ venue }: SimNight): ReadonlyMap<string, readonly OrderView[]> {
  const found = new Map<string, OrderView[]>();
  for (const { symbol } of venue.core.symbols()) {
    for (const order of venue.core.allOrders(OURS, { symbol, limit: ROWS_MAX })) {
      found.set(order.clientOrderId, [...(found.get(order.clientOrderId) ?? []), order]);
    }
  }
  return found;
}

function tellThere({ status, executedQty, executedQuote }: OrderView): string {
  return `${status} ${text(BigInt(executedQty))} for ${text(executedQuote)}`;
}

function numberAt(standing: Standing, path: string): bigint {
  const value = standing.get(path);
  return value === undefined || !/^-?\d+$/.test(value) ? 0n : BigInt(value);
}

function text(value: bigint): string {
  return formatFixed(value, 8);
}
