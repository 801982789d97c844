import type { DepthDiff, TopOfBook, Trade } from '../domain/market.ts';
import { lots, type Price, price, type UnixMs, unixMs } from '../domain/units.ts';
import type { BinanceStream } from './binance-streams.ts';
import { byteAt, hashName, type Template, templateOf } from './binance-templates.ts';

const QUOTE = 0x22;
const POINT = 0x2e;
/** A byte is a digit exactly when it differs from this in nothing but a value up to 9. */
const ZERO = 0x30;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;

/** Powers of ten up to the largest that a product of safe integers may need. */
const POW10 = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
/** Digits that fit a 32-bit integer without overflow: the fast loop runs on those. */
const CHUNK_DIGITS = 9;

/**
 * Reads the hot messages straight from the bytes: no text, no JSON, no garbage but the message.
 * It knows one spelling only (the venue's: fixed key order, no blanks) and compares every byte of
 * it; any other spelling, and any value it is not sure of, is `undefined` and left to the strict
 * path. So what it accepts is always right, and what it declines costs time, not data.
 */
export class BinanceByteDecoder {
  readonly #templates: readonly Template[];
  /** Open addressing by a hash of the stream name; -1 is empty. */
  readonly #slots: Int32Array;
  #frame: Uint8Array = new Uint8Array(0);
  #pos = 0;
  /** How many digits the last `#readInteger` took. */
  #digitCount = 0;
  readonly #bids: number[] = [];
  readonly #asks: number[] = [];

