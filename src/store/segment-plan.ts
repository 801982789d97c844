const SEGMENT_BYTES_MAX = 32 * 1024 * 1024;
/** After a gap the next segment comes sooner: nothing can be decided again before its checkpoint. */
const SEGMENT_AFTER_GAP_MS = 60_000;

/** When the next segment begins. It does so between two events, so that its checkpoint is one of a desk at rest. */
export class SegmentPlan {
  readonly #ageMsMax: number;
  #openedAtMs = 0;
  #isOpen = false;
  #isDue = true;
  #hasGap = false;

  constructor(ageMsMax: number) {
    this.#ageMsMax = ageMsMax;
  }

  /** Some segment was begun. */
  get isOpen(): boolean {
    return this.#isOpen;
  }
  /** A segment begins before the next event. */
  get isDue(): boolean {
    return this.#isDue;
  }

  opened(atMs: number): void {
    this.#openedAtMs = atMs;
    this.#isOpen = true;
    this.#isDue = false;
    this.#hasGap = false;
  }

  /** Records are missing from here on, or were until here. */
  gapped(): void {
    this.#hasGap = true;
  }

  /** Asked with each block that is sent. */
  look(atMs: number, segmentBytes: number): void {
    const ageMs = atMs - this.#openedAtMs;
    const isOld = ageMs >= this.#ageMsMax || (this.#hasGap && ageMs >= SEGMENT_AFTER_GAP_MS);
    if (isOld || segmentBytes >= SEGMENT_BYTES_MAX) this.#isDue = true;
  }
}
