import type { Instrument } from '../domain/instrument.ts';
import type { DepthSnapshot, FeedMessage } from '../domain/market.ts';
import type { Answered, MarketCodec } from '../domain/venue.ts';
import { BinanceByteDecoder } from './binance-bytes.ts';
import { BinanceFramePacker } from './binance-pack.ts';
import { StreamTable, streamsOf } from './binance-streams.ts';
import { decodeSnapshotStrictly, decodeStrictly, invalid } from './binance-strict.ts';

/** No message of ours is near it: the largest measured depth event has 60 kB. */
const FRAME_BYTES_MAX = 1_000_000;

/** Binance spot market data: combined streams `trade`, `bookTicker`, `depth@100ms`. */
export function createBinanceMarketCodec(instruments: readonly Instrument[]): MarketCodec {
  const table = new StreamTable(instruments);
  const bytes = new BinanceByteDecoder(table.streams);
  return {
    venue: instruments[0]?.venue ?? 'binance',
    packer: new BinanceFramePacker(bytes, table.streams),
    socketPath: '/stream',
    streamsOf: (instrument) => streamsOf(instrument).map((stream) => stream.name),
    subscribeFrame: (streams, id) => request('SUBSCRIBE', id, streams),
    unsubscribeFrame: (streams, id) => request('UNSUBSCRIBE', id, streams),
    listFrame: (id) => request('LIST_SUBSCRIPTIONS', id),
    decode(chunk: Uint8Array, from = 0, to = chunk.length): FeedMessage {
      const length = to - from;
      if (length <= FRAME_BYTES_MAX) {
        return bytes.decode(chunk, from, to) ?? decodeStrictly(chunk.subarray(from, to), table);
      }
      const detail = `${length} bytes, at most ${FRAME_BYTES_MAX}`;
      return invalid('oversized', detail, table.findStreamOf(chunk.subarray(from, to)));
    },
    decodeDepth,
  };
}

function decodeDepth(instrument: Instrument, body: string): Answered<DepthSnapshot> {
  const read = decodeSnapshotStrictly(body, instrument);
  if ('problem' in read) return { type: 'failed', text: read.problem };
  return { type: 'value', value: { instrument: instrument.index, ...read } };
}

function request(method: string, id: number, params?: readonly string[]): string {
  return JSON.stringify(params === undefined ? { method, id } : { method, params, id });
}
