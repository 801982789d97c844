const QUOTE = 0x22;
const POINT = 0x2e;
/** A byte is a digit exactly when it differs from this in nothing but a value up to 9. */
const ZERO = 0x30;
const FOUR_ZEROS = 0x30303030;
const SIXES = 0x06060606;
/** The upper halves of four bytes: a digit has nothing there, and still nothing with six added. */
const UPPER_HALVES = 0xf0f0f0f0 | 0;
const EVERY_OTHER = 0x00ff00ff;

/** Powers of ten up to the largest that a product of safe integers may need. */
const POW10 = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
const INVERSE_POW10 = POW10.map((power) => 1 / power);
/** Digits that fit a 32-bit integer without overflow: the fast loops run on those. */
const CHUNK_DIGITS = 9;
/** Decimals that the venue writes, whatever the grid. */
const WRITTEN_DECIMALS = 8;
/** A look ahead may go so far behind the frame: there it finds anything, but memory. */
const MARGIN_BYTES = 16;
/** Grows with the first larger frame; the largest measured has 60 kB. */
const SPARE_BYTES_START = 64 * 1024;

/** Text that stands in every message of a stream, as bytes and as four bytes at a time. */
export interface FixedText {
  readonly bytes: Uint8Array;
  /** Little-endian; the last word reaches back into those before it. Empty below four bytes. */
  readonly words: Int32Array;
  readonly length: number;
}

export function fixedText(text: string): FixedText {
  const bytes = new Uint8Array(Buffer.from(text, 'utf8'));
  const { length } = bytes;
  const view = new DataView(bytes.buffer);
  const words = new Int32Array(length < 4 ? 0 : Math.ceil(length / 4));
  for (let i = 0; i < words.length; i++) {
    words[i] = view.getInt32(Math.min(4 * i, length - 4), true);
  }
  return { bytes, words, length };
}

/**
 * Reads a message from its bytes, left to right and where they lie, four or eight at a time. A look
 * ahead may fall on what stands behind the frame. That is never taken for a part of it as long as the
 * frame's last byte is neither a digit nor a quote: whoever loads a frame sees to that.
 */
export class ByteCursor {
  pos = 0;
  end = 0;
  /** How many digits the last `readInteger` took. */
  digitCount = 0;
  /** Every decimal since `load` was written with the venue's eight decimals and lies on its grid. */
  isPlain = true;
  #chunk: Uint8Array | undefined;
  /** The chunk, or a copy of the frame: plain arrays all of them, or every look would ask of which kind. */
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#bytes.buffer);
  #spare = new Uint8Array(SPARE_BYTES_START);
  #spareView = new DataView(this.#spare.buffer);

  load(chunk: Uint8Array, from: number, to: number): void {
    this.isPlain = true;
    if (to + MARGIN_BYTES > chunk.length) {
      this.#copy(chunk, from, to);
      return;
    }
    if (chunk !== this.#chunk) {
      const { buffer, byteOffset, length } = chunk;
      this.#chunk = chunk;
      this.#bytes = new Uint8Array(buffer, byteOffset, length);
      this.#view = new DataView(buffer, byteOffset, length);
    }
    this.pos = from;
    this.end = to;
  }

