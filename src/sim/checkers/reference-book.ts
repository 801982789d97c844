/** One change of a book as its frame says it. Sizes are absolute; 0 takes a level away. */
export interface BookChange {
  readonly firstId: number;
  readonly lastId: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

export interface BookSnapshot {
  readonly id: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

type Level = readonly [price: number, quantity: number];

export interface BookTop {
  readonly bid: number;
  readonly bidQuantity: number;
  readonly ask: number;
  readonly askQuantity: number;
}

/** Changes kept for a snapshot that may still come: two minutes of a busy market. */
const KEPT_MAX = 1_200;

/**
 * A book kept as the venue's manual says, as plainly as it can be said: keep the changes, take a snapshot,
 * drop what it holds already, apply the rest without a hole, and with a hole start over. It shares no
 * line with the daemon's own.
 */
export class ReferenceBook {
  /** Id of the last change in it; `undefined`: no snapshot fits the changes that came. */
  id: number | undefined;
  readonly #bids = new Map<number, number>();
  readonly #asks = new Map<number, number>();
  #kept: BookChange[] = [];

  onChange(change: BookChange): void {
    const last = this.#kept.at(-1);
    if (last !== undefined && change.lastId <= last.lastId) return; // told again, or too late
    if (last !== undefined && change.firstId > last.lastId + 1) this.#kept = [];
    this.#kept.push(change);
    if (this.#kept.length > KEPT_MAX) this.#kept.splice(0, KEPT_MAX / 2);
    if (this.id === undefined || change.lastId <= this.id) return;
    if (change.firstId > this.id + 1) this.id = undefined;
    else this.#apply(change);
  }

  /** A change came that says nothing: what the book misses, nobody knows. */
  onLost(): void {
    this.id = undefined;
  }

  onSnapshot({ id, bids, asks }: BookSnapshot): void {
    const [first] = this.#kept;
    if (first !== undefined && id + 1 < first.firstId) return;
    // Older than the book, and the changes do not lead from it to where the book is.
    const reachesId = Math.max(id, this.#kept.at(-1)?.lastId ?? 0);
    if (this.id !== undefined && reachesId < this.id) return;
    this.#bids.clear();
    this.#asks.clear();
    setLevels(this.#bids, bids);
    setLevels(this.#asks, asks);
    this.id = id;
    for (const change of this.#kept) if (change.lastId > id) this.#apply(change);
  }

  /** Of the levels whose price `counts`; `undefined`: a side has none. */
  top(counts: (price: number) => boolean): BookTop | undefined {
    const bid = best(this.#bids, counts, (price, than) => price > than);
    const ask = best(this.#asks, counts, (price, than) => price < than);
    if (bid === undefined || ask === undefined) return undefined;
    const bidQuantity = this.#bids.get(bid) ?? 0;
    const askQuantity = this.#asks.get(ask) ?? 0;
    return { bid, bidQuantity, ask, askQuantity };
  }

  /** Sizes of the best levels of a side, best first, at most `count` of those whose price `counts`. */
  best(side: 'bids' | 'asks', count: number, counts: (price: number) => boolean): number[] {
    const [levels, sign] = side === 'bids' ? [this.#bids, -1] : [this.#asks, 1];
    const prices = [...levels.keys()].filter(counts).sort((a, b) => sign * (a - b));
    return prices.slice(0, count).map((price) => levels.get(price) ?? 0);
  }

  #apply({ lastId, bids, asks }: BookChange): void {
    setLevels(this.#bids, bids);
    setLevels(this.#asks, asks);
    this.id = lastId;
  }
}

function setLevels(side: Map<number, number>, levels: readonly Level[]): void {
  for (const [price, quantity] of levels) {
    if (quantity === 0) side.delete(price);
    else side.set(price, quantity);
  }
}

function best(
  side: ReadonlyMap<number, number>,
  counts: (price: number) => boolean,
  isBetter: (price: number, than: number) => boolean,
): number | undefined {
  let found: number | undefined;
  for (const price of side.keys()) {
    if ((found === undefined || isBetter(price, found)) && counts(price)) found = price;
  }
  return found;
}
