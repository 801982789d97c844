import { constants, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { endsEarly, storedFrame } from '../../src/store/stored-frame.ts';

const { ZSTD_c_checksumFlag, ZSTD_c_contentSizeFlag } = constants;
const TEXT = Buffer.from(Array.from({ length: 400 }, (_, n) => `{"n":${n * n}}`).join());

test.each([
  ['compressed', zstdCompressSync(TEXT)],
  ['with a checksum', zstdCompressSync(TEXT, { params: { [ZSTD_c_checksumFlag]: 1 } })],
  ['without its size', zstdCompressSync(TEXT, { params: { [ZSTD_c_contentSizeFlag]: 0 } })],
  ['of one byte repeated', zstdCompressSync(Buffer.alloc(300_000, 7))],
  ['of nothing', zstdCompressSync(Buffer.alloc(0))],
  ['stored', Buffer.concat(storedFrame(TEXT))],
  ['stored in pieces', Buffer.concat(storedFrame(Buffer.alloc(300_000, 1)))],
])('a zstd frame %s ends early wherever it is cut, and not when it is whole', (_what, frame) => {
  expect(endsEarly(frame)).toBe(false);
  const step = Math.ceil(frame.length / 500);
  for (let cut = 0; cut < frame.length; cut += step) {
    expect([cut, endsEarly(frame.subarray(0, cut))]).toEqual([cut, true]);
  }
  expect(endsEarly(frame.subarray(0, -1))).toBe(true);
});

test('two frames in a row end early when the second does; what is no frame does not', () => {
  const one = zstdCompressSync(TEXT);
  const two = Buffer.concat([one, one]);
  expect(endsEarly(two)).toBe(false);
  expect(endsEarly(two.subarray(0, -1))).toBe(true);
  expect(endsEarly(Buffer.from('no frame of anything'))).toBe(false);
});
