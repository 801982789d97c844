/** What a secret shows of itself wherever it is printed, logged, compared or serialised. */
export const SECRET_MASK = '[secret]';

/** A text that cannot be printed by accident: only `reveal` gives it away, and only the signer calls that. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The text itself. Never pass it to a log, an error, a URL or a record. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SECRET_MASK;
  }

  toJSON(): string {
    return SECRET_MASK;
  }

  /** What `console.log` and `util.inspect` of Node show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SECRET_MASK;
  }
}
