import type { DepthDiff, TopOfBook, Trade } from '../domain/market.ts';
import { lots, type Price, price, type UnixMs, unixMs } from '../domain/units.ts';
import type { BinanceStream } from './binance-streams.ts';
import { hashName, type Template, templateOf } from './binance-templates.ts';
import { ByteCursor, type FixedText } from './byte-cursor.ts';

const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const QUOTE = 0x22;
/** `","` between price and size of a level, in the lower three bytes of a word. */
const BETWEEN = 0x222c22;
const THREE_BYTES = 0xffffff;
/** `"],[` behind a level that another one follows; `"]` behind the last. */
const NEXT_LEVEL = 0x5b2c5d22;
const LAST_LEVEL = 0x5d22;
const TWO_BYTES = 0xffff;

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
  readonly #cursor = new ByteCursor();
  readonly #bids: number[] = [];
  readonly #asks: number[] = [];
  /** Place in the list of streams of the last frame, when its text can be made from its values; else -1. */
  plainStream = -1;
  /** The field `M` of the last trade. */
  plainFlag = false;

  constructor(streams: readonly BinanceStream[]) {
    this.#templates = streams.map(templateOf);
    let size = 16;
    while (size < streams.length * 4) size *= 2;
    this.#slots = new Int32Array(size).fill(-1);
    this.#templates.forEach((template, index) => {
      let slot = hashName(template.head.bytes) & (size - 1);
      while (this.#slots[slot] !== -1) slot = (slot + 1) & (size - 1);
      this.#slots[slot] = index;
    });
  }

  /** `undefined`: not one of the hot messages in the venue's own spelling. Level arrays are reused. */
  decode(
    chunk: Uint8Array,
    from = 0,
    to = chunk.length,
  ): Trade | TopOfBook | DepthDiff | undefined {
    this.plainStream = -1;
    // The last byte stops every loop below, so none of them can run past the end.
    if (to - from < 40 || chunk[to - 1] !== CLOSE_BRACE || chunk[to - 2] !== CLOSE_BRACE) {
      return undefined;
    }
    this.#cursor.load(chunk, from, to);
    const template = this.#findTemplate(hashName(chunk, from));
    if (template === undefined) return undefined;
    const message = this.#read(template);
    if (message !== undefined && this.#cursor.isPlain) this.plainStream = template.index;
    return message;
  }

  #read(template: Template): Trade | TopOfBook | DepthDiff | undefined {
    switch (template.kind) {
      case 'top':
        return this.#readTop(template);
      case 'trade':
        return this.#readTrade(template);
      case 'depth':
        return this.#readDepth(template);
    }
  }

  #findTemplate(hash: number): Template | undefined {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const template = this.#templates[this.#slots[slot] ?? -1];
      if (template === undefined) return undefined;
      if (this.#cursor.take(template.head)) return template;
      slot = (slot + 1) & mask;
    }
  }

  #readTop(template: Template): TopOfBook | undefined {
    const { joints, tickDecimals, tickUnits, lotDecimals, lotUnits } = template;
    const updateId = this.#cursor.readInteger();
    if (updateId < 0 || !this.#takeJoint(joints, 0)) return undefined;
    const bidPrice = this.#cursor.readSteps(tickDecimals, tickUnits, false);
    if (bidPrice <= 0 || !this.#takeJoint(joints, 1)) return undefined;
    const bidQuantity = this.#cursor.readSteps(lotDecimals, lotUnits, true);
    if (bidQuantity <= 0 || !this.#takeJoint(joints, 2)) return undefined;
    const askPrice = this.#cursor.readSteps(tickDecimals, tickUnits, false);
    if (askPrice <= 0 || !this.#takeJoint(joints, 3)) return undefined;
    const askQuantity = this.#cursor.readSteps(lotDecimals, lotUnits, true);
    if (askQuantity <= 0 || !this.#takeJoint(joints, 4)) return undefined;
    if (!this.#isAtEnd()) return undefined;
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
    const tradeId = this.#cursor.readInteger();
    if (tradeId < 0 || !this.#takeJoint(joints, 1)) return undefined;
    const at = this.#readPrice(template);
    if (at === undefined || !this.#takeJoint(joints, 2)) return undefined;
    const quantity = this.#cursor.readSteps(template.lotDecimals, template.lotUnits, true);
    if (quantity <= 0 || !this.#takeJoint(joints, 3)) return undefined;
    const tradedAtMs = this.#readMoment();
    if (tradedAtMs === undefined) return undefined;
    const buyerIsMaker = this.#takeJoint(joints, 4);
    if (!buyerIsMaker && !this.#takeJoint(joints, 5)) return undefined;
    // The field M has no meaning and two spellings.
    this.plainFlag = this.#takeJoint(joints, 6);
    if (!this.plainFlag && !this.#takeJoint(joints, 7)) return undefined;
    if (!this.#isAtEnd()) return undefined;
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
    const firstUpdateId = this.#cursor.readInteger();
    if (firstUpdateId < 0 || !this.#takeJoint(joints, 1)) return undefined;
    const lastUpdateId = this.#cursor.readInteger();
    if (lastUpdateId < firstUpdateId || !this.#takeJoint(joints, 2)) return undefined;
    if (!this.#readLevels(template, this.#bids) || !this.#takeJoint(joints, 3)) return undefined;
    if (!this.#readLevels(template, this.#asks) || !this.#takeJoint(joints, 4)) return undefined;
    if (!this.#isAtEnd()) return undefined;
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
    const cursor = this.#cursor;
    let count = 0;
    if (cursor.peek(0) === OPEN_BRACKET) {
      cursor.pos += 1;
      for (;;) {
        if (cursor.peek(0) !== QUOTE) return false;
        cursor.pos += 1;
        const at = cursor.readSteps(tickDecimals, tickUnits, false);
        if (at <= 0 || (cursor.peekWord() & THREE_BYTES) !== BETWEEN) return false;
        cursor.pos += 3;
        const quantity = cursor.readSteps(lotDecimals, lotUnits, true);
        if (quantity < 0) return false;
        into[count] = at;
        into[count + 1] = quantity;
        count += 2;
        const behind = cursor.peekWord();
        if (behind !== NEXT_LEVEL) {
          if ((behind & TWO_BYTES) !== LAST_LEVEL) return false;
          cursor.pos += 2;
          break;
        }
        cursor.pos += 4;
      }
    }
    into.length = count;
    return true;
  }

  #isAtEnd(): boolean {
    return this.#cursor.pos === this.#cursor.end;
  }

  #readPrice(template: Template): Price | undefined {
    const steps = this.#cursor.readSteps(template.tickDecimals, template.tickUnits, false);
    return steps > 0 ? price(steps) : undefined;
  }

  /** 13 digits are milliseconds, 16 microseconds; anything else is no time. */
  #readMoment(): UnixMs | undefined {
    const value = this.#cursor.readInteger();
    if (value < 0) return undefined;
    if (this.#cursor.digitCount === 13) return unixMs(value);
    this.#cursor.isPlain = false;
    return this.#cursor.digitCount === 16 ? unixMs(value / 1000) : undefined;
  }

  #takeJoint(joints: readonly FixedText[], index: number): boolean {
    const joint = joints[index];
    return joint !== undefined && this.#cursor.take(joint);
  }
}
