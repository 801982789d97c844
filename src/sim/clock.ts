import { invariant } from '../domain/assert.ts';

interface Due {
  readonly atMs: number;
  /** What is due at one moment runs in the order in which it was asked for. */
  readonly order: number;
  readonly run: () => void;
}

/**
 * Time of the made-up world: it moves only when it is let, from one due thing to the next. Unix ms
 * with fractions; no clock of the machine is read.
 */
export class SimClock {
  #nowMs: number;
  #asked = 0;
  /** A binary heap, the earliest first. */
  readonly #due: Due[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Runs `run` so much later. */
  after(ms: number, run: () => void): void {
    invariant(ms >= 0, `nothing can be due ${ms} ms from now`);
    const due = { atMs: this.#nowMs + ms, order: this.#asked, run };
    this.#asked += 1;
    this.#rise(due);
  }

  /** Runs `run` now and then again and again, while `isWanted`. */
  every(ms: number, run: () => void, isWanted: () => boolean = () => true): void {
    if (!isWanted()) return;
    run();
    this.after(ms, () => this.every(ms, run, isWanted));
  }

  /** Lets time pass up to `endMs`. What throws leaves the clock where it happened. */
  passUntil(endMs: number): void {
    for (let next = this.#due[0]; next !== undefined && next.atMs <= endMs; next = this.#due[0]) {
      this.#removeFirst();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  /** Time passes and nothing happens: whatever became due meanwhile comes late. */
  sleep(ms: number): void {
    this.#nowMs += ms;
  }

  #rise(due: Due): void {
    const heap = this.#due;
    let at = heap.length;
    heap.push(due);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !isBefore(due, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = due;
  }

  #removeFirst(): void {
    const heap = this.#due;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const child = this.#earlier(left, left + 1);
      const due = heap[child];
      if (due === undefined || !isBefore(due, last)) break;
      heap[at] = due;
      at = child;
    }
    heap[at] = last;
  }

  #earlier(left: number, right: number): number {
    const a = this.#due[left];
    const b = this.#due[right];
    return a !== undefined && b !== undefined && isBefore(b, a) ? right : left;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
