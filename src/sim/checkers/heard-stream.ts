/** What was made and never heard; beyond it the oldest are given up as lost. */
const UNHEARD_MAX = 4_000;

interface Made {
  readonly data: string;
  readonly atMs: number;
}

/**
 * One market stream seen from both ends: what the venue made, and what of it the daemon heard. Only a
 * frame that the venue made, word for word, and that comes after all that was heard before, brings
 * anything new; repeats, older ones and whatever was changed on the way do not.
 */
export class HeardStream {
  /** True times; `undefined`: this life of the daemon has heard nothing of it. */
  heardAtMs: number | undefined;
  /** When the last one heard was made. */
  madeAtMs: number | undefined;
  /** The last one heard. */
  data: string | undefined;
  /** The last one that was passed over by what was heard. */
  lost: string | undefined;
  #unheard: Made[] = [];
  #first = 0;
  #newest: Made | undefined;

  onMade(data: string, atMs: number): void {
    const made = { data, atMs };
    this.#newest = made;
    this.#unheard.push(made);
    if (this.#unheard.length - this.#first <= UNHEARD_MAX) return;
    this.lost = this.#unheard[this.#first]?.data;
    this.#pass(this.#first + 1);
  }

  /** `frame`: the whole of it; its data begin at `from` and end before the last brace. True when it was new. */
  onHeard(frame: string, from: number, atMs: number): boolean {
    const at = this.#find(
      ({ data }) => frame.length === from + data.length + 1 && frame.startsWith(data, from),
    );
    if (at !== undefined) return this.#take(at, atMs);
    // Other fields may be added, or its stamp be another: what it says of prices is what counts.
    const content = contentOf(frame.slice(from, -1));
    if (content === undefined) return false;
    const same = this.#find(({ data }) => isIdOf(content, data) && contentOf(data) === content);
    return same === undefined ? false : this.#take(same, atMs);
  }

  /**
   * When the first frame was made that is newer than all that was heard, and than what was asked for at
   * `knownAtMs`; `undefined`: nothing is missing.
   */
  missingSinceMs(knownAtMs: number): number | undefined {
    const at = this.#find((made) => made.atMs > knownAtMs);
    return at === undefined ? undefined : this.#unheard[at]?.atMs;
  }

  /** The last frame made, whoever heard it. */
  get newest(): Made | undefined {
    return this.#newest;
  }

  /** Another life of the daemon: it has heard nothing yet. */
  restart(): void {
    this.heardAtMs = undefined;
    this.madeAtMs = undefined;
    this.data = undefined;
  }

  #find(fits: (made: Made) => boolean): number | undefined {
    for (let at = this.#first; at < this.#unheard.length; at++) {
      const made = this.#unheard[at];
      if (made !== undefined && fits(made)) return at;
    }
    return undefined;
  }

  #take(at: number, atMs: number): true {
    const made = this.#unheard[at];
    if (at > this.#first) this.lost = this.#unheard[at - 1]?.data;
    this.data = made?.data;
    this.madeAtMs = made?.atMs;
    this.heardAtMs = atMs;
    this.#pass(at + 1);
    return true;
  }

  #pass(first: number): void {
    this.#first = first;
    if (first < 1_024 && first < this.#unheard.length) return;
    this.#unheard = this.#unheard.slice(first);
    this.#first = 0;
  }
}

/** Ids, market, prices and sizes in one spelling; `undefined` when it is no such frame. */
function contentOf(data: string): string | undefined {
  try {
    const { u, U, s, b, B, a, A }: Readonly<Record<string, unknown>> = JSON.parse(data);
    return JSON.stringify([u, U, s, b, B, a, A]);
  } catch {
    return undefined;
  }
}

/** Saves the reading of most that are another one. `content` begins with the id. */
function isIdOf(content: string, data: string): boolean {
  return data.includes(`"u":${content.slice(1, content.indexOf(','))},`);
}
