/** Up to here four bytes are enough, and they are made and stored at once. */
const SHORT = 0x0fffffff;
/** Beyond the end of what it writes, a writer may leave other bytes up to here. */
export const VARINT_MARGIN_BYTES = 3;
const GROUP = 0x7f;
/** Says of each of the first three bytes that another one follows. */
const FURTHER = 0x808080;

/**
 * Writes a safe integer >= 0, seven bits a byte, the lowest first: 1 to 8 bytes. Returns the end; up to
 * three bytes behind it are overwritten. Without a branch on the length, which nobody can foretell.
 */
export function writeVarint(view: DataView, at: number, value: number): number {
  if (value > SHORT) return writeLarge(view, at, value);
  const small = value | 0;
  const bitsCount = 32 - Math.clz32(small | 1);
  // A seventh, rounded up: exact for 1 to 28 bits.
  const length = ((bitsCount + 6) * 37) >>> 8;
  const groups =
    (small & GROUP) |
    ((small << 1) & (GROUP << 8)) |
    ((small << 2) & (GROUP << 16)) |
    ((small << 3) & (GROUP << 24));
  const further = FURTHER & ((1 << (8 * (length - 1))) - 1);
  view.setInt32(at, groups | further, true);
  return at + length;
}

function writeLarge(view: DataView, at: number, value: number): number {
  view.setUint8(at, (value % 128) | 0x80);
  return writeVarint(view, at + 1, Math.floor(value / 128));
}

/** Writes a difference of two safe integers: small ones of either sign are short. */
export function writeSigned(view: DataView, at: number, value: number): number {
  // The largest that doubled is still an integer of 32 bits.
  if (value <= 0x3fffffff && value >= -0x40000000) {
    const small = value | 0;
    return writeVarint(view, at, (small << 1) ^ (small >> 31));
  }
  return writeVarint(view, at, value < 0 ? -2 * value - 1 : 2 * value);
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
