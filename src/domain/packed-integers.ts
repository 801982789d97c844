import { invariant } from './assert.ts';

/** Of nine bytes each has seven bits, the first one less: that is more than a difference of safe integers needs. */
const BYTES_MAX = 9;
const MORE = 0x80;
const NEGATIVE = 0x40;
/** Below this bit operations are exact. */
const SMALL = 2 ** 31;

/**
 * The first `count` numbers as text, for a checkpoint with a million of them: rows of `width`, each
 * number as its difference from the one above it, in as few bytes as that takes, as base64. Throws
 * unless all are safe integers, differences included.
 */
export function packIntegers(values: ArrayLike<number>, count: number, width: number): string {
  const bytes = Buffer.allocUnsafe(count * BYTES_MAX);
  let end = 0;
  for (let i = 0; i < count; i++) {
    const above = i < width ? 0 : (values[i - width] ?? 0);
    const difference = (values[i] ?? 0) - above;
    invariant(Number.isSafeInteger(difference), 'only safe integers can be packed');
    let rest = Math.abs(difference);
    const sign = difference < 0 ? NEGATIVE : 0;
    if (rest < 0x40) {
      bytes[end++] = sign | rest;
      continue;
    }
    bytes[end++] = MORE | sign | (rest % 0x40);
    rest = Math.floor(rest / 0x40);
    while (rest >= SMALL) {
      bytes[end++] = MORE | (rest % 0x80);
      rest = Math.floor(rest / 0x80);
    }
    while (rest >= 0x80) {
      bytes[end++] = MORE | (rest & 0x7f);
      rest >>>= 7;
    }
    bytes[end++] = rest;
  }
  return bytes.toString('base64', 0, end);
}

/** What `packIntegers` was given, with the same `width`. */
export function unpackIntegers(text: string, width: number): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  let count = 0;
  for (const byte of bytes) if (byte < MORE) count += 1;
  const values = new Float64Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const first = bytes[at++] ?? 0;
    let magnitude = first & 0x3f;
    let scale = 0x40;
    for (let byte = first; byte >= MORE; scale *= 0x80) {
      byte = bytes[at++] ?? 0;
      magnitude += (byte & 0x7f) * scale;
    }
    const above = i < width ? 0 : (values[i - width] ?? 0);
    values[i] = (first & NEGATIVE) === 0 ? above + magnitude : above - magnitude;
  }
  return values;
}
