import { InvariantBroken } from './assert.ts';

/**
 * Every collection that outlives a tick is made here, so that none grows without a limit and each
 * shows its size. `dropOldest` forgets the first inserted; `refuse` throws: the caller must have
 * checked `isFull`, because losing the entry would lose money.
 */
export type Eviction = 'dropOldest' | 'refuse';

/** What `/metrics` shows of a collection. */
export interface CollectionSize {
  readonly name: string;
  readonly limit: number;
  readonly size: number;
  readonly evictedCount: number;
}

/** What a checkpoint keeps of a collection, oldest first. It shares the items: write it down at once. */
export interface BoundedState<Item> {
  readonly evictedCount: number;
  readonly items: readonly Item[];
}

/** A `Map` that never holds more than `limit` entries. */
export class BoundedMap<K, V> implements CollectionSize {
  readonly name: string;
  readonly limit: number;
  evictedCount = 0;
  readonly #eviction: Eviction;
  readonly #entries = new Map<K, V>();
  /**
   * Stands before the oldest entry. Kept between evictions, because a fresh iterator would first walk
   * over every hole that earlier evictions left: 10 us for each at 20,000 entries.
   */
  #oldest: IterableIterator<K> = this.#entries.keys();

  constructor(name: string, limit: number, eviction: Eviction) {
    this.name = name;
    this.limit = limit;
    this.#eviction = eviction;
  }

  get size(): number {
    return this.#entries.size;
  }
  get isFull(): boolean {
    return this.#entries.size >= this.limit;
  }
  get(key: K): V | undefined {
    return this.#entries.get(key);
  }
  has(key: K): boolean {
    return this.#entries.has(key);
  }
  set(key: K, value: V): void {
    if (!this.#entries.has(key) && this.isFull) this.#makeRoom();
    this.#entries.set(key, value);
  }
  delete(key: K): boolean {
    return this.#entries.delete(key);
  }
  clear(): void {
    this.#entries.clear();
    this.#oldest = this.#entries.keys();
  }
  keys(): IterableIterator<K> {
    return this.#entries.keys();
  }
  values(): IterableIterator<V> {
    return this.#entries.values();
  }
  entries(): IterableIterator<[K, V]> {
    return this.#entries.entries();
  }

  /** For values that are plain data. */
  save(): BoundedState<readonly [K, V]> {
    return { evictedCount: this.evictedCount, items: [...this.#entries] };
  }
  /** Holds what was saved, in its order, and nothing else; throws when that is more than fits. */
  load(state: BoundedState<readonly [K, V]>): void {
    this.loadEach(state, (value) => value);
  }
  /** For values with a state of their own: `save` makes plain data of each. */
  saveEach<S>(save: (value: V, key: K) => S): BoundedState<readonly [K, S]> {
    const items = Array.from(this.#entries, ([key, value]) => [key, save(value, key)] as const);
    return { evictedCount: this.evictedCount, items };
  }
  loadEach<S>(state: BoundedState<readonly [K, S]>, load: (saved: S, key: K) => V): void {
    checkFits(this, state.items.length);
    this.clear();
    for (const [key, saved] of state.items) this.#entries.set(key, load(saved, key));
    this.evictedCount = state.evictedCount;
  }

  #makeRoom(): void {
    if (this.#eviction === 'refuse') {
      throw new InvariantBroken(`${this.name} is full: ${this.limit} entries`);
    }
    let oldest = this.#oldest.next();
    if (oldest.done) {
      this.#oldest = this.#entries.keys();
      oldest = this.#oldest.next();
    }
    if (!oldest.done) this.#entries.delete(oldest.value);
    this.evictedCount += 1;
  }
}

/** A first-in-first-out list that never holds more than `limit` items. */
export class BoundedList<T> implements CollectionSize {
  readonly name: string;
  readonly limit: number;
  evictedCount = 0;
  readonly #eviction: Eviction;
  #items: (T | undefined)[] = [];
  #head = 0;

  constructor(name: string, limit: number, eviction: Eviction) {
    this.name = name;
    this.limit = limit;
    this.#eviction = eviction;
  }

  get size(): number {
    return this.#items.length - this.#head;
  }
  get isFull(): boolean {
    return this.size >= this.limit;
  }
  push(item: T): void {
    if (this.isFull) {
      if (this.#eviction === 'refuse') {
        throw new InvariantBroken(`${this.name} is full: ${this.limit} items`);
      }
      this.shift();
      this.evictedCount += 1;
    }
    this.#items.push(item);
  }
  /** The oldest item, removed; `undefined` when empty. */
  shift(): T | undefined {
    if (this.#head >= this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head += 1;
    // The array is compacted when half of it is holes, so that a shift costs O(1) on average.
    if (this.#head > 32 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
  /** The item `index` places after the oldest; negative counts from the newest. */
  at(index: number): T | undefined {
    return index < 0 ? this.#items[this.#items.length + index] : this.#items[this.#head + index];
  }
  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
  *[Symbol.iterator](): Generator<T> {
    for (let i = this.#head; i < this.#items.length; i++) yield this.#items[i] as T;
  }

  /** For items that are plain data. */
  save(): BoundedState<T> {
    return { evictedCount: this.evictedCount, items: [...this] };
  }
  /** Holds what was saved, in its order, and nothing else; throws when that is more than fits. */
  load(state: BoundedState<T>): void {
    checkFits(this, state.items.length);
    this.#items = [...state.items];
    this.#head = 0;
    this.evictedCount = state.evictedCount;
  }
}

/** A checkpoint of other limits would lose its oldest entries on the way in. */
function checkFits(collection: CollectionSize, count: number): void {
  if (count <= collection.limit) return;
  throw new InvariantBroken(`${collection.name} takes ${collection.limit}, saved were ${count}`);
}
