import type { MarketHappening } from '../../matching/happening.ts';
import type { SimNight } from '../night.ts';
import { OURS } from '../venue.ts';
import { isOwnId } from './own-orders.ts';

/** What came to and went from the account by other hands: deposits, withdrawals, a person's own trades. */
export class MoneyOfOthers {
  readonly #night: SimNight;
  /** In 10^-8; what has come back to nothing is forgotten. */
  readonly byAsset = new Map<string, bigint>();

  constructor(night: SimNight) {
    this.#night = night;
  }

  /** Whether the balances are not what our own trades made of them: no daemon can prove by them what it owns. */
  get isAny(): boolean {
    return this.byAsset.size > 0;
  }

  onHappening(happening: MarketHappening): void {
    if (happening.type === 'fundsMoved' && happening.accountKey === OURS) {
      this.#add(happening.asset, happening.delta);
    }
    if (happening.type !== 'orderUpdated' || happening.fill === undefined) return;
    const { order, fill } = happening;
    if (order.accountKey !== OURS || isOwnId(order.clientOrderId)) return;
    const rules = this.#night.venue.core.symbol(order.symbol);
    if (rules === undefined) return;
    const sign = fill.isBuyer ? 1n : -1n;
    this.#add(rules.base, sign * BigInt(fill.quantity));
    this.#add(rules.quote, -sign * fill.quote);
    this.#add(fill.commissionAsset, -fill.commission);
  }

  #add(asset: string, delta: bigint): void {
    const sum = (this.byAsset.get(asset) ?? 0n) + delta;
    if (sum === 0n) this.byAsset.delete(asset);
    else this.byAsset.set(asset, sum);
  }
}
