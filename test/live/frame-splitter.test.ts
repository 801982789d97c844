import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  encodeFrame,
  PING,
  PONG,
  playWire,
  TEXT,
  text,
  type WireFrame,
  type WireNight,
} from '../support/ws-wire.ts';

const FRAME_BYTES_MAX = 66_000;

type Script = Omit<WireNight, 'reader' | 'frameBytesMax'>;

/** The same bytes to `ws` alone and to `ws` behind our reader: both must tell the same. */
async function playBoth(script: Script) {
  const plain = await playWire({ ...script, frameBytesMax: FRAME_BYTES_MAX, reader: 'library' });
  const split = await playWire({ ...script, frameBytesMax: FRAME_BYTES_MAX, reader: 'split' });
  expect(split.heard).toEqual(plain.heard);
  expect(split.sent).toBe(plain.sent);
  expect(split.thrown).toEqual(plain.thrown);
  expect(split.listenersLeft).toBe(plain.listenersLeft);
  return split;
}

/** `length` bytes that differ from place to place, so that a shifted view shows. */
function filled(length: number, seed = 0): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = at * 31 + seed * 17 + (at >> 8);
  return bytes;
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.filter((at) => at > 0 && at < bytes.length), bytes.length];
  const unique = [...new Set(sorted)].sort((a, b) => a - b);
  return unique.slice(1).map((end, place) => bytes.subarray(unique[place], end));
}

const SIZES = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 300 }) },
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 124, 125, 126, 127, 65_535, 65_536, 66_000) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 70_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(66_001, 70_000) },
);
const SMALL = fc.integer({ min: 0, max: 125 });

function frames(opcode: number, size: fc.Arbitrary<number>, rest: Partial<WireFrame> = {}) {
  return fc
    .record({ size, seed: fc.nat(255) })
    .map(({ size, seed }): WireFrame[] => [{ opcode, payload: filled(size, seed), ...rest }]);
}

const control = fc.oneof(frames(PING, SMALL), frames(PONG, SMALL));
const message = fc.oneof(frames(TEXT, SIZES), frames(BINARY, SIZES));
/** A message in pieces, with control frames between them. */
const pieces = fc
  .tuple(
    fc.constantFrom(TEXT, BINARY),
    fc.array(
      fc.oneof({ weight: 2, arbitrary: frames(CONTINUATION, SIZES, { fin: false }) }, control),
      {
        maxLength: 4,
      },
    ),
    fc.nat(200),
  )
  .map(([opcode, middle, size]): WireFrame[] => [
    { opcode, payload: filled(size), fin: false },
    ...middle.flat(),
    { opcode: CONTINUATION, payload: filled(size) },
  ]);
const goodbye = fc
  .constantFrom(Buffer.alloc(0), Buffer.from([3, 232]), Buffer.from('\u0003\u00e9bye', 'latin1'))
  .map((payload): WireFrame[] => [{ opcode: CLOSE, payload }]);
/** Whatever else a broken or hostile server could write. */
const odd = fc
  .record({
    opcode: fc.nat(15),
    payload: SIZES.map((size) => filled(size)),
    fin: fc.boolean(),
    rsv: fc.constantFrom(0, 0, 0, 0x10, 0x20, 0x40, 0x70),
    masked: fc.constantFrom(false, false, true),
    lengthBytes: fc.constantFrom(0 as const, 0 as const, 2 as const, 8 as const),
  })
  .map((frame): WireFrame[] => [frame]);

const conversation = fc
  .array(
    fc.oneof(
      { weight: 20, arbitrary: message },
      { weight: 4, arbitrary: control },
      { weight: 3, arbitrary: pieces },
      { weight: 1, arbitrary: goodbye },
      { weight: 1, arbitrary: odd },
    ),
    { minLength: 1, maxLength: 16 },
  )
  .map((parts) => parts.flat().map(encodeFrame));

/** Cuts anywhere, and cuts in and around headers, where it hurts. */
const cuts = fc.record({
  anywhere: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
  inHeaders: fc.array(
    fc.tuple(fc.nat(40), fc.constantFrom(-2, -1, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 9, 10, 11)),
    { maxLength: 12 },
  ),
  withAnswer: fc.boolean(),
});

