import { saveDesk } from '../pipeline/checkpoint.ts';
import type { Desk } from '../pipeline/desk.ts';

/**
 * All that a daemon knows and must still know after a start, each value by its path: mode and why, positions
 * with their cost, balances expected, what was earned, counters of the day, orders with their states, fills and
 * foreign orders that count once, cooldowns, and the pace of orders.
 */
export type Standing = ReadonlyMap<string, string>;

/**
 * What a start need not bring back: since when; prices that it looks at anew; whether the socket of this life told
 * of an order; patience of this process, with the cancel of an order that has ended too; that it has started rather often.
 */
const OF_THIS_LIFE = [
  /\.sinceMs$/,
  /\.exits\.(?:best|trailing)Ticks$/,
  /\.isOnStream$/,
  /^holds\./,
  /\.evictedCount$/,
  /\.known\.done\..*\.cancel(?:\.|$)/,
];

/** Where a desk stands between two events; `undefined`: it has not come so far. */
export function readStanding(desk: Desk): Standing | undefined {
  if (desk.phase !== 'running') return undefined;
  const { portfolio, targetMode, flattening, holds, venues } = saveDesk(desk);
  if (portfolio === undefined) return undefined;
  const { marks: _marks, ...books } = portfolio;
  const found = new Map<string, string>();
  flatten({ mode: targetMode, flattening, holds, portfolio: books }, '', found);
  for (const { venue, orders, orderTimes, lastOrderAtMs, mismatches, balances } of venues) {
    const { registry, fills, externals, refusals } = orders.shared;
    const { instruments: _instruments, ...known } = registry;
    const kept = {
      known,
      fills,
      externals,
      refusals,
      orderTimes,
      lastOrderAtMs,
      mismatches,
      balances,
    };
    flatten(kept, `${venue}.`, found);
  }
  for (const path of found.keys()) {
    if (OF_THIS_LIFE.some((pattern) => pattern.test(path))) found.delete(path);
  }
  return found;
}

/** When orders left. A start knows by the rows only until when each may have left at the latest. */
const LEFT_AT = /\.(?:orderTimes|lastOrderAtMs)\.items\./;

/** Where two stand otherwise: a sentence each. `leaseMs`: an order leaves within that time or is none. */
export function compareStandings(
  before: Standing,
  after: Standing,
  leaseMs: number,
): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => !isSame(path, before.get(path), after.get(path), leaseMs))
    .map((path) => `${path}: ${before.get(path) ?? 'nothing'} or ${after.get(path) ?? 'nothing'}`);
}

function isSame(
  path: string,
  before: string | undefined,
  after: string | undefined,
  leaseMs: number,
): boolean {
  if (before === after) return true;
  const laterMs = Number(after) - Number(before);
  return LEFT_AT.test(path) && laterMs > 0 && laterMs <= leaseMs;
}

/** Pairs of a key and a value are found by their key, whatever their order. */
function flatten(value: unknown, path: string, into: Map<string, string>): void {
  // A row does not tell it from what is not there.
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null) {
    into.set(path, String(value));
    return;
  }
  const parts: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((part: unknown, place) => keyed(part, place))
    : Object.entries(value);
  const prefix = path === '' || path.endsWith('.') ? path : `${path}.`;
  for (const [name, part] of parts) flatten(part, `${prefix}${name}`, into);
}

function keyed(part: unknown, place: number): readonly [string, unknown] {
  if (!Array.isArray(part) || part.length !== 2) return [String(place), part];
  const [key, value]: readonly unknown[] = part;
  return typeof key === 'string' ? [key, value] : [String(place), part];
}
