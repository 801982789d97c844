import { BoundedList, BoundedMap } from '../../domain/bounded.ts';
import type { FrameReceived } from '../../domain/event.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { DepthDiff, Levels, TopOfBook, Trade } from '../../domain/market.ts';
import type { MarketCodec } from '../../domain/venue.ts';
import type { RecordedLevel, RecordedMessage } from '../../matching/recorded-market.ts';
import { toWire } from '../../matching/scale.ts';

const SYMBOLS_MAX = 10_000;
/** A snapshot answers at most some seconds late; the feed sends ten events a second. */
const DIFFS_KEPT = 300;
/** The matching core counts quantities in safe integers of 10^-8; a level may be the sum of several orders. */
const QUANTITY_E8_MAX = 1_000_000_000_000_000n;

type Depth = Extract<RecordedMessage, { type: 'depth' }>;

/** What has been heard of one symbol, so that nothing counts twice. */
interface Heard {
  readonly diffs: BoundedList<Depth>;
  lastTradeId: number;
  lastTopId: number;
}

/**
 * Turns what the daemon hears of the public market into what the matching core takes. It reads each
 * frame a second time, with a codec of its own: the core's results stay the core's, and a frame that
 * the codec refuses does not exist here either.
 */
export class PaperMarket {
  readonly #codec: MarketCodec;
  readonly #instruments: readonly Instrument[];
  readonly #heard = new BoundedMap<string, Heard>('paper.heard', SYMBOLS_MAX, 'refuse');

  constructor(codec: MarketCodec, instruments: readonly Instrument[]) {
    this.#codec = codec;
    this.#instruments = instruments;
  }

  /** `undefined`: nothing for the matching core, or a repetition from a second socket. */
  readFrame({ chunk, from, to }: FrameReceived): RecordedMessage | undefined {
    const message = this.#codec.decode(chunk, from, to);
    // biome-ignore format: it reads as a list
    switch (message.type) {
      case 'trade': return this.#onTrade(message);
      case 'top':   return this.#onTop(message);
      case 'depth': return this.#onDepth(message);
      default:      return undefined;
    }
  }

  /** A whole book, and after it what was heard since: the snapshot may be older than the last events. */
  readDepth(instrument: Instrument, body: string): readonly RecordedMessage[] {
    const decoded = this.#codec.decodeDepth(instrument, body);
    if (decoded.type !== 'value') return [];
    const { updateId, bids, asks } = decoded.value;
    const snapshot: RecordedMessage = {
      type: 'snapshot',
      symbol: instrument.venueSymbol,
      lastUpdateId: updateId,
      bids: levels(instrument, bids),
      asks: levels(instrument, asks),
    };
    const { diffs } = this.#heardOf(instrument);
    return [snapshot, ...[...diffs].filter(({ lastUpdateId }) => lastUpdateId > updateId)];
  }

  #onTrade(trade: Trade): RecordedMessage | undefined {
    const instrument = this.#instruments[trade.instrument];
    if (instrument === undefined) return undefined;
    const heard = this.#heardOf(instrument);
    const { tradeId, buyerIsMaker } = trade;
    if (tradeId <= heard.lastTradeId) return undefined;
    heard.lastTradeId = tradeId;
    const [price, quantity] = level(instrument, trade.price, trade.quantity);
    const symbol = instrument.venueSymbol;
    return { type: 'trade', symbol, tradeId, price, quantity, buyerIsMaker };
  }

  #onTop(top: TopOfBook): RecordedMessage | undefined {
    const instrument = this.#instruments[top.instrument];
    if (instrument === undefined) return undefined;
    const heard = this.#heardOf(instrument);
    const { updateId } = top;
    if (updateId <= heard.lastTopId) return undefined;
    heard.lastTopId = updateId;
    const bid = level(instrument, top.bidPrice, top.bidQuantity);
    const ask = level(instrument, top.askPrice, top.askQuantity);
    return { type: 'bookTicker', symbol: instrument.venueSymbol, updateId, bid, ask };
  }

  #onDepth(diff: DepthDiff): RecordedMessage | undefined {
    const instrument = this.#instruments[diff.instrument];
    if (instrument === undefined) return undefined;
    const depth: Depth = {
      type: 'depth',
      symbol: instrument.venueSymbol,
      firstUpdateId: diff.firstUpdateId,
      lastUpdateId: diff.lastUpdateId,
      bids: levels(instrument, diff.bids),
      asks: levels(instrument, diff.asks),
    };
    this.#heardOf(instrument).diffs.push(depth);
    return depth;
  }

  /** By the venue's name: questions come with the core's instruments, whose places may be others than ours. */
  #heardOf({ venueSymbol }: Instrument): Heard {
    let heard = this.#heard.get(venueSymbol);
    if (heard === undefined) {
      const diffs = new BoundedList<Depth>('paper.diffs', DIFFS_KEPT, 'dropOldest');
      heard = { diffs, lastTradeId: -1, lastTopId: -1 };
      this.#heard.set(venueSymbol, heard);
    }
    return heard;
  }
}

function levels(instrument: Instrument, pairs: Levels): readonly RecordedLevel[] {
  const texts: RecordedLevel[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    texts.push(level(instrument, pairs[i] ?? 0, pairs[i + 1] ?? 0));
  }
  return texts;
}

function level(instrument: Instrument, ticks: number, lots: number): RecordedLevel {
  const { tickUnits, tickDecimals, lotUnits, lotDecimals } = instrument;
  const quantity = inE8(lots, lotUnits, lotDecimals);
  return [
    toWire(inE8(ticks, tickUnits, tickDecimals)),
    toWire(quantity < QUANTITY_E8_MAX ? quantity : QUANTITY_E8_MAX),
  ];
}

/** Steps of a grid as units of 10^-8. */
export function inE8(steps: number, units: number, decimals: number): bigint {
  return BigInt(steps) * BigInt(units) * 10n ** BigInt(8 - decimals);
}
