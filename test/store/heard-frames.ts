import { type FrameReceived, frameReceived } from '../../src/domain/event.ts';
import { connectionId } from '../../src/domain/ids.ts';
import { Random } from '../../src/domain/random.ts';
import { unixMs } from '../../src/domain/units.ts';
import { FrameGenerator, makeInstrument } from '../support/frames.ts';
import { NOON_MS } from '../support/trading.ts';

export const btc = makeInstrument(0);
export const eth = makeInstrument(1, 'ETH/USDT', { tickDecimals: 2, lotDecimals: 4 });

/** Frames of two symbols over two connections; some at the same moment, as they come from one read. */
export function heardFrames(seed: string, ms: number): readonly FrameReceived[] {
  const random = Random.fromSeed(`moments ${seed}`);
  let atMs: number = NOON_MS;
  return [btc, eth].flatMap((instrument, n) =>
    new FrameGenerator(`${seed} ${n}`, instrument, { startMs: NOON_MS }).run(ms).map(({ text }) => {
      if (random.chance(0.3)) atMs += 0.123_456;
      const connection = connectionId(random.chance(0.1) ? 'c2' : 'c1');
      const bytes = Buffer.from(text);
      return frameReceived(connection, unixMs(atMs), bytes);
    }),
  );
}

/** What a frame may be that nobody has thought of. */
export function poisonFrame(seed: string): FrameReceived {
  const random = Random.fromSeed(`poison ${seed}`);
  const bytes = Buffer.from(
    Array.from({ length: random.below(3000) + 1 }, () => random.below(256)),
  );
  const connection = connectionId(random.chance(0.5) ? 'c1' : 'never heard before');
  return frameReceived(connection, unixMs(NOON_MS + 1_000_000), bytes);
}
