/** What an order would get from a book right now, without touching it. */
import type { BookSide } from './book.ts';
import type { SelfTradePrevention } from './happening.ts';
import type { Account } from './ledger.ts';
import type { Order } from './order.ts';
import { type E8, quoteOf } from './scale.ts';

/** Who asks, and how far to go. Exactly one of `quantity` and `quote` bounds the walk. */
export interface WalkRequest {
  readonly account: Account | undefined;
  readonly selfTradePrevention: SelfTradePrevention;
  /** 0: at any price. */
  readonly limitPrice: E8;
  readonly quantity: E8 | undefined;
  readonly quote: bigint | undefined;
  /** Quantities by quote are cut to whole multiples of this. */
  readonly step: E8;
}

export interface WalkAnswer {
  readonly quantity: E8;
  readonly cost: bigint;
  /** The book, or an own order in the way, ended before the request was met. */
  readonly isStarved: boolean;
}

const ONE_BIG = 100_000_000n;

/** `book` is the side walked into: asks for a BUY. */
export function walkBook(book: BookSide, request: WalkRequest): WalkAnswer {
  let quantity = 0;
  let cost = 0n;
  let wanted = request.quantity ?? 0;
  let quote = request.quote ?? 0n;
  const byQuote = request.quantity === undefined;

  for (let i = 0; ; i++) {
    const level = book.at(i);
    if (level === undefined) break;
    if (request.limitPrice > 0 && !book.isAtLeast(level.price, request.limitPrice)) break;
    for (let order = level.head; order; order = order.next) {
      const meeting = meetOwn(request, order);
      if (meeting === 'skip') continue;
      if (meeting === 'stop') return { quantity, cost, isStarved: true };
      if (meeting === 'decrement') {
        wanted -= Math.min(wanted, order.leavesQty);
      } else {
        const cap = byQuote ? affordable(quote, level.price, request.step) : wanted;
        const taken = Math.min(cap, order.leavesQty);
        const paid = quoteOf(level.price, taken);
        quantity += taken;
        cost += paid;
        wanted -= taken;
        quote -= paid;
        if (taken === cap) return { quantity, cost, isStarved: false };
      }
      if (!byQuote && wanted === 0) return { quantity, cost, isStarved: false };
    }
  }
  return { quantity, cost, isStarved: byQuote || wanted > 0 };
}

function affordable(quote: bigint, price: E8, step: E8): E8 {
  const quantity = Number((quote * ONE_BIG) / BigInt(price));
  return step > 0 ? quantity - (quantity % step) : quantity;
}

function meetOwn(request: WalkRequest, order: Order): 'trade' | 'skip' | 'stop' | 'decrement' {
  if (request.account === undefined || order.account !== request.account) return 'trade';
  switch (request.selfTradePrevention) {
    case 'NONE':
      return 'trade';
    case 'EXPIRE_MAKER':
      return 'skip';
    case 'DECREMENT':
      return request.quantity === undefined ? 'stop' : 'decrement';
    default:
      return 'stop';
  }
}
