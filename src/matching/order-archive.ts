/** Every order and fill an account may ask about: the open ones as they live, the ended as copies. */
import { BoundedList, BoundedMap } from '../domain/bounded.ts';
import type { ListWindow, OrderRef } from './exchange-core.ts';
import type { FillView, OrderView } from './happening.ts';
import type { Order } from './order.ts';
import type { OrderList } from './order-list.ts';

/** The filters stop an account long before; the bound only keeps a broken rule set from growing. */
const OPEN_MAX = 100_000;
const ENDED_KEPT = 20_000;
const FILLS_KEPT = 20_000;
const LISTS_KEPT = 5_000;
/** The venue's own limits of a list answer. */
const LIMIT_DEFAULT = 500;
const LIMIT_MAX = 1_000;

/** What one account has on one symbol. */
class Shelf {
  readonly open = new BoundedMap<number, Order>('matching.openOrders', OPEN_MAX, 'refuse');
  readonly openByClientId = new BoundedMap<string, Order>(
    'matching.openClientIds',
    OPEN_MAX,
    'refuse',
  );
  readonly ended = new BoundedMap<number, OrderView>(
    'matching.endedOrders',
    ENDED_KEPT,
    'dropOldest',
  );
  readonly endedByClientId = new BoundedMap<string, number>(
    'matching.endedClientIds',
    ENDED_KEPT,
    'dropOldest',
  );
  readonly fills = new BoundedList<FillView>('matching.fills', FILLS_KEPT, 'dropOldest');
}

function keepEnded(shelf: Shelf, view: OrderView): void {
  shelf.ended.set(view.orderId, view);
  // Deleted first, so that the newest use of a name is also the last to be forgotten.
  shelf.endedByClientId.delete(view.clientOrderId);
  shelf.endedByClientId.set(view.clientOrderId, view.orderId);
}

