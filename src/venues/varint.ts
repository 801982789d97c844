/** Seven bits a byte, the lowest first: below it 32-bit arithmetic is enough. */
const SMALL = 0x7fffffff;

/** Writes a safe integer >= 0 in 1 to 8 bytes; returns the end. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let end = at;
  while (rest > SMALL) {
    bytes[end] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
    end += 1;
  }
  while (rest > 0x7f) {
    bytes[end] = rest | 0x80;
    rest >>>= 7;
    end += 1;
  }
  bytes[end] = rest;
  return end + 1;
}

/** Writes a difference of two safe integers: small ones of either sign are short. */
export function writeSigned(bytes: Uint8Array, at: number, value: number): number {
  return writeVarint(bytes, at, value < 0 ? -2 * value - 1 : 2 * value);
}

/** Reads from left to right what was written so; throws where nothing was. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  read(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.at];
      if (byte === undefined) throw new RangeError(`no number at byte ${this.at}: cut off`);
      this.at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  readSigned(): number {
    const value = this.read();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }
}
