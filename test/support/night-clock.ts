interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Time that moves only when a test lets it. What is due at one moment runs in the order in which it was asked for. */
export class NightClock {
  nowMs: number;
  readonly #due: Due[] = [];
  #asked = 0;

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  /** Runs `run` so much later. */
  after(ms: number, run: () => void): void {
    const due = { atMs: this.nowMs + ms, order: this.#asked, run };
    this.#asked += 1;
    // Almost everything is due soon after it was asked for: from the end is the short way.
    let place = this.#due.length;
    while (place > 0 && (this.#due[place - 1]?.atMs ?? 0) > due.atMs) place -= 1;
    this.#due.splice(place, 0, due);
  }

  /** Runs `run` now and then again and again. */
  every(ms: number, run: () => void): void {
    run();
    this.after(ms, () => this.every(ms, run));
  }

  /** Lets time pass. What throws leaves the clock where it happened. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    for (let next = this.#due[0]; next !== undefined && next.atMs <= endMs; next = this.#due[0]) {
      this.#due.shift();
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
    }
    this.nowMs = endMs;
  }

  /** Time passes and nothing happens: the process was asleep. What became due meanwhile is late. */
  sleep(ms: number): void {
    this.nowMs += ms;
  }
}
