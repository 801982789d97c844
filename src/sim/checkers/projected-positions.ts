import type { Fill, OrderIntent } from '../../domain/order.ts';
import { inE8, paidE8, quantityE8, scaleOf } from './exact-e8.ts';

/** What one strategy holds of one market by the fills of the journal; everything in whole 10^-8. */
export interface ProjectedPosition {
  readonly intent: OrderIntent;
  /** Coins, fees in coins taken off. */
  held: bigint;
  /** Quote that was paid for them, by average cost. */
  cost: bigint;
}

/** Positions told again from fills alone, by average cost. Fees in a third asset are no part of them. */
export class ProjectedPositions {
  /** By strategy and symbol. */
  readonly all = new Map<string, ProjectedPosition>();

  /** What the fill earned, in 10^-8 of the quote; a fee in the quote is taken off at once. */
  book(fill: Fill, intent: OrderIntent): bigint {
    const { instrument } = intent;
    const position = this.#open(intent);
    const quantity = quantityE8(instrument, fill.quantity);
    const quote = paidE8(instrument, fill);
    const fee = inE8(fill.fee, scaleOf(instrument, fill.feeAsset));
    const baseFee = fill.feeAsset === instrument.base.name ? fee : 0n;
    const quoteFee = fill.feeAsset === instrument.quote.name ? fee : 0n;
    if (fill.side === 'BUY') {
      position.held += quantity - baseFee;
      position.cost += quote;
      return -quoteFee;
    }
    const sold = quantity + baseFee;
    const share = position.held === 0n ? 0n : (position.cost * sold) / position.held;
    position.held -= sold;
    position.cost -= share;
    return quote - quoteFee - share;
  }

  find(strategy: string, symbol: string): ProjectedPosition | undefined {
    return this.all.get(`${strategy} ${symbol}`);
  }

  #open(intent: OrderIntent): ProjectedPosition {
    const key = `${intent.strategy} ${intent.symbol}`;
    const known = this.all.get(key);
    if (known !== undefined) return known;
    const position = { intent, held: 0n, cost: 0n };
    this.all.set(key, position);
    return position;
  }
}
