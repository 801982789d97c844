/** Somebody who sees that something lasts, and acts. Looks once a second. */
export class Person {
  readonly #afterSeconds: number;
  readonly #act: () => void;
  #seconds = 0;

  constructor(afterMs: number, act: () => void) {
    this.#afterSeconds = afterMs / 1_000;
    this.#act = act;
  }

  /** Told each second whether it is so. */
  follow(isSo: boolean): void {
    this.#seconds = isSo ? this.#seconds + 1 : 0;
    if (this.#seconds <= this.#afterSeconds) return;
    this.#seconds = 0;
    this.#act();
  }
}
