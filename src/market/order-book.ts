import { type ExactNumber, loadNumber, saveNumber } from '../domain/exact-number.ts';
import type { DepthDiff, DepthSnapshot, Levels } from '../domain/market.ts';
import { BookSide } from './book-side.ts';
import type { BookView } from './feed-views.ts';

/** A change of the book, kept: the codec's own level arrays are only lent. */
interface KeptDiff {
  readonly firstUpdateId: number;
  readonly lastUpdateId: number;
  readonly bids: Levels;
  readonly asks: Levels;
}

/** `covered`: a snapshot already contains it. */
export type DiffOutcome = 'applied' | 'buffered' | 'covered' | 'duplicate' | 'outOfOrder' | 'gap';
export type SnapshotOutcome = 'synced' | 'stale' | 'gap';

export interface OrderBookState {
  readonly isLoaded: boolean;
  readonly isProven: boolean;
  readonly updateId: number;
  readonly bids: string;
  readonly asks: string;
  readonly windowBid: number;
  readonly windowAsk: ExactNumber;
  readonly snapshotBid: number;
  readonly snapshotAsk: number;
  readonly appliedCount: number;
  readonly coveredCount: number;
  readonly streamId: number;
  readonly buffer: readonly KeptDiff[];
  readonly keepsForRefresh: boolean;
}

/**
 * A full order book, kept by the venue's documented procedure: buffer the changes, take a snapshot,
 * drop what it already contains, demand that the next change follows without a hole, and start over
 * at any later hole. Sizes are absolute, so a change that overlaps what is known is applied whole.
 */
export class OrderBook implements BookView {
  /** There is a snapshot. Whether the stream follows it without a hole is another question. */
  isLoaded = false;
  #isProven = false;
  updateId = 0;
  readonly bids: BookSide;
  readonly asks: BookSide;
  /** Lowest bid and highest ask of the last snapshot: beyond them the book is not known. 0, infinite: known to its end. */
  windowBid = 0;
  windowAsk = Number.POSITIVE_INFINITY;
  /** Best bid and ask of the last snapshot. */
  snapshotBid = 0;
  snapshotAsk = 0;
  appliedCount = 0;
  coveredCount = 0;
  /** Id of the newest change the stream brought, used or not: repeats are told by it. */
  #streamId = 0;
  readonly #bufferMax: number;
  #buffer: KeptDiff[] = [];
  /** Whether changes are kept for a snapshot under way, though the book is synced. */
  #keepsForRefresh = false;

  constructor(levelsMax: number, bufferMax: number) {
    this.bids = new BookSide('bids', levelsMax);
    this.asks = new BookSide('asks', levelsMax);
    this.#bufferMax = bufferMax;
  }

  /** The stream, or the venue asked once more, has proven that nothing is missing behind the snapshot. */
  get isSynced(): boolean {
    return this.isLoaded && this.#isProven;
  }
  get isCrossed(): boolean {
    const { bids, asks } = this;
    return bids.size > 0 && asks.size > 0 && bids.priceAt(0) >= asks.priceAt(0);
  }
  get bufferedCount(): number {
    return this.#buffer.length;
  }

  /** The stream itself starts anew: its ids may, too. */
  restart(): void {
    this.reset();
    this.#streamId = 0;
  }

  /** Forgets the levels: the next snapshot starts anew. */
  reset(): void {
    this.isLoaded = false;
    this.#isProven = false;
    this.updateId = 0;
    this.bids.clear();
    this.asks.clear();
    this.#buffer = [];
    this.#keepsForRefresh = false;
  }

  /** The venue says that its book still has our id. */
  confirm(): void {
    this.#isProven = true;
  }

  /** From now on changes are kept, so that a snapshot under way can replace the book. */
  expectRefresh(): void {
    this.#keepsForRefresh = true;
  }
  /** The snapshot under way will not come. */
  abandonRefresh(): void {
    this.#keepsForRefresh = false;
    if (this.isLoaded) this.#buffer = [];
  }

