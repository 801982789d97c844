// Hears frames as the daemon does, and dies by an error that nobody catches while a frame is handled.
// Says the number of the frame that came before. Arguments: folder, seed, frames to live for.

import process from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { bytesOf } from '../../src/domain/event.ts';
import { Random } from '../../src/domain/random.ts';
import { capturedCodec } from '../../src/live/captured-codec.ts';
import { Capture } from '../../src/store/capture.ts';
import { createBinanceMarketCodec } from '../../src/venues/binance-market.ts';
import { NOON_MS } from '../support/trading.ts';
import { btc, eth, heardFrames, poisonFrame } from './heard-frames.ts';

const [folder = '', seed = '', lives = ''] = process.argv.slice(2);
const options = { folder, ageMsMax: 1e12, bytesMax: 1e9, header: { epoch: 1 } };
const say = (text: string): boolean => process.stderr.write(`${text}\n`);
const capture = new Capture(options, { failed: say, recovered: say });
process.on('uncaughtException', () => {
  capture.abandon(NOON_MS + 1_000_001);
  process.exit(70);
});

const random = Random.fromSeed(`crasher ${seed}`);
const codec = capturedCodec(createBinanceMarketCodec([btc, eth]), capture);
const frames = heardFrames(seed, 60_000);
for (const [n, frame] of frames.slice(0, Number(lives)).entries()) {
  capture.record(frame);
  codec.decode(bytesOf(frame));
  // Many small blocks: whenever it dies, some are in the file, some on their way, some not compressed.
  if (random.chance(0.1)) capture.tick(NOON_MS + 100_000);
  // An hour later: a new file is opened while blocks of the old one are on their way.
  if (n % 1500 === 1499) capture.tick(NOON_MS + 3_600_000 * n);
  if (random.chance(0.03)) await nextTurn();
}
const poison = poisonFrame(seed);
setImmediate(() => {
  capture.record(poison);
  codec.decode(bytesOf(poison));
  throw new Error('poisoned');
});
