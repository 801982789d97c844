/**
 * How long nothing has been wrong, as somebody who watches the night counts it. Whoever owns one hands
 * it the beginnings and ends of faults that it hears.
 */
export class QuietSpell {
  #activeCount = 0;
  #sinceMs: number;

  /** Quiet from here on, true time. */
  constructor(startMs: number) {
    this.#sinceMs = startMs;
  }

  faultBegan(): void {
    this.#activeCount += 1;
  }

  faultEnded(atMs: number): void {
    this.#activeCount -= 1;
    this.#sinceMs = Math.max(this.#sinceMs, atMs);
  }

  /** Something else than a fault has disturbed the night: what lasts begins to last now. */
  disturbed(atMs: number): void {
    this.#sinceMs = Math.max(this.#sinceMs, atMs);
  }

  /** `undefined`: something is wrong now. */
  get sinceMs(): number | undefined {
    return this.#activeCount > 0 ? undefined : this.#sinceMs;
  }

  /** 0 while something is wrong. */
  lastsMs(atMs: number): number {
    return this.#activeCount > 0 ? 0 : atMs - this.#sinceMs;
  }
}
