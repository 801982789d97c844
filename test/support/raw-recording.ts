import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { formatPrice, formatQuantity } from '../../src/domain/instrument.ts';
import { lots, price } from '../../src/domain/units.ts';
import { FrameGenerator, makeInstrument } from './frames.ts';
import type { RecordedTruth } from './recorded-night.ts';

/** The recorder's clock stood this far behind the exchange, as in a real recording. */
const RECORDER_BEHIND_MS = 1_270;
const START_MS = 1_723_161_253_000;

/** Writes a made-up recording in the raw format, and tells what is in it. */
export function writeRecording(file: string, seed: string, spanMs: number): RecordedTruth {
  const instrument = makeInstrument(0);
  const market = new FrameGenerator(seed, instrument, { startMs: START_MS });
  const lines: string[] = ['#open 1 wss://stream.example/stream'];
  const add = (atMs: number, text: string): void => {
    lines.push(`${atMs - RECORDER_BEHIND_MS}000000 ${text}`);
  };
  // A recorder subscribes first and asks for the book a moment later.
  for (const { atMs, text } of market.run(300)) add(atMs, text);
  add(market.nowMs, market.snapshotBody(5_000));
  for (const { atMs, text } of market.run(spanMs)) add(atMs, text);
  writeFileSync(file, gzipSync(`${lines.join('\n')}\n`));

  const { counts, updateId, bids, asks } = market.truth();
  const told = (side: typeof bids): { price: string; quantity: string } => {
    const [at, size] = side[0] ?? [0, 0];
    return {
      price: formatPrice(instrument, price(at)),
      quantity: formatQuantity(instrument, lots(size)),
    };
  };
  return {
    trades: counts.trade,
    tops: counts.top,
    diffs: counts.depth,
    lastUpdateId: updateId,
    bid: told(bids),
    ask: told(asks),
    bidLevelsCount: bids.length,
    askLevelsCount: asks.length,
  };
}
