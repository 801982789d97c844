import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePrice, parseQuantity } from '../../src/domain/instrument.ts';
import type { FeedMessage } from '../../src/domain/market.ts';
import { Random } from '../../src/domain/random.ts';
import { BinanceByteDecoder } from '../../src/venues/binance-bytes.ts';
import { createBinanceMarketCodec } from '../../src/venues/binance-market.ts';
import { StreamTable } from '../../src/venues/binance-streams.ts';
import { decodeStrictly } from '../../src/venues/binance-strict.ts';
import { FrameGenerator, makeInstrument } from '../support/frames.ts';

const btc = makeInstrument(0);
const shib = makeInstrument(1, 'SHIB/USDT', { tickDecimals: 8, lotDecimals: 0 });
const table = new StreamTable([btc, shib]);
const codec = createBinanceMarketCodec([btc, shib]);

function decodeFast(...where: Parameters<BinanceByteDecoder['decode']>): FeedMessage | undefined {
  // The level arrays are lent, so the message is copied before the next one is read.
  return structuredClone(new BinanceByteDecoder(table.streams).decode(...where));
}

function decode(text: string): FeedMessage {
  return codec.decode(Buffer.from(text));
}

function frameOf(stream: string, data: string): string {
  return `{"stream":"${stream}","data":${data}}`;
}

function topOf(bid: string, ask = '61837.64000000', size = '3.78826000'): string {
  const data = `{"u":50093239212,"s":"BTCUSDT","b":"${bid}","B":"${size}","a":"${ask}","A":"1.54698000"}`;
  return frameOf('btcusdt@bookTicker', data);
}

const TRADE = frameOf(
  'btcusdt@trade',
  '{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}',
);
const DEPTH = frameOf(
  'btcusdt@depth@100ms',
  '{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":50093239189,"u":50093239202,"b":[["61737.63000000","0.00000000"]],"a":[["61837.64000000","1.54698000"],["61839.85000000","0.00000000"]]}',
);

test('the three hot messages come out as ticks and lots', () => {
  expect(decode(TRADE)).toEqual({
    type: 'trade',
    instrument: 0,
    tradeId: 3_735_683_259,
    price: 6_183_763,
    quantity: 2_000,
    buyerIsMaker: true,
    eventAtMs: 1_723_161_255_343,
    tradedAtMs: 1_723_161_255_342,
  });
  expect(decode(topOf('61837.63000000'))).toEqual({
    type: 'top',
    instrument: 0,
    updateId: 50_093_239_212,
    bidPrice: 6_183_763,
    bidQuantity: 378_826,
    askPrice: 6_183_764,
    askQuantity: 154_698,
  });
  expect(decode(DEPTH)).toEqual({
    type: 'depth',
    instrument: 0,
    firstUpdateId: 50_093_239_189,
    lastUpdateId: 50_093_239_202,
    eventAtMs: 1_723_161_255_208,
    bids: [6_173_763, 0],
    asks: [6_183_764, 154_698, 6_183_985, 0],
  });
});

test('what the byte decoder reads of generated traffic, the strict path reads, too; and it reads all of it', () => {
  for (const [seed, instrument, mid] of [
    ['one', btc, 6_183_763],
    ['two', shib, 1_342],
    ['three', btc, 9],
  ] as const) {
    const market = new FrameGenerator(seed, instrument, {
      startMs: 1_723_161_253_000,
      mid: mid + 5_000,
    });
    for (const { text, kind } of market.run(20_000)) {
      const bytes = Buffer.from(text);
      const fast = decodeFast(bytes);
      expect(fast?.type).toBe(kind);
      expect(fast).toEqual(decodeStrictly(bytes, table));
    }
  }
});

test('another order of keys, blanks, escapes or added keys: the same values by the slow way', () => {
  const variants = [
    TRADE.replace('"M":true', '"M":false'),
    TRADE.replace(',"M":true', ''),
    TRADE.replaceAll(':', ': ').replaceAll('"btcusdt@trade"', '"btcusdt@trade"'),
    TRADE.replace('"M":true', '"M":true,"new":[1,{"a":null}]'),
    TRADE.replace('"e":"trade","E":1723161255343', '"E":1723161255343,"e":"trade"'),
    TRADE.replace('61837.63000000', '\\u00361837.63'),
  ];
  for (const text of variants) expect(decode(text)).toEqual(decode(TRADE));
});

test('microseconds are understood, other lengths of a time are no time', () => {
  expect(decode(TRADE.replaceAll(/17231612553\d\d/g, (ms) => `${ms}250`))).toMatchObject({
    eventAtMs: 1_723_161_255_343.25,
  });
  for (const time of ['0', '1723161255', '172316125534', '17231612553430', '172316125534300000']) {
    const text = TRADE.replace('1723161255343', time);
    expect(decode(text)).toMatchObject({ type: 'invalid', rejection: 'invalidNumber' });
  }
});

