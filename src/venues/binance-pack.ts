import { InvariantBroken } from '../domain/assert.ts';
import type {
  DepthDiff,
  FeedMessage,
  Levels,
  StreamKind,
  TopOfBook,
  Trade,
} from '../domain/market.ts';
import type { FramePacker } from '../domain/venue.ts';
import type { BinanceByteDecoder } from './binance-bytes.ts';
import type { BinanceStream } from './binance-streams.ts';
import { writeSigned, writeVarint } from './varint.ts';

/** What the text of a stream's messages is made from, beside their values. */
export interface StreamSpelling {
  readonly name: string;
  readonly kind: StreamKind;
  readonly venueSymbol: string;
  readonly tickDecimals: number;
  readonly tickUnits: number;
  readonly lotDecimals: number;
  readonly lotUnits: number;
}

/** A larger id could not be told by a difference without losing its last digit. */
const ID_MAX = 2 ** 51;

/** Flags of a trade. */
export const BUYER_IS_MAKER = 1;
export const UNNAMED_FLAG = 2;

/** What of a best bid and ask is not as it was. Most of them move one side. */
export const BID_PRICE = 1;
export const BID_SIZE = 2;
export const ASK_PRICE = 4;
export const ASK_SIZE = 8;

/** Values of a stream's last message; the next one is told by what it differs. */
export interface LastSeen {
  id: number;
  /** Of the bid, where there is one. */
  price: number;
  eventAtMs: number;
  bidSize: number;
  askPrice: number;
  askSize: number;
}

export const nothingSeen = (): LastSeen => ({
  id: 0,
  price: 0,
  eventAtMs: 0,
  bidSize: 0,
  askPrice: 0,
  askSize: 0,
});

function spellingsOf(streams: readonly BinanceStream[]): readonly StreamSpelling[] {
  return streams.map(({ name, kind, instrument }) => ({
    name,
    kind,
    venueSymbol: instrument.venueSymbol,
    tickDecimals: instrument.tickDecimals,
    tickUnits: instrument.tickUnits,
    lotDecimals: instrument.lotDecimals,
    lotUnits: instrument.lotUnits,
  }));
}

/**
 * A frame in the venue's plain spelling is its stream and its numbers: a tenth of the bytes. First the
 * place of the stream, then its values as varints, ids, times and prices as differences.
 */
export class BinanceFramePacker implements FramePacker {
  readonly key: string;
  readonly #decoder: BinanceByteDecoder;
  readonly #last: readonly LastSeen[];

  constructor(decoder: BinanceByteDecoder, streams: readonly BinanceStream[]) {
    this.key = JSON.stringify({ spelling: 'binance-2', streams: spellingsOf(streams) });
    this.#decoder = decoder;
    this.#last = streams.map(nothingSeen);
  }

  reset(): void {
    for (const last of this.#last) {
      last.id = 0;
      last.price = 0;
      last.eventAtMs = 0;
      last.bidSize = 0;
      last.askPrice = 0;
      last.askSize = 0;
    }
  }

  packs(message: FeedMessage): boolean {
    if (this.#decoder.plainStream === -1) return false;
    switch (message.type) {
      case 'top':
        return message.updateId <= ID_MAX;
      case 'trade':
        return message.tradeId <= ID_MAX;
      case 'depth':
        return message.lastUpdateId <= ID_MAX;
      default:
        return false;
    }
  }

  pack(message: FeedMessage, view: DataView, at: number): number {
    const { plainStream, plainFlag } = this.#decoder;
    const last = this.#last[plainStream];
    if (last === undefined) throw new InvariantBroken('asked to pack a frame that is not plain');
    const end = writeVarint(view, at, plainStream);
    switch (message.type) {
      case 'top':
        return packTop(message, last, view, end);
      case 'trade':
        return packTrade(message, plainFlag, last, view, end);
      case 'depth':
        return packDepth(message, last, view, end);
      default:
        throw new InvariantBroken(`asked to pack a message of type ${message.type}`);
    }
  }
}

function packTop(top: TopOfBook, last: LastSeen, view: DataView, at: number): number {
  const { bidPrice, bidQuantity, askPrice, askQuantity } = top;
  const changedAt = writeSigned(view, at, top.updateId - last.id);
  last.id = top.updateId;
  let changed = 0;
  let end = changedAt + 1;
  if (bidPrice !== last.price) {
    changed |= BID_PRICE;
    end = writeSigned(view, end, bidPrice - last.price);
    last.price = bidPrice;
  }
  if (bidQuantity !== last.bidSize) {
    changed |= BID_SIZE;
    end = writeVarint(view, end, bidQuantity);
    last.bidSize = bidQuantity;
  }
  if (askPrice !== last.askPrice) {
    changed |= ASK_PRICE;
    end = writeSigned(view, end, askPrice - last.askPrice);
    last.askPrice = askPrice;
  }
  if (askQuantity !== last.askSize) {
    changed |= ASK_SIZE;
    end = writeVarint(view, end, askQuantity);
    last.askSize = askQuantity;
  }
  view.setUint8(changedAt, changed);
  return end;
}

function packTrade(
  trade: Trade,
  flag: boolean,
  last: LastSeen,
  view: DataView,
  at: number,
): number {
  let end = writeSigned(view, at, trade.eventAtMs - last.eventAtMs);
  end = writeSigned(view, end, trade.tradeId - last.id);
  end = writeSigned(view, end, trade.price - last.price);
  end = writeVarint(view, end, trade.quantity);
  end = writeSigned(view, end, trade.eventAtMs - trade.tradedAtMs);
  view.setUint8(end, (trade.buyerIsMaker ? BUYER_IS_MAKER : 0) | (flag ? UNNAMED_FLAG : 0));
  last.id = trade.tradeId;
  last.price = trade.price;
  last.eventAtMs = trade.eventAtMs;
  return end + 1;
}

function packDepth(diff: DepthDiff, last: LastSeen, view: DataView, at: number): number {
  let end = writeSigned(view, at, diff.eventAtMs - last.eventAtMs);
  end = writeSigned(view, end, diff.firstUpdateId - last.id);
  end = writeVarint(view, end, diff.lastUpdateId - diff.firstUpdateId);
  end = packLevels(diff.bids, last, view, end);
  end = packLevels(diff.asks, last, view, end);
  last.id = diff.lastUpdateId;
  last.eventAtMs = diff.eventAtMs;
  return end;
}

/** How many, then each price by its difference to the one before, and its size. */
function packLevels(levels: Levels, last: LastSeen, view: DataView, at: number): number {
  let end = writeVarint(view, at, levels.length / 2);
  let before = last.price;
  for (let i = 0; i + 1 < levels.length; i += 2) {
    const price = levels[i] ?? 0;
    end = writeSigned(view, end, price - before);
    end = writeVarint(view, end, levels[i + 1] ?? 0);
    before = price;
  }
  // The first level of a side is near the first of the message before, whatever lies deeper.
  if (levels.length > 0) last.price = levels[0] ?? 0;
  return end;
}
