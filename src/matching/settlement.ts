/** One trade in the ledger: who pays, who receives, what the fee is, what is freed. */
import type { FillView, TradeView } from './happening.ts';
import type { Ledger } from './ledger.ts';
import type { Order } from './order.ts';
import type { SymbolRules } from './symbol-rules.ts';

/** What each party paid in commission. */
export interface Commissions {
  readonly maker: bigint;
  readonly taker: bigint;
}

/** Moves money and coins and counts the fill on both orders. Trades among the market's own leave the ledger alone: they cancel out. */
export function settle(
  ledger: Ledger,
  rules: SymbolRules,
  trade: TradeView,
  parties: { readonly maker: Order; readonly taker: Order },
): Commissions {
  const { maker, taker } = parties;
  countFill(maker, trade);
  countFill(taker, trade);
  if (maker.account === undefined && taker.account === undefined) return { maker: 0n, taker: 0n };

  const [buyer, seller] = taker.side === 'BUY' ? [taker, maker] : [maker, taker];
  const coins = BigInt(trade.quantity);
  pay(ledger, buyer, rules.quote, trade.quote);
  pay(ledger, seller, rules.base, coins);
  const bought = ledger.receive(buyer.account, rules.base, coins, rateOf(buyer, maker));
  const sold = ledger.receive(seller.account, rules.quote, trade.quote, rateOf(seller, maker));
  freeSurplus(ledger, rules, buyer);
  freeSurplus(ledger, rules, seller);
  return taker === buyer ? { maker: sold, taker: bought } : { maker: bought, taker: sold };
}

/** Frees what is locked beyond need: price improvement, a smaller quantity. Orders without a price keep theirs until they end. */
export function freeSurplus(ledger: Ledger, rules: SymbolRules, order: Order): void {
  if (order.account === undefined) return;
  if (order.isMarket && !order.isDormant && order.isOpen) return;
  const surplus = order.locked - (order.isOpen ? order.neededLock() : 0n);
  if (surplus <= 0n) return;
  order.locked -= surplus;
  ledger.unlock(order.account, lockAsset(order, rules), surplus);
}

/** What an order has locked: the quote of a BUY, the base of a SELL. */
export function lockAsset(order: Pick<Order, 'side'>, rules: SymbolRules): string {
  return order.side === 'BUY' ? rules.quote : rules.base;
}

/** The fill as the order's owner sees it. */
export function fillView(
  order: Order,
  trade: TradeView,
  role: { readonly isMaker: boolean; readonly commission: bigint },
  rules: SymbolRules,
): FillView {
  return {
    symbol: order.symbol,
    accountKey: order.account?.key ?? '',
    tradeId: trade.tradeId,
    orderId: order.orderId,
    orderListId: order.list?.orderListId ?? -1,
    atMs: trade.atMs,
    price: trade.price,
    quantity: trade.quantity,
    quote: trade.quote,
    commission: role.commission,
    commissionAsset: order.side === 'BUY' ? rules.base : rules.quote,
    isBuyer: order.side === 'BUY',
    isMaker: role.isMaker,
  };
}

function countFill(order: Order, trade: TradeView): void {
  order.executedQty += trade.quantity;
  order.executedQuote += trade.quote;
  order.status = order.leavesQty === 0 ? 'FILLED' : 'PARTIALLY_FILLED';
  order.updatedAtMs = trade.atMs;
}

function pay(ledger: Ledger, order: Order, asset: string, amount: bigint): void {
  ledger.payLocked(order.account, asset, amount);
  if (order.account) order.locked -= amount;
}

function rateOf(order: Order, maker: Order): bigint {
  if (order.account === undefined) return 0n;
  return order === maker ? order.account.makerRate : order.account.takerRate;
}
