import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { MarketCodec } from '../../src/domain/venue.ts';
import { createBinanceMarketCodec } from '../../src/venues/binance-market.ts';
import { BinanceFrameUnpacker } from '../../src/venues/binance-unpack.ts';
import {
  VARINT_MARGIN_BYTES,
  VarintReader,
  writeSigned,
  writeVarint,
} from '../../src/venues/varint.ts';
import { readRecording, skipWithoutFixtures } from '../support/fixtures.ts';
import { FrameGenerator, makeInstrument } from '../support/frames.ts';

const btc = makeInstrument(0);
const shib = makeInstrument(1, 'SHIB/USDT', { tickDecimals: 8, lotDecimals: 0 });
const odd = {
  ...makeInstrument(2, '币安/USDT', { tickDecimals: 3, lotDecimals: 1 }),
  tickUnits: 5,
};

/** Packs what the codec takes; the frames that come out of it again, and the bytes in between. */
function throughPacker(codec: MarketCodec, frames: readonly string[]) {
  const { packer } = codec;
  if (packer === undefined) throw new Error('this codec packs nothing');
  const unpacker = new BinanceFrameUnpacker(packer.key);
  const room = new Uint8Array(1_000_000);
  const view = new DataView(room.buffer);
  const refused: string[] = [];
  let packedCount = 0;
  let packedBytes = 0;
  for (const frame of frames) {
    const message = codec.decode(Buffer.from(frame));
    if (!packer.packs(message)) {
      refused.push(frame);
      continue;
    }
    const end = packer.pack(message, view, 0);
    // More room than the frame itself is never needed: it is written over it.
    expect(end).toBeLessThan(frame.length);
    const unpacked = unpacker.unpack(room.subarray(0, end), 0);
    expect(Buffer.from(unpacked.frame).toString()).toBe(frame);
    expect(unpacked.end).toBe(end);
    packedCount += 1;
    packedBytes += end;
  }
  return { packedCount, packedBytes, refused };
}

function generate(seed: string, instrument: Instrument, ms: number): readonly string[] {
  const options = { startMs: 1_700_000_000_000, mid: 6_183_700, changesMax: 9, tradeShare: 0.1 };
  const generator = new FrameGenerator(seed, instrument, options);
  return generator.run(ms).map(({ text }) => text);
}

test('a generated hour of three grids comes back byte for byte, in a fifth of the bytes', () => {
  for (const instrument of [btc, shib]) {
    const frames = generate('pack', instrument, 60_000);
    const bytes = frames.reduce((sum, { length }) => sum + length, 0);
    const { packedCount, packedBytes, refused } = throughPacker(
      createBinanceMarketCodec([btc, shib]),
      frames,
    );
    expect(refused).toEqual([]);
    expect(packedCount).toBe(frames.length);
    expect(packedBytes).toBeLessThan(bytes / 5);
  }
});

test('a symbol with letters of another script and a tick of five steps comes back too', () => {
  const codec = createBinanceMarketCodec([btc, shib, odd]);
  const data = (bid: string): string =>
    `{"stream":"币安usdt@bookTicker","data":{"u":7,"s":"币安USDT","b":"${bid}","B":"3.10000000","a":"9.99500000","A":"0.10000000"}}`;
  expect(throughPacker(codec, [data('1.00500000'), data('0.01000000')]).refused).toEqual([]);
});

test('recorded traffic comes back byte for byte', (context) => {
  skipWithoutFixtures(context);
  const frames = readRecording('binance/spot-btcusdt-20240808.raw.gz').flatMap(({ kind, bytes }) =>
    kind === 'frame' ? [bytes.toString().trim()] : [],
  );
  const { packedCount, refused } = throughPacker(createBinanceMarketCodec([btc]), frames);
  expect(frames.length).toBeGreaterThan(40_000);
  // Three carry a size of six decimals, from before the grid had five.
  expect(refused).toHaveLength(3);
  for (const frame of refused) expect(frame).toMatch(/\.\d{5}[1-9]00"/);
  expect(packedCount).toBe(frames.length - refused.length);
});

test('what the values do not tell is not packed: other decimals, sizes off the grid, microseconds', () => {
  const top = (bid: string, size: string, id = '5'): string =>
    `{"stream":"btcusdt@bookTicker","data":{"u":${id},"s":"BTCUSDT","b":"${bid}","B":"${size}","a":"61837.64000000","A":"1.54698000"}}`;
  const trade = (event: string): string =>
    `{"stream":"btcusdt@trade","data":{"e":"trade","E":${event},"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}`;
  const odd = [
    top('61837.63', '3.78826000'),
    top('61837.63000000', '3.78826001'),
    top('61837', '3.78826000'),
    top('61837.63000000', '3.78826000', '9007199254740991'),
    top('61837.63000000', '3.78826000').replace('{"u"', '{ "u"'),
    trade('1723161255343001'),
    '{"result":null,"id":1}',
    'no frame at all',
  ];
  const plain = [top('61837.63000000', '3.78826000'), trade('1723161255343')];
  // Between two plain frames, an odd one changes nothing for the next.
  const mixed = odd.flatMap((frame) => [...plain, frame]);
  expect(throughPacker(createBinanceMarketCodec([btc]), [...mixed, ...plain]).refused).toEqual(odd);
});

test('after a reset nothing of before is needed', () => {
  const codec = createBinanceMarketCodec([btc]);
  const frames = generate('reset', btc, 2_000);
  throughPacker(codec, frames);
  codec.packer?.reset();
  expect(throughPacker(codec, frames).refused).toEqual([]);
});

test('numbers of any size come back, and a number that was cut off is an error', () => {
  const room = new Uint8Array(16);
  const view = new DataView(room.buffer);
  // Each length begins and ends at a power of two.
  const edge = fc
    .tuple(fc.integer({ min: 0, max: 53 }), fc.integer({ min: -1, max: 0 }))
    .map(([power, below]) => Math.min(2 ** power + below, Number.MAX_SAFE_INTEGER));
  const value = fc.oneof(fc.nat(300), fc.maxSafeNat(), edge);
  fc.assert(
    fc.property(value, (number) => {
      room.fill(0xff);
      const end = writeVarint(view, 0, number);
      expect(end).toBe(Math.ceil(number.toString(2).length / 7));
      expect(room.subarray(end + VARINT_MARGIN_BYTES).every((byte) => byte === 0xff)).toBe(true);
      expect(new VarintReader(room.subarray(0, end), 0).read()).toBe(number);
      expect(() => new VarintReader(room.subarray(0, end - 1), 0).read()).toThrow('cut off');
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), (number) => {
      const end = writeSigned(view, 0, number);
      expect(new VarintReader(room.subarray(0, end), 0).readSigned()).toBe(number);
    }),
  );
});

test('a foreign key is refused by name', () => {
  expect(() => new BinanceFrameUnpacker('{"spelling":"kraken-1","streams":[]}')).toThrow(
    'kraken-1',
  );
});