  constructor(streams: readonly BinanceStream[]) {
    this.#templates = streams.map(templateOf);
    let size = 16;
    while (size < streams.length * 4) size *= 2;
    this.#slots = new Int32Array(size).fill(-1);
    this.#templates.forEach((template, index) => {
      let slot = hashName(template.head) & (size - 1);
      while (this.#slots[slot] !== -1) slot = (slot + 1) & (size - 1);
      this.#slots[slot] = index;
    });
  }

  /** `undefined`: not one of the hot messages in the venue's own spelling. Level arrays are reused. */
  decode(frame: Uint8Array): Trade | TopOfBook | DepthDiff | undefined {
    // The last byte stops every loop below, so none of them can run past the end.
    const end = frame.length;
    if (end < 40 || frame[end - 1] !== CLOSE_BRACE || frame[end - 2] !== CLOSE_BRACE) {
      return undefined;
    }
    this.#frame = frame;
    const template = this.#findTemplate(frame);
    if (template === undefined) return undefined;
    switch (template.kind) {
      case 'top':
        return this.#readTop(template);
      case 'trade':
        return this.#readTrade(template);
      case 'depth':
        return this.#readDepth(template);
    }
  }

  #findTemplate(frame: Uint8Array): Template | undefined {
    const mask = this.#slots.length - 1;
    let slot = hashName(frame) & mask;
    for (;;) {
      const template = this.#templates[this.#slots[slot] ?? -1];
      if (template === undefined) return undefined;
      this.#pos = 0;
      if (this.#take(template.head)) return template;
      slot = (slot + 1) & mask;
    }
  }

  #readTop(template: Template): TopOfBook | undefined {
    const { joints, tickDecimals, tickUnits, lotDecimals, lotUnits } = template;
    const updateId = this.#readInteger();
    if (updateId < 0 || !this.#takeJoint(joints, 0)) return undefined;
    const bidPrice = this.#readSteps(tickDecimals, tickUnits, false);
    if (bidPrice <= 0 || !this.#takeJoint(joints, 1)) return undefined;
    const bidQuantity = this.#readSteps(lotDecimals, lotUnits, true);
    if (bidQuantity <= 0 || !this.#takeJoint(joints, 2)) return undefined;
    const askPrice = this.#readSteps(tickDecimals, tickUnits, false);
    if (askPrice <= 0 || !this.#takeJoint(joints, 3)) return undefined;
    const askQuantity = this.#readSteps(lotDecimals, lotUnits, true);
    if (askQuantity <= 0 || !this.#takeJoint(joints, 4)) return undefined;
    if (this.#pos !== this.#frame.length) return undefined;
    return {
      type: 'top',
      instrument: template.stream.instrument.index,
      updateId,
      bidPrice: price(bidPrice),
      bidQuantity: lots(bidQuantity),
      askPrice: price(askPrice),
      askQuantity: lots(askQuantity),
    };
  }

  #readTrade(template: Template): Trade | undefined {
    const { joints } = template;
    const eventAtMs = this.#readMoment();
    if (eventAtMs === undefined || !this.#takeJoint(joints, 0)) return undefined;
    const tradeId = this.#readInteger();
    if (tradeId < 0 || !this.#takeJoint(joints, 1)) return undefined;
    const at = this.#readPrice(template);
    if (at === undefined || !this.#takeJoint(joints, 2)) return undefined;
    const quantity = this.#readSteps(template.lotDecimals, template.lotUnits, true);
    if (quantity <= 0 || !this.#takeJoint(joints, 3)) return undefined;
    const tradedAtMs = this.#readMoment();
    if (tradedAtMs === undefined) return undefined;
    const buyerIsMaker = this.#takeJoint(joints, 4);
    if (!buyerIsMaker && !this.#takeJoint(joints, 5)) return undefined;
    // The field M has no meaning and two spellings.
    if (!this.#takeJoint(joints, 6) && !this.#takeJoint(joints, 7)) return undefined;
    if (this.#pos !== this.#frame.length) return undefined;
    return {
      type: 'trade',
      instrument: template.stream.instrument.index,
      tradeId,
      price: at,
      quantity: lots(quantity),
      buyerIsMaker,
      eventAtMs,
      tradedAtMs,
    };
  }

  #readDepth(template: Template): DepthDiff | undefined {
    const { joints } = template;
    const eventAtMs = this.#readMoment();
    if (eventAtMs === undefined || !this.#takeJoint(joints, 0)) return undefined;
    const firstUpdateId = this.#readInteger();
    if (firstUpdateId < 0 || !this.#takeJoint(joints, 1)) return undefined;
    const lastUpdateId = this.#readInteger();
    if (lastUpdateId < firstUpdateId || !this.#takeJoint(joints, 2)) return undefined;
    if (!this.#readLevels(template, this.#bids) || !this.#takeJoint(joints, 3)) return undefined;
    if (!this.#readLevels(template, this.#asks) || !this.#takeJoint(joints, 4)) return undefined;
    if (this.#pos !== this.#frame.length) return undefined;
    return {
      type: 'depth',
      instrument: template.stream.instrument.index,
      firstUpdateId,
      lastUpdateId,
      eventAtMs,
      bids: this.#bids,
      asks: this.#asks,
    };
  }

  /** From behind the opening bracket of the list to its closing one. */
  #readLevels(template: Template, into: number[]): boolean {
    const { tickDecimals, tickUnits, lotDecimals, lotUnits } = template;
    const frame = this.#frame;
    let count = 0;
    while (frame[this.#pos] === OPEN_BRACKET) {
      if (frame[this.#pos + 1] !== QUOTE) return false;
      this.#pos += 2;
      const at = this.#readSteps(tickDecimals, tickUnits, false);
      if (at <= 0) return false;
      const pos = this.#pos;
      if (frame[pos] !== QUOTE || frame[pos + 1] !== COMMA || frame[pos + 2] !== QUOTE) {
        return false;
      }
      this.#pos = pos + 3;
      const quantity = this.#readSteps(lotDecimals, lotUnits, true);
      if (quantity < 0) return false;
      if (frame[this.#pos] !== QUOTE || frame[this.#pos + 1] !== CLOSE_BRACKET) return false;
      this.#pos += 2;
      into[count] = at;
      into[count + 1] = quantity;
      count += 2;
      if (frame[this.#pos] !== COMMA) break;
      // A comma promises another level: `[...],]` is no JSON.
      if (frame[this.#pos + 1] !== OPEN_BRACKET) return false;
      this.#pos += 1;
    }
    into.length = count;
    return true;
  }

  #readPrice(template: Template): Price | undefined {
    const steps = this.#readSteps(template.tickDecimals, template.tickUnits, false);
    return steps > 0 ? price(steps) : undefined;
  }

  /** 13 digits are milliseconds, 16 microseconds; anything else is no time. */
  #readMoment(): UnixMs | undefined {
    const value = this.#readInteger();
    if (value < 0) return undefined;
    if (this.#digitCount === 13) return unixMs(value);
    return this.#digitCount === 16 ? unixMs(value / 1000) : undefined;
  }

  /** A whole number without leading zeros; -1 when there is none or it is no safe integer. */
  #readInteger(): number {
    const frame = this.#frame;
    const start = this.#pos;
    let pos = start;
    let high = 0;
    let digit = byteAt(frame, pos) ^ ZERO;
    const chunkEnd = start + CHUNK_DIGITS;
    while (digit <= 9 && pos < chunkEnd) {
      high = (high * 10 + digit) | 0;
      pos += 1;
      digit = byteAt(frame, pos) ^ ZERO;
    }
    let value = high;
    if (pos === chunkEnd) {
      let low = 0;
      const lowEnd = start + 16;
      while (digit <= 9 && pos < lowEnd) {
        low = (low * 10 + digit) | 0;
        pos += 1;
        digit = byteAt(frame, pos) ^ ZERO;
      }
      value = high * (POW10[pos - chunkEnd] ?? 0) + low;
    }
    this.#digitCount = pos - start;
    this.#pos = pos;
    if (pos === start || (frame[start] === ZERO && pos > start + 1)) return -1;
    if (digit <= 9) return -1;
    return value <= Number.MAX_SAFE_INTEGER ? value : -1;
  }

  /**
   * Decimal digits up to a quote, as whole steps of a grid; -1 when it is no decimal or off the grid.
   * A size (`rounds`) may be finer than the grid: it is rounded down, but never to nothing.
   */
  #readSteps(decimals: number, units: number, rounds: boolean): number {
    const frame = this.#frame;
    const start = this.#pos;
    let pos = start;
    let whole = 0;
    let digit = byteAt(frame, pos) ^ ZERO;
    while (digit <= 9) {
      whole = (whole * 10 + digit) | 0;
      pos += 1;
      digit = byteAt(frame, pos) ^ ZERO;
    }
    const wholeDigits = pos - start;
    if (wholeDigits === 0 || wholeDigits > CHUNK_DIGITS || decimals > CHUNK_DIGITS) return -1;
    if (wholeDigits + decimals > 15) return -1;
    if (frame[start] === ZERO && wholeDigits > 1) return -1;
    let fraction = 0;
    if (frame[pos] === POINT) {
      pos += 1;
      const fractionAt = pos;
      const gridEnd = pos + decimals;
      digit = byteAt(frame, pos) ^ ZERO;
      while (digit <= 9 && pos < gridEnd) {
        fraction = (fraction * 10 + digit) | 0;
        pos += 1;
        digit = byteAt(frame, pos) ^ ZERO;
      }
      if (pos < gridEnd) fraction *= POW10[gridEnd - pos] ?? 0;
      // Behind the grid stand zeros, since the venue always writes eight decimals, or a finer size.
      while (frame[pos] === ZERO) pos += 1;
      if (pos === fractionAt) return -1;
      if (rounds && frame[pos] !== QUOTE)
        return this.#roundDown(pos, whole, fraction, decimals, units);
    }
    this.#pos = pos;
    if (frame[pos] !== QUOTE) return -1;
    const value = whole * (POW10[decimals] ?? 0) + fraction;
    if (units === 1) return value;
    if (value % units === 0) return value / units;
    return rounds ? Math.max(1, Math.floor(value / units)) : -1;
  }

  /** Skips the digits behind the grid, of which one at least is not zero. */
  #roundDown(
    from: number,
    whole: number,
    fraction: number,
    decimals: number,
    units: number,
  ): number {
    const frame = this.#frame;
    let pos = from;
    while ((byteAt(frame, pos) ^ ZERO) <= 9) pos += 1;
    this.#pos = pos;
    if (frame[pos] !== QUOTE) return -1;
    const value = whole * (POW10[decimals] ?? 0) + fraction;
    return Math.max(1, Math.floor(value / units));
  }

  #takeJoint(joints: readonly Uint8Array[], index: number): boolean {
    const joint = joints[index];
    return joint !== undefined && this.#take(joint);
  }

  /** Moves behind `text` when the frame has exactly it here. */
  #take(text: Uint8Array): boolean {
    const frame = this.#frame;
    const pos = this.#pos;
    const length = text.length;
    if (pos + length > frame.length) return false;
    // Four at a time: the branch costs more than the comparison.
    const fours = length & ~3;
    let i = 0;
    while (i < fours) {
      const at = pos + i;
      const difference =
        (byteAt(frame, at) ^ byteAt(text, i)) |
        (byteAt(frame, at + 1) ^ byteAt(text, i + 1)) |
        (byteAt(frame, at + 2) ^ byteAt(text, i + 2)) |
        (byteAt(frame, at + 3) ^ byteAt(text, i + 3));
      if (difference !== 0) return false;
      i += 4;
    }
    while (i < length) {
      if (frame[pos + i] !== text[i]) return false;
      i += 1;
    }
    this.#pos = pos + length;
    return true;
  }
}
