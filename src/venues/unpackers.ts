import type { FrameUnpacker } from '../domain/venue.ts';
import { BinanceFrameUnpacker } from './binance-unpack.ts';

/** The unpacker for what a venue's packer wrote. Throws when no venue of ours has such a key. */
export function openUnpacker(key: string): FrameUnpacker {
  return new BinanceFrameUnpacker(key);
}