  onDiff(diff: DepthDiff): DiffOutcome {
    const { firstUpdateId, lastUpdateId } = diff;
    if (lastUpdateId <= this.#streamId) {
      return lastUpdateId === this.#streamId ? 'duplicate' : 'outOfOrder';
    }
    const expectedId = this.#streamId + 1;
    this.#streamId = lastUpdateId;
    if (!this.isLoaded) {
      const gap = this.#buffer.length > 0 && firstUpdateId > expectedId;
      if (gap) this.#buffer = [];
      this.#keep(diff);
      return gap ? 'gap' : 'buffered';
    }
    if (lastUpdateId <= this.updateId) {
      this.coveredCount += 1;
      this.#isProven = true;
      return 'covered';
    }
    if (firstUpdateId > this.updateId + 1) {
      this.reset();
      this.#keep(diff);
      return 'gap';
    }
    if (this.#keepsForRefresh) this.#keep(diff);
    this.#apply(diff);
    return 'applied';
  }

  /** Starts the book from `snapshot` and the kept changes. Also replaces a synced book. `levelsAsked`: per side. */
  onSnapshot(snapshot: DepthSnapshot, levelsAsked: number): SnapshotOutcome {
    const first = this.#buffer[0];
    if (first !== undefined && snapshot.updateId < first.firstUpdateId - 1) return 'stale';
    // A refresh without kept changes must not take the book back in time.
    if (first === undefined && this.isLoaded && snapshot.updateId < this.updateId) return 'stale';
    const kept = this.#buffer;
    const wasSynced = this.isLoaded;
    this.#buffer = [];
    this.#keepsForRefresh = false;
    this.#load(snapshot, levelsAsked);
    for (let i = 0; i < kept.length; i++) {
      const diff = kept[i];
      if (diff === undefined) continue;
      if (diff.lastUpdateId <= this.updateId) {
        // Changes kept beside a synced book were counted when they were applied to it.
        if (!wasSynced) {
          this.coveredCount += 1;
          this.#isProven = true;
        }
        continue;
      }
      if (diff.firstUpdateId > this.updateId + 1) {
        this.reset();
        this.#buffer = kept.slice(i);
        return 'gap';
      }
      this.#apply(diff);
      if (wasSynced) this.appliedCount -= 1;
    }
    return 'synced';
  }

  save(): OrderBookState {
    return {
      isLoaded: this.isLoaded,
      isProven: this.#isProven,
      updateId: this.updateId,
      bids: this.bids.save(),
      asks: this.asks.save(),
      windowBid: this.windowBid,
      windowAsk: saveNumber(this.windowAsk),
      snapshotBid: this.snapshotBid,
      snapshotAsk: this.snapshotAsk,
      appliedCount: this.appliedCount,
      coveredCount: this.coveredCount,
      streamId: this.#streamId,
      buffer: [...this.#buffer],
      keepsForRefresh: this.#keepsForRefresh,
    };
  }
  load(state: OrderBookState): void {
    this.isLoaded = state.isLoaded;
    this.#isProven = state.isProven;
    this.updateId = state.updateId;
    this.bids.load(state.bids);
    this.asks.load(state.asks);
    this.windowBid = state.windowBid;
    this.windowAsk = loadNumber(state.windowAsk);
    this.snapshotBid = state.snapshotBid;
    this.snapshotAsk = state.snapshotAsk;
    this.appliedCount = state.appliedCount;
    this.coveredCount = state.coveredCount;
    this.#streamId = state.streamId;
    this.#buffer = [...state.buffer];
    this.#keepsForRefresh = state.keepsForRefresh;
  }

  #keep(diff: DepthDiff): void {
    // Too many without a snapshot: the old ones go, and a snapshot older than the rest is refused.
    if (this.#buffer.length >= this.#bufferMax) this.#buffer.splice(0, this.#bufferMax >>> 1);
    this.#buffer.push({
      firstUpdateId: diff.firstUpdateId,
      lastUpdateId: diff.lastUpdateId,
      bids: diff.bids.slice(),
      asks: diff.asks.slice(),
    });
  }

  #apply(diff: KeptDiff): void {
    this.bids.apply(diff.bids);
    this.asks.apply(diff.asks);
    this.updateId = diff.lastUpdateId;
    this.appliedCount += 1;
    this.#isProven = true;
  }

  #load(snapshot: DepthSnapshot, levelsAsked: number): void {
    this.bids.clear();
    this.asks.clear();
    loadWorstFirst(this.bids, snapshot.bids);
    loadWorstFirst(this.asks, snapshot.asks);
    this.updateId = snapshot.updateId;
    this.isLoaded = true;
    this.snapshotBid = snapshot.bids[0] ?? 0;
    this.snapshotAsk = snapshot.asks[0] ?? 0;
    // A side shorter than what was asked for is all there is.
    const toldMin = levelsAsked - (snapshot.offGridCount ?? 0);
    const isCut = (side: Levels): boolean => side.length / 2 >= toldMin;
    this.windowBid = (isCut(snapshot.bids) ? snapshot.bids.at(-2) : undefined) ?? 0;
    this.windowAsk =
      (isCut(snapshot.asks) ? snapshot.asks.at(-2) : undefined) ?? Number.POSITIVE_INFINITY;
  }
}

/** Best levels come first in a snapshot and are last in a side: loaded backwards, nothing moves. */
function loadWorstFirst(side: BookSide, levels: Levels): void {
  for (let i = levels.length - 2; i >= 0; i -= 2) side.set(levels[i] ?? 0, levels[i + 1] ?? 0);
}