describe('whatever a server writes, however it is cut', () => {
  // One message twice, lost, out of order or cut short would be a wrong book or a lost fill.
  test('the same messages, pings, pongs, errors and goodbyes are heard as from ws alone', async () => {
    let deliveredCount = 0;
    await fc.assert(
      fc.asyncProperty(conversation, cuts, async (encoded, { anywhere, inHeaders, withAnswer }) => {
        const bytes = Buffer.concat(encoded);
        const starts = encoded.map((_, place) => Buffer.concat(encoded.slice(0, place)).length);
        const places = [
          ...anywhere.map((part) => Math.floor(part * bytes.length)),
          ...inHeaders.map(([frame, offset]) => (starts[frame % starts.length] ?? 0) + offset),
        ];
        const chunks = cutAt(bytes, places);
        const first = withAnswer ? chunks.shift() : undefined;
        const script = first === undefined ? { chunks } : { chunks, withAnswer: first };
        deliveredCount += (await playBoth(script)).deliveredCount;
      }),
      { numRuns: 400 },
    );
    // The comparison is one of two ways only if ours was taken.
    expect(deliveredCount).toBeGreaterThan(400);
  });
});

describe('who reads what', () => {
  test('plain messages in one chunk never pass through the library', async () => {
    const sizes = [0, 1, 125, 126, 127, 1_000, 65_535, 65_536, FRAME_BYTES_MAX];
    const encoded = sizes.flatMap((size) => [
      encodeFrame({ opcode: TEXT, payload: filled(size) }),
      encodeFrame({ opcode: BINARY, payload: filled(size, 1) }),
    ]);
    const story = await playBoth({ chunks: [Buffer.concat(encoded)] });
    expect(story.deliveredCount).toBe(18);
    expect(story.handedBytes).toBe(0);
  });

  test('a ping between messages is answered, in its place, and only the ping is the library’s', async () => {
    const ping = encodeFrame({ opcode: PING, payload: Buffer.from('are you there') });
    const story = await playBoth({ chunks: [Buffer.concat([text('a'), ping, text('b')])] });
    expect(story.heard.map((line) => line.split(' ')[0])).toEqual([
      'message',
      'ping',
      'message',
      'close',
    ]);
    expect(story.deliveredCount).toBe(2);
    expect(story.handedBytes).toBe(ping.length);
    expect(story.sent).toContain(Buffer.from('are you there').toString('hex'));
  });

  test('a message cut byte by byte is whole again, and the next one is ours', async () => {
    const long = encodeFrame({ opcode: TEXT, payload: filled(300) });
    const bytes = [...long].map((byte) => Buffer.from([byte]));
    const story = await playBoth({ chunks: [...bytes, text('next')] });
    expect(story.heard).toHaveLength(3);
    expect(story.deliveredCount).toBe(1);
    expect(story.handedBytes).toBe(long.length);
  });

  test('wherever one message is cut, those before and after it are ours', async () => {
    for (const size of [1, 126, 65_536]) {
      const one = encodeFrame({ opcode: TEXT, payload: filled(size) });
      const places = [...Array(13).keys(), one.length - 2, one.length - 1];
      for (const at of places.filter((place) => place > 0 && place < one.length)) {
        const [head = one, tail = one] = cutAt(one, [at]);
        const story = await playBoth({
          chunks: [Buffer.concat([text('before'), head]), tail, text('after')],
        });
        expect(story.heard.filter((line) => line.startsWith('message'))).toHaveLength(3);
        expect([size, at, story.deliveredCount]).toEqual([size, at, 2]);
      }
    }
  });

  test('inside a message in pieces the library has every frame, and after it we have them again', async () => {
    const piece = (opcode: number, words: string, fin: boolean) =>
      encodeFrame({ opcode, payload: Buffer.from(words), fin });
    const story = await playBoth({
      chunks: [
        Buffer.concat([
          text('before'),
          piece(TEXT, 'one ', false),
          encodeFrame({ opcode: PING, payload: Buffer.alloc(0) }),
          piece(CONTINUATION, 'mess', false),
          piece(CONTINUATION, 'age', true),
          text('after'),
        ]),
      ],
    });
    expect(story.heard).toHaveLength(5);
    expect(story.deliveredCount).toBe(2);
  });
});

