import { formatFixed, parseSignedDecimal } from '../../domain/decimal.ts';
import type { DeskEvent } from '../../domain/event.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import { toVenueSymbol } from '../../venues/binance-instruments.ts';
import type { SimNight } from '../night.ts';
import { OURS } from '../venue.ts';

/** By asset, in 10^-8. */
type Moved = ReadonlyMap<string, bigint>;

/**
 * What executions on the account that the journal of the daemon does not hold have moved: a person's, those of a
 * copy of the daemon, and those that a rolled back journal has forgotten. A daemon that finds its account different
 * by exactly that can know no better; one that finds anything else, or nothing, is held back by something else.
 */
export class UnbookedMoney {
  readonly #night: SimNight;
  /** By symbol, trade and order: two orders of one account may meet in one trade. */
  readonly #executions = new Map<string, Moved>();
  #booked = new Set<string>();

  constructor(night: SimNight) {
    this.#night = night;
  }

  onHappening(happening: MarketHappening): void {
    if (happening.type !== 'orderUpdated' || happening.fill === undefined) return;
    const { order, fill } = happening;
    const rules = this.#night.venue.core.symbol(order.symbol);
    if (order.accountKey !== OURS || rules === undefined) return;
    const sign = fill.isBuyer ? 1n : -1n;
    const moved = new Map<string, bigint>();
    add(moved, rules.base, sign * BigInt(fill.quantity));
    add(moved, rules.quote, -sign * fill.quote);
    add(moved, fill.commissionAsset, -fill.commission);
    this.#executions.set(`${fill.symbol} ${fill.tradeId} ${order.clientOrderId}`, moved);
  }

  /** A start has the journal that it found, whatever the one before it had written. */
  onEvent(event: DeskEvent): void {
    if (event.type !== 'started') return;
    this.#booked = new Set();
    this.onDurable(event.rows);
  }

  onDurable(rows: readonly JournalRow[]): void {
    for (const row of rows) {
      if (row.type !== 'filled') continue;
      const { clientOrderId, fill } = row;
      this.#booked.add(`${toVenueSymbol(fill.symbol)} ${fill.tradeId} ${clientOrderId}`);
    }
  }

  /** What the daemon found when it compared its account last, and whether that is what it had to find. */
  tell(): string {
    const venues = this.#night.daemon.life?.desk.venues ?? [];
    const found = venues.flatMap(({ mismatches }) => mismatches);
    if (found.length === 0) return 'it found no difference in its account';
    const missing = [...this.#executions].filter(([key]) => !this.#booked.has(key));
    const moved = new Map<string, bigint>();
    for (const [, each] of missing) for (const [asset, delta] of each) add(moved, asset, delta);
    const told = found
      .map(({ asset, difference }) => `${asset} ${difference}`)
      .sort()
      .join(', ');
    const isThat = found.every(
      ({ asset, difference }) => parseSignedDecimal(difference, 8) === (moved.get(asset) ?? 0n),
    );
    if (isThat) return `its account differs by ${told}: executions that its journal does not hold`;
    const owed = [...moved].map(([asset, delta]) => `${asset} ${formatFixed(delta, 8)}`);
    return `its account differs by ${told}, and what its journal does not hold is ${owed.sort().join(', ') || 'nothing'}`;
  }
}

function add(sums: Map<string, bigint>, asset: string, delta: bigint): void {
  const sum = (sums.get(asset) ?? 0n) + delta;
  if (sum === 0n) sums.delete(asset);
  else sums.set(asset, sum);
}