test('ids are safe integers or the message is invalid', () => {
  const max = '9007199254740991';
  expect(decode(TRADE.replace('3735683259', max))).toMatchObject({ tradeId: Number(max) });
  for (const id of [
    '9007199254740992',
    '99999999999999999999',
    '-1',
    '1.5',
    '"5"',
    'null',
    '1e400',
  ]) {
    expect(decode(TRADE.replace('3735683259', id)).type).toBe('invalid');
  }
});

// Orders from before a lot was made coarser still rest in the venue's books: measured.
test('a size finer than the lot is rounded down, but never to nothing; a price between two ticks is refused', () => {
  expect(decode(topOf('61837.63', '61837.64', '25.42618900'))).toMatchObject({
    bidQuantity: 2_542_618,
  });
  expect(decode(topOf('61837.63', '61837.64', '0.00000001'))).toMatchObject({ bidQuantity: 1 });
  expect(decode(topOf('61837.63100000'))).toMatchObject({ type: 'invalid', rejection: 'offGrid' });
  const level = DEPTH.replace('"61737.63000000"', '"61737.63100000"');
  expect(decode(level)).toMatchObject({ bids: [], asks: [6_183_764, 154_698, 6_183_985, 0] });
});

test('any decimal text: read as the domain reads it, or refused', () => {
  const digits = fc.stringMatching(/^[0-9]{0,18}$/);
  const text = fc.oneof(
    fc.tuple(digits, digits).map(([whole, fraction]) => `${whole}.${fraction}`),
    digits,
    fc.string({ maxLength: 12 }),
    fc.double().map(String),
  );
  fc.assert(
    fc.property(text, (bid) => {
      const frame = JSON.parse(topOf('1')) as { data: { b: string } };
      frame.data.b = bid;
      const bytes = Buffer.from(JSON.stringify(frame));
      const message = codec.decode(bytes);
      const expected = parsePrice(btc, bid);
      if (message.type === 'top') expect(message.bidPrice).toBe(expected);
      else expect(expected).toBeUndefined();
      expect(message).toEqual(decodeStrictly(bytes, table));
    }),
    { numRuns: 2_000 },
  );
});

test('any size on the grid: read as the domain reads it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 40 }),
      fc.integer({ min: 5, max: 8 }),
      (size, decimals) => {
        const fraction = String(size % 1e5)
          .padStart(5, '0')
          .padEnd(decimals, '0');
        const text = `${Math.floor(size / 1e5)}.${fraction}`;
        const message = decode(topOf('61837.63000000', '61837.64000000', text));
        expect(message).toMatchObject({ bidQuantity: parseQuantity(btc, text) });
      },
    ),
  );
});

// A frame damaged on its way must be refused or mean what JSON says it means; it must never throw.
test('frames damaged at random: the byte decoder never throws and accepts nothing the strict path refuses', () => {
  const seed = String(Date.now());
  const random = Random.fromSeed(seed);
  const market = new FrameGenerator('damage', btc, { startMs: 1_723_161_253_000 });
  const frames = market.run(3_000).map((frame) => Buffer.from(frame.text));
  const alphabet = Buffer.from('0123456789.,:"{}[]-+eE \\utbsBTC\u0000\u00ff', 'latin1');
  for (let round = 0; round < 20_000; round++) {
    const frame = Buffer.from(frames[random.below(frames.length)] ?? TRADE);
    const damaged = damage(frame, random, alphabet);
    try {
      const fast = decodeFast(damaged);
      codec.decode(damaged);
      if (fast !== undefined) expect(fast).toEqual(decodeStrictly(damaged, table));
      const [chunk, from] = among(damaged, random, alphabet);
      expect(decodeFast(chunk, from, from + damaged.length)).toEqual(fast);
    } catch (cause) {
      throw new Error(`seed ${seed}, round ${round}: ${Buffer.from(damaged).toString('latin1')}`, {
        cause,
      });
    }
  }
});

/** The same frame in the middle of what a socket read at once: anything stands before and behind it. */
function among(frame: Uint8Array, random: Random, alphabet: Buffer): [Uint8Array, number] {
  const noise = () =>
    Buffer.from(
      Array.from({ length: random.below(40) }, () => alphabet[random.below(alphabet.length)] ?? 0),
    );
  const before = noise();
  return [Buffer.concat([before, frame, noise()]), before.length];
}

