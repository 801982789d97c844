/** Up to here 32-bit arithmetic is enough. */
const SMALL = 0x7fffffff;

/** Writes a safe integer >= 0, seven bits a byte, the lowest first: 1 to 8 bytes. Returns the end. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  if (value > SMALL) return writeLarge(bytes, at, value);
  // Written out: most values have one to three bytes, and a loop costs as much as its stores.
  const small = value | 0;
  if (small < 0x80) {
    bytes[at] = small;
    return at + 1;
  }
  bytes[at] = small | 0x80;
  if (small < 0x4000) {
    bytes[at + 1] = small >>> 7;
    return at + 2;
  }
  bytes[at + 1] = (small >>> 7) | 0x80;
  if (small < 0x200000) {
    bytes[at + 2] = small >>> 14;
    return at + 3;
  }
  bytes[at + 2] = (small >>> 14) | 0x80;
  if (small < 0x10000000) {
    bytes[at + 3] = small >>> 21;
    return at + 4;
  }
  bytes[at + 3] = (small >>> 21) | 0x80;
  bytes[at + 4] = small >>> 28;
  return at + 5;
}

function writeLarge(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = (value % 128) | 0x80;
  return writeVarint(bytes, at + 1, Math.floor(value / 128));
}

/** Writes a difference of two safe integers: small ones of either sign are short. */
export function writeSigned(bytes: Uint8Array, at: number, value: number): number {
  // The largest that doubled is still an integer of 32 bits.
  if (value <= 0x3fffffff && value >= -0x40000000) {
    const small = value | 0;
    return writeVarint(bytes, at, (small << 1) ^ (small >> 31));
  }
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
