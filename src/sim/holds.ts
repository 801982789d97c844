/**
 * What several faults may do to one thing at the same time: it stays so until the last of them has let
 * go, in whatever order they do.
 */
export class Holds<T> {
  readonly #held = new Set<{ readonly what: T }>();

  /** Returns what lets go; a second call of that changes nothing. */
  hold(what: T): () => void {
    const held = { what };
    this.#held.add(held);
    return () => void this.#held.delete(held);
  }

  get isEmpty(): boolean {
    return this.#held.size === 0;
  }

  has(what: T): boolean {
    for (const held of this.#held) if (held.what === what) return true;
    return false;
  }

  /** Oldest first. */
  get all(): readonly T[] {
    return [...this.#held].map(({ what }) => what);
  }
}
