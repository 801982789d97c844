import type { UnixMs } from '../domain/units.ts';

/** `null`: the other stream is not behind. */
export interface TopsComparedState {
  readonly differentInARow: number;
  readonly otherBehindSinceMs: UnixMs | null;
}

/** How the top of a book and the best bid and ask stream of the same symbol have agreed lately. */
export class TopsCompared {
  readonly #divergedCount: number;
  #differentInARow = 0;
  #otherBehindSinceMs: UnixMs | undefined;

  /** So many differences in a row are no coincidence. */
  constructor(divergedCount: number) {
    this.#divergedCount = divergedCount;
  }

  get differentInARow(): number {
    return this.#differentInARow;
  }

  get haveDiverged(): boolean {
    return this.#differentInARow >= this.#divergedCount;
  }

  /** The book has a newer top which the other stream has not told. */
  get isOtherBehind(): boolean {
    return this.#otherBehindSinceMs !== undefined;
  }

  /** A stream that is behind differs at each change of the book: that is told ever more rarely. */
  get isWorthTelling(): boolean {
    return !this.isOtherBehind || isPowerOfTwo(this.#differentInARow / this.#divergedCount);
  }

  /** 0: it is not. */
  otherBehindMs(atMs: UnixMs): number {
    return this.#otherBehindSinceMs === undefined ? 0 : atMs - this.#otherBehindSinceMs;
  }

  /** The other stream has said something. */
  onTop(): void {
    this.#otherBehindSinceMs = undefined;
  }

  /** At an id that both know; `undefined`: they know none. */
  onCompared(agrees: boolean | undefined): void {
    if (agrees === true) this.#differentInARow = 0;
    if (agrees === false) this.#differentInARow += 1;
  }

  /** Whether the book is newer than the last word of the other stream, and has another top. */
  onNewest(differs: boolean, atMs: UnixMs): void {
    this.#otherBehindSinceMs = differs ? (this.#otherBehindSinceMs ?? atMs) : undefined;
  }

  forget(): void {
    this.#differentInARow = 0;
    this.#otherBehindSinceMs = undefined;
  }

  save(): TopsComparedState {
    return {
      differentInARow: this.#differentInARow,
      otherBehindSinceMs: this.#otherBehindSinceMs ?? null,
    };
  }
  load(state: TopsComparedState): void {
    this.#differentInARow = state.differentInARow;
    this.#otherBehindSinceMs = state.otherBehindSinceMs ?? undefined;
  }
}

function isPowerOfTwo(number: number): boolean {
  let rest = number;
  while (rest >= 2 && rest % 2 === 0) rest /= 2;
  return rest === 1;
}
