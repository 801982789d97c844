import type { MarketCodec } from '../domain/venue.ts';
import type { Capture } from '../store/capture.ts';
import { wallClockMs } from './wall-clock.ts';

/**
 * The same codec, which tells the capture what it has understood: a frame that its values tell wholly
 * is kept by its values. The core knows nothing of it.
 */
export function capturedCodec(codec: MarketCodec, capture: Capture | undefined): MarketCodec {
  const { packer } = codec;
  if (capture === undefined || packer === undefined) return codec;
  capture.addPacker(packer, wallClockMs());
  return {
    ...codec,
    decode(chunk, from, to) {
      const message = codec.decode(chunk, from, to);
      capture.pack(packer, message);
      return message;
    },
  };
}