export class OrderArchive {
  readonly #shelves = new BoundedMap<string, Shelf>('matching.shelves', OPEN_MAX, 'refuse');
  readonly #lists = new BoundedMap<number, OrderList>(
    'matching.orderLists',
    LISTS_KEPT,
    'dropOldest',
  );

  opened(order: Order): void {
    const shelf = this.#shelf(order.account?.key ?? '', order.symbol);
    shelf.open.set(order.orderId, order);
    shelf.openByClientId.set(order.clientOrderId, order);
  }

  renamed(order: Order, former: string): void {
    const shelf = this.#shelf(order.account?.key ?? '', order.symbol);
    shelf.openByClientId.delete(former);
    shelf.openByClientId.set(order.clientOrderId, order);
  }

  ended(order: Order): void {
    const shelf = this.#shelf(order.account?.key ?? '', order.symbol);
    shelf.open.delete(order.orderId);
    shelf.openByClientId.delete(order.clientOrderId);
    keepEnded(shelf, order.view());
  }

  /** An order that ended before this archive was opened. */
  endedBefore(accountKey: string, view: OrderView): void {
    keepEnded(this.#shelf(accountKey, view.symbol), view);
  }

  filled(fill: FillView): void {
    this.#shelf(fill.accountKey, fill.symbol).fills.push(fill);
  }

  listed(list: OrderList): void {
    this.#lists.set(list.orderListId, list);
  }

  /** `undefined`: none open under these ids, or the two ids name different orders. */
  findOpen(accountKey: string, ref: OrderRef): Order | undefined {
    const shelf = this.#shelf(accountKey, ref.symbol);
    const byId = ref.orderId === undefined ? undefined : shelf.open.get(ref.orderId);
    if (ref.origClientOrderId === undefined) return byId;
    const byName = shelf.openByClientId.get(ref.origClientOrderId);
    return ref.orderId === undefined || byId === byName ? byName : undefined;
  }

  /** An open order of that name exists: it may not be used again yet. */
  isNameOpen(accountKey: string, symbol: string, clientOrderId: string): boolean {
    return this.#shelf(accountKey, symbol).openByClientId.has(clientOrderId);
  }

  /** Open or ended; of several ended orders of one name the newest. */
  find(accountKey: string, ref: OrderRef): OrderView | 'disagree' | undefined {
    const shelf = this.#shelf(accountKey, ref.symbol);
    const viewOf = (orderId: number): OrderView | undefined =>
      shelf.open.get(orderId)?.view() ?? shelf.ended.get(orderId);
    const byId = ref.orderId === undefined ? undefined : viewOf(ref.orderId);
    if (ref.origClientOrderId === undefined) return byId;
    if (ref.orderId !== undefined) {
      return byId && byId.clientOrderId !== ref.origClientOrderId ? 'disagree' : byId;
    }
    const open = shelf.openByClientId.get(ref.origClientOrderId);
    if (open) return open.view();
    const endedId = shelf.endedByClientId.get(ref.origClientOrderId);
    return endedId === undefined ? undefined : shelf.ended.get(endedId);
  }

  open(accountKey: string, symbol: string | undefined): readonly Order[] {
    if (symbol !== undefined) return [...this.#shelf(accountKey, symbol).open.values()];
    return [...this.#shelves.entries()]
      .filter(([key]) => key.startsWith(`${accountKey}/`))
      .flatMap(([, shelf]) => [...shelf.open.values()]);
  }

  openCount(accountKey: string, symbol: string): number {
    return this.#shelf(accountKey, symbol).open.size;
  }

  all(accountKey: string, window: ListWindow): readonly OrderView[] {
    const shelf = this.#shelf(accountKey, window.symbol);
    const views = [
      ...shelf.ended.values(),
      ...[...shelf.open.values()].map((order) => order.view()),
    ];
    views.sort((a, b) => a.orderId - b.orderId);
    return cut(views, window, { id: (view) => view.orderId, atMs: (view) => view.createdAtMs });
  }

  fills(
    accountKey: string,
    window: ListWindow & { readonly orderId?: number | undefined },
  ): readonly FillView[] {
    const all = [...this.#shelf(accountKey, window.symbol).fills];
    const wanted =
      window.orderId === undefined ? all : all.filter((fill) => fill.orderId === window.orderId);
    return cut(wanted, window, { id: (fill) => fill.tradeId, atMs: (fill) => fill.atMs });
  }

  /** Of every account and symbol, in no particular order. */
  everything(): {
    readonly open: readonly Order[];
    readonly ended: OrderView[];
    readonly fills: FillView[];
  } {
    const shelves = [...this.#shelves.values()];
    return {
      open: shelves.flatMap((shelf) => [...shelf.open.values()]),
      ended: shelves.flatMap((shelf) => [...shelf.ended.values()]),
      fills: shelves.flatMap((shelf) => [...shelf.fills]),
    };
  }

  /** Oldest first. */
  everyList(): readonly OrderList[] {
    return [...this.#lists.values()];
  }

  lists(accountKey: string): readonly OrderList[] {
    return [...this.#lists.values()].filter((list) => list.accountKey === accountKey);
  }

  #shelf(accountKey: string, symbol: string): Shelf {
    const key = `${accountKey}/${symbol}`;
    let shelf = this.#shelves.get(key);
    if (shelf === undefined) {
      shelf = new Shelf();
      this.#shelves.set(key, shelf);
    }
    return shelf;
  }
}

/** A list query's window over ascending rows: the oldest from a start, else the newest. */
export function cut<Row>(
  rows: readonly Row[],
  window: Omit<ListWindow, 'symbol'>,
  of: { readonly id: (row: Row) => number; readonly atMs: (row: Row) => number },
): readonly Row[] {
  const { fromId, startAtMs, endAtMs } = window;
  const limit = Math.min(window.limit ?? LIMIT_DEFAULT, LIMIT_MAX);
  const within = rows.filter(
    (row) =>
      (fromId === undefined || of.id(row) >= fromId) &&
      (startAtMs === undefined || of.atMs(row) >= startAtMs) &&
      (endAtMs === undefined || of.atMs(row) <= endAtMs),
  );
  const isFromStart = fromId !== undefined || startAtMs !== undefined;
  return isFromStart ? within.slice(0, limit) : within.slice(Math.max(0, within.length - limit));
}