describe('the library stays the judge', () => {
  const data = (rest: Partial<WireFrame>) =>
    encodeFrame({ opcode: TEXT, payload: filled(9), ...rest });
  const FAULTS: readonly (readonly [name: string, frame: Buffer, says: string])[] = [
    ['masked', data({ masked: true }), 'MASK must be clear'],
    [
      'masked, with a mask that looks like a length',
      Buffer.concat([Buffer.from([0x81, 0x80, 0, 0, 0, 0, 0, 1, 0, 0]), filled(65_536)]),
      'MASK must be clear',
    ],
    [
      'of its own inside a message in pieces',
      Buffer.concat([data({ fin: false }), data({})]),
      'invalid opcode 1',
    ],
    ['with an extension bit', data({ rsv: 0x40 }), 'RSV1 must be clear'],
    ['of an unknown kind', data({ opcode: 3 }), 'invalid opcode 3'],
    ['a continuation of nothing', data({ opcode: CONTINUATION }), 'invalid opcode 0'],
    [
      'one byte too long',
      data({ payload: filled(FRAME_BYTES_MAX + 1) }),
      'Max payload size exceeded',
    ],
    ['a ping of 126 bytes', data({ opcode: PING, payload: filled(126) }), 'invalid payload length'],
    ['a ping in pieces', data({ opcode: PING, fin: false }), 'FIN must be set'],
    [
      'a goodbye of one byte',
      data({ opcode: CLOSE, payload: filled(1) }),
      'invalid payload length 1',
    ],
  ];

  test.each(FAULTS)(
    'a frame %s: refused in its place, nothing after it is heard',
    async (_, frame, says) => {
      const chunk = Buffer.concat([text('before'), frame, text('after')]);
      const story = await playBoth({ chunks: [chunk, text('later')] });
      expect(story.deliveredCount).toBe(1);
      expect(story.heard[1]).toContain(says);
      expect(story.heard.filter((line) => line.startsWith('message'))).toHaveLength(1);
    },
  );

  test('after the goodbye nothing is heard, in its chunk or later', async () => {
    const bye = encodeFrame({ opcode: CLOSE, payload: Buffer.from([3, 232]) });
    const chunk = Buffer.concat([text('before'), bye, text('after')]);
    const story = await playBoth({ chunks: [chunk, text('later')] });
    expect(story.heard.map((line) => line.slice(0, 10))).toEqual(['message 6 ', 'close 1000']);
  });

  test('a length in more bytes than it needs is taken, and the library reads on alone', async () => {
    const story = await playBoth({
      chunks: [Buffer.concat([text('a'), data({ lengthBytes: 8 }), text('b')]), text('c')],
    });
    expect(story.heard).toHaveLength(5);
    expect(story.deliveredCount).toBe(1);
  });

  test('each message in pieces may be as long as a whole one', async () => {
    const piece = (opcode: number, fin: boolean) =>
      encodeFrame({ opcode, payload: filled(FRAME_BYTES_MAX / 2), fin });
    const one = [piece(TEXT, false), piece(CONTINUATION, true)];
    const story = await playBoth({ chunks: [Buffer.concat([...one, ...one, text('after')])] });
    expect(story.heard.filter((line) => line.startsWith('message'))).toHaveLength(3);
    expect(story.deliveredCount).toBe(1);
  });

  test('pieces that together are too long, or too many, are refused as ever', async () => {
    const piece = (opcode: number, size: number) =>
      encodeFrame({ opcode, payload: filled(size), fin: false });
    const long = [piece(TEXT, 40_000), piece(CONTINUATION, 26_001), text('after')];
    expect((await playBoth({ chunks: [Buffer.concat(long)] })).heard[0]).toContain('Max payload');
    const empty = Array.from({ length: 20_000 }, () => piece(CONTINUATION, 0));
    const last = encodeFrame({ opcode: CONTINUATION, payload: filled(1) });
    const many = [piece(TEXT, 0), ...empty, last, text('after')];
    expect((await playBoth({ chunks: [Buffer.concat(many)] })).heard[0]).toContain('Too many');
  });
});

describe('a listener that ends the reading', () => {
  test('once stopped, not one frame more of the chunk is delivered or handed over', async () => {
    const ping = encodeFrame({ opcode: PING, payload: Buffer.alloc(0) });
    const story = await playWire({
      chunks: [Buffer.concat([text('a'), text('b'), ping, text('c')]), text('d')],
      frameBytesMax: FRAME_BYTES_MAX,
      reader: 'split',
      onMessage: (bytes, splitter) => {
        if (Buffer.from(bytes).toString() === 'b') splitter.stop();
      },
    });
    expect(story.heard.filter((line) => !line.startsWith('close'))).toHaveLength(2);
    expect(story.handedBytes).toBe(0);
  });

  // Nobody catches it: the process ends. What must not happen is that the rest is taken for frames.
  test.each([
    ['in a whole frame', Buffer.concat([text('a'), text('bad'), text('c')])],
    [
      'in the middle of a frame',
      Buffer.concat([text('a'), text('bad'), text('longer').subarray(0, 4)]),
    ],
  ])('what it throws comes out of the socket, and nothing more is heard: %s', async (_, chunk) => {
    const script = {
      chunks: [chunk, text('d'), text('e')],
      frameBytesMax: FRAME_BYTES_MAX,
      onMessage: (bytes: Uint8Array) => {
        if (Buffer.from(bytes).toString() === 'bad') throw new Error('a bug');
      },
    };
    for (const reader of ['library', 'split'] as const) {
      const story = await playWire({ ...script, reader });
      expect(story.thrown).toEqual(['Error: a bug']);
      expect(story.heard.filter((line) => line.startsWith('message'))).toHaveLength(2);
    }
  });
});