  /** Too near to the end of its chunk to look ahead: when the market is quiet, that is nearly every frame. */
  #copy(chunk: Uint8Array, from: number, to: number): void {
    const end = to - from;
    if (end + MARGIN_BYTES > this.#spare.length) {
      this.#spare = new Uint8Array(2 * (end + MARGIN_BYTES));
      this.#spareView = new DataView(this.#spare.buffer);
    }
    this.#spare.set(chunk.subarray(from, to));
    this.#chunk = undefined;
    this.#bytes = this.#spare;
    this.#view = this.#spareView;
    this.pos = 0;
    this.end = end;
  }

  /** The byte so far ahead of the position. */
  peek(ahead: number): number {
    return this.#bytes[this.pos + ahead] ?? 0;
  }
  /** Four bytes from the position on, the first in the lowest place. */
  peekWord(): number {
    return this.#view.getInt32(this.pos, true);
  }

  /** Moves behind `text` when the message has exactly it here. */
  take(text: FixedText): boolean {
    const { pos } = this;
    const { length, words } = text;
    if (pos + length > this.end) return false;
    const view = this.#view;
    const last = words.length - 1;
    for (let i = 0; i < last; i++) {
      if (view.getInt32(pos + 4 * i, true) !== words[i]) return false;
    }
    if (last >= 0) {
      if (view.getInt32(pos + length - 4, true) !== words[last]) return false;
    } else {
      for (let i = 0; i < length; i++) if (this.#bytes[pos + i] !== text.bytes[i]) return false;
    }
    this.pos = pos + length;
    return true;
  }

  /** A whole number without leading zeros; -1 when there is none or it is no safe integer. */
  readInteger(): number {
    const bytes = this.#bytes;
    const start = this.pos;
    let pos = start;
    const eight = this.#eightDigits(start);
    let value = 0;
    if (eight >= 0) {
      pos += 8;
      value = eight;
    }
    // At most eight more, or seven and a half less: ids and times have 10 to 16 digits in all.
    const restAt = pos;
    const restEnd = pos + 8;
    let rest = 0;
    let digit = (bytes[pos] ?? 0) ^ ZERO;
    while (digit <= 9 && pos < restEnd) {
      rest = (rest * 10 + digit) | 0;
      pos += 1;
      digit = (bytes[pos] ?? 0) ^ ZERO;
    }
    value = value * (POW10[pos - restAt] ?? 0) + rest;
    this.digitCount = pos - start;
    this.pos = pos;
    if (pos === start || (bytes[start] === ZERO && pos > start + 1)) return -1;
    if (digit <= 9) return -1;
    return value <= Number.MAX_SAFE_INTEGER ? value : -1;
  }

  /**
   * Decimal digits up to a quote, as whole steps of a grid; -1 when it is no decimal or off the grid.
   * A size (`rounds`) may be finer than the grid: it is rounded down, but never to nothing.
   */
  readSteps(decimals: number, units: number, rounds: boolean): number {
    const bytes = this.#bytes;
    const start = this.pos;
    let pos = start;
    let whole = 0;
    let digit = (bytes[pos] ?? 0) ^ ZERO;
    while (digit <= 9) {
      whole = (whole * 10 + digit) | 0;
      pos += 1;
      digit = (bytes[pos] ?? 0) ^ ZERO;
    }
    const wholeDigits = pos - start;
    if (wholeDigits === 0 || wholeDigits > CHUNK_DIGITS || decimals > CHUNK_DIGITS) return -1;
    if (wholeDigits + decimals > 15) return -1;
    if (bytes[start] === ZERO && wholeDigits > 1) return -1;
    if (bytes[pos] !== POINT) {
      this.isPlain = false;
      this.pos = pos;
      return bytes[pos] === QUOTE ? this.#toSteps(whole, 0, decimals, units, rounds) : -1;
    }
    const eight = bytes[pos + 1 + WRITTEN_DECIMALS] === QUOTE ? this.#eightDigits(pos + 1) : -1;
    if (eight < 0 || decimals > WRITTEN_DECIMALS) {
      return this.#readFraction(pos + 1, whole, decimals, units, rounds);
    }
    this.pos = pos + 1 + WRITTEN_DECIMALS;
    const finer = POW10[WRITTEN_DECIMALS - decimals] ?? 1;
    // Exact, though multiplied: the half keeps the product further from any whole number than it can err.
    const fraction = Math.floor((eight + 0.5) * (INVERSE_POW10[WRITTEN_DECIMALS - decimals] ?? 1));
    if (fraction * finer === eight) return this.#toSteps(whole, fraction, decimals, units, rounds);
    this.isPlain = false;
    return rounds ? roundDown(whole, fraction, decimals, units) : -1;
  }

  /** Decimals in any other number than the venue's eight. */
  #readFraction(
    from: number,
    whole: number,
    decimals: number,
    units: number,
    rounds: boolean,
  ): number {
    const bytes = this.#bytes;
    this.isPlain = false;
    let pos = from;
    const gridEnd = from + decimals;
    let fraction = 0;
    let digit = (bytes[pos] ?? 0) ^ ZERO;
    while (digit <= 9 && pos < gridEnd) {
      fraction = (fraction * 10 + digit) | 0;
      pos += 1;
      digit = (bytes[pos] ?? 0) ^ ZERO;
    }
    if (pos < gridEnd) fraction *= POW10[gridEnd - pos] ?? 0;
    while (bytes[pos] === ZERO) pos += 1;
    if (pos === from) return -1;
    const isFiner = rounds && bytes[pos] !== QUOTE;
    if (isFiner) while (((bytes[pos] ?? 0) ^ ZERO) <= 9) pos += 1;
    this.pos = pos;
    if (bytes[pos] !== QUOTE) return -1;
    if (isFiner) return roundDown(whole, fraction, decimals, units);
    return this.#toSteps(whole, fraction, decimals, units, rounds);
  }

  #toSteps(
    whole: number,
    fraction: number,
    decimals: number,
    units: number,
    rounds: boolean,
  ): number {
    const value = whole * (POW10[decimals] ?? 0) + fraction;
    if (units === 1) return value;
    if (value % units === 0) return value / units;
    this.isPlain = false;
    return rounds ? Math.max(1, Math.floor(value / units)) : -1;
  }

  /** The number that eight digits make; -1 when one of them is none. */
  #eightDigits(at: number): number {
    const view = this.#view;
    const high = view.getInt32(at, true) ^ FOUR_ZEROS;
    const low = view.getInt32(at + 4, true) ^ FOUR_ZEROS;
    const upper = (high + SIXES) | high | (low + SIXES) | low;
    if ((upper & UPPER_HALVES) !== 0) return -1;
    // Neighbours first, then neighbouring pairs: the first digit is in the lowest byte.
    const highPairs = (Math.imul(high, 10) + (high >>> 8)) & EVERY_OTHER;
    const lowPairs = (Math.imul(low, 10) + (low >>> 8)) & EVERY_OTHER;
    const highFour = (highPairs & 0xff) * 100 + (highPairs >>> 16);
    return highFour * 10_000 + (lowPairs & 0xff) * 100 + (lowPairs >>> 16);
  }
}

/** Something stands behind the grid: it is cut off, but a size is never cut to nothing. */
function roundDown(whole: number, fraction: number, decimals: number, units: number): number {
  return Math.max(1, Math.floor((whole * (POW10[decimals] ?? 0) + fraction) / units));
}