function damage(frame: Buffer, random: Random, alphabet: Buffer): Uint8Array {
  const count = 1 + random.below(3);
  let bytes: Buffer = frame;
  for (let i = 0; i < count; i++) {
    const at = random.below(bytes.length);
    const byte = alphabet.subarray(random.below(alphabet.length)).subarray(0, 1);
    const kind = random.below(4);
    if (kind === 0) bytes = Buffer.concat([bytes.subarray(0, at), byte, bytes.subarray(at + 1)]);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), byte, bytes.subarray(at)]);
    else bytes = bytes.subarray(0, at + 1);
  }
  return bytes;
}

const answers: readonly (readonly [string, string, object])[] = [
  ['an acknowledgement', '{"result":null,"id":7}', { type: 'acked', requestId: 7 }],
  [
    'a list of subscriptions',
    '{"result":["btcusdt@trade"],"id":8}',
    { type: 'subscriptions', requestId: 8, streams: ['btcusdt@trade'] },
  ],
  [
    'a refusal',
    '{"error":{"code":2,"msg":"Invalid request"},"id":9}',
    { type: 'refused', requestId: 9, code: 2, text: 'Invalid request' },
  ],
  [
    'a refusal in the older form',
    '{"code":3,"msg":"Invalid JSON"}',
    { type: 'refused', requestId: undefined, code: 3, text: 'Invalid JSON' },
  ],
  [
    'a shutdown of the combined socket',
    '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}',
    { type: 'serverShutdown' },
  ],
  ['a shutdown of the raw socket', '{"e":"serverShutdown","E":1}', { type: 'serverShutdown' }],
  [
    'a stream we did not ask for',
    frameOf('btcusdt@kline_1m', '{"e":"kline"}'),
    { type: 'ignored', stream: 'btcusdt@kline_1m' },
  ],
];
for (const [name, text, message] of answers) {
  test(`${name} is understood`, () => expect(decode(text)).toEqual(message));
}

test('payloads of a raw socket are understood, too', () => {
  const bare = (text: string): string => text.slice(text.indexOf('"data":') + 7, -1);
  for (const text of [TRADE, DEPTH, topOf('61837.63000000')]) {
    expect(decode(bare(text))).toEqual(structuredClone(decode(text)));
  }
});

test('requests are written as the venue wants them', () => {
  const names = codec.streamsOf(btc);
  expect(names).toEqual(['btcusdt@trade', 'btcusdt@bookTicker', 'btcusdt@depth@100ms']);
  expect(codec.subscribeFrame(names.slice(0, 1), 4)).toBe(
    '{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":4}',
  );
  expect(codec.unsubscribeFrame(names.slice(0, 1), 5)).toContain('UNSUBSCRIBE');
  expect(codec.listFrame(6)).toBe('{"method":"LIST_SUBSCRIPTIONS","id":6}');
});

test('a depth answer is a snapshot, or says why not', () => {
  const body = '{"lastUpdateId":5,"bids":[["1.01000000","2.00000000"]],"asks":[]}';
  expect(codec.decodeDepth(btc, body)).toEqual({
    type: 'value',
    value: { instrument: 0, updateId: 5, bids: [101, 200_000], asks: [], offGridCount: 0 },
  });
  const between = body.replace('"asks":[]', '"asks":[["1.01500000","1.00000000"]]');
  expect(codec.decodeDepth(btc, between)).toMatchObject({ value: { asks: [], offGridCount: 1 } });
  for (const bad of ['', '<html>', '{}', '{"lastUpdateId":5,"bids":[["1"]],"asks":[]}']) {
    expect(codec.decodeDepth(btc, bad).type).toBe('failed');
  }
});

// Whoever does not know whose news is lost believes in a book that misses them.
test('a frame that is no JSON, or far too long, still tells whose news is lost, when it begins as the venue writes it', () => {
  const lost = { type: 'invalid', instrument: 0, kind: 'depth' };
  expect(decode(DEPTH.slice(0, 90))).toMatchObject({ ...lost, rejection: 'invalidJson' });
  expect(decode(DEPTH + ' '.repeat(1_000_000))).toMatchObject({ ...lost, rejection: 'oversized' });
  expect(decode(DEPTH.replace('61737.63000000', 'NaN'))).toMatchObject(lost);
  expect(decode(TRADE.slice(0, 60))).toMatchObject({ instrument: 0, kind: 'trade' });

  const nobody = { type: 'invalid', instrument: undefined, kind: undefined };
  expect(decode(DEPTH.slice(0, 20))).toMatchObject(nobody);
  expect(decode('{"stream":"dogeusdt@depth@100ms","data":{')).toMatchObject(nobody);
  expect(decode(DEPTH.slice(1))).toMatchObject(nobody);
});
