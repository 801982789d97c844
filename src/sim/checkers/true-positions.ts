import type { JournalRow } from '../../domain/journal-row.ts';
import type { OrderIntent } from '../../domain/order.ts';
import type { FillView, MarketHappening } from '../../matching/happening.ts';
import type { SimNight } from '../night.ts';
import { OURS } from '../venue.ts';

const ONE = 100_000_000n;

/** What one strategy holds of one market by the executions of the exchange; everything in whole 10^-8. */
export interface TruePosition {
  /** Of the order that moved it last. */
  readonly strategy: OrderIntent['strategy'];
  readonly symbol: OrderIntent['symbol'];
  readonly venueSymbol: string;
  /** Coins, fees in coins taken off. */
  readonly held: bigint;
  /** Quote that was paid for them, by average cost. */
  readonly cost: bigint;
  /** True time since when there is as much of it as the venue takes in an order; `undefined`: there is not. */
  readonly openedAtMs: number | undefined;
}

/** Positions told again from the exchange's own executions. Only whose an order was, the journal says. */
export class TruePositions {
  /** By strategy and symbol. */
  readonly all = new Map<string, TruePosition>();
  readonly #night: SimNight;
  readonly #intents = new Map<string, OrderIntent>();

  constructor(night: SimNight) {
    this.#night = night;
  }

  onDurable(rows: readonly JournalRow[]): void {
    for (const row of rows) {
      if (row.type === 'intent') this.#intents.set(row.intent.clientOrderId, row.intent);
    }
  }

  /** The position that this has changed, if it was one. */
  onHappening(happening: MarketHappening, atMs: number): TruePosition | undefined {
    if (happening.type !== 'orderUpdated' || happening.fill === undefined) return undefined;
    const { order, fill } = happening;
    const intent = this.#intents.get(order.clientOrderId);
    if (order.accountKey !== OURS || intent === undefined) return undefined;
    const key = positionKey(intent);
    const before = this.all.get(key);
    const { held, cost } = trade(before ?? { held: 0n, cost: 0n }, fill, intent);
    const isOpen = this.isSellable(fill.symbol, held, fill.price);
    const { strategy, symbol } = intent;
    const openedAtMs = isOpen ? (before?.openedAtMs ?? atMs) : undefined;
    const position = { strategy, symbol, venueSymbol: fill.symbol, held, cost, openedAtMs };
    this.all.set(key, position);
    return position;
  }

  /** Whether the venue would take an order for the whole lots of `held` at this price. */
  isSellable(venueSymbol: string, held: bigint, price: number): boolean {
    const rules = this.#night.venue.core.symbol(venueSymbol);
    if (rules === undefined || held <= 0n) return false;
    const lots = held - (held % BigInt(rules.lot.step));
    const worth = (lots * BigInt(price)) / ONE;
    return lots >= BigInt(rules.lot.min) && worth >= rules.notional.min;
  }
}

export function positionKey({
  strategy,
  symbol,
}: Pick<OrderIntent, 'strategy' | 'symbol'>): string {
  return `${strategy} ${symbol}`;
}

function trade(
  { held, cost }: Pick<TruePosition, 'held' | 'cost'>,
  { commission, commissionAsset, isBuyer, quantity, quote }: FillView,
  { instrument }: OrderIntent,
): Pick<TruePosition, 'held' | 'cost'> {
  const fee = commissionAsset === instrument.base.name ? commission : 0n;
  if (isBuyer) return { held: held + BigInt(quantity) - fee, cost: cost + quote };
  const sold = BigInt(quantity) + fee;
  return held <= 0n
    ? { held: held - sold, cost: 0n }
    : { held: held - sold, cost: cost - (cost * sold) / held };
}
