import { parseDecimal } from '../domain/decimal.ts';
import { type Amount, amount, type UnixMs, unixMs } from '../domain/units.ts';

/** An answer does not have the agreed shape. Thrown and caught inside `venues/` only. */
export class ShapeBroken extends Error {
  override readonly name = 'ShapeBroken';
}

export type Fields = Readonly<Record<string, unknown>>;

/** What the engine tells a reviver: the digits of a number as they stood in the text. */
interface NumberSource {
  readonly source?: string;
}
type SourceReviver = (key: string, value: unknown, context?: NumberSource) => unknown;

// The third argument of a reviver is newer than the compiler's library.
const parseWithSource: (text: string, reviver: SourceReviver) => unknown = JSON.parse;
const DIGITS = /^[0-9]{1,30}$/;

/**
 * JSON text to a value; whole numbers beyond 2^53 come as the text of their digits, because ids are
 * that large and a rounded id is another order. Throws `ShapeBroken` when it is no JSON.
 */
export function parseJson(text: string): unknown {
  try {
    return parseWithSource(text, (_key, value, context) => {
      if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
      const source = context?.source;
      return source !== undefined && DIGITS.test(source) ? source : value;
    });
  } catch (cause) {
    throw new ShapeBroken(`no JSON: ${text.slice(0, 80)}`, { cause });
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function readFields(value: unknown, what: string): Fields {
  if (!isFields(value)) throw new ShapeBroken(`${what} is no object`);
  return value;
}

export function readList(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ShapeBroken(`${what} is no list`);
  return value;
}

export function readText(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string') throw new ShapeBroken(`${key} is no text`);
  return value;
}

export function readBoolean(fields: Fields, key: string): boolean {
  const value = fields[key];
  if (typeof value !== 'boolean') throw new ShapeBroken(`${key} is no boolean`);
  return value;
}

/** A whole number, possibly negative. */
export function readInteger(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new ShapeBroken(`${key} is no whole number`);
  }
  return value;
}

/** An id of the venue as text, however many digits it has. */
export function readId(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value);
  if (typeof value === 'string' && DIGITS.test(value)) return value;
  throw new ShapeBroken(`${key} is no id`);
}

/** Milliseconds or, from 16 digits on, microseconds. */
export function readMoment(fields: Fields, key: string): UnixMs {
  const value = readInteger(fields, key);
  if (value < 0) throw new ShapeBroken(`${key} is no time: ${value}`);
  return unixMs(value >= 1e15 ? value / 1000 : value);
}

/** A decimal text at the asset's scale. */
export function readAmount(fields: Fields, key: string, scale: number): Amount {
  const text = readText(fields, key);
  const value = parseDecimal(text, scale);
  if (value === undefined) throw new ShapeBroken(`${key} is "${text.slice(0, 40)}"`);
  return amount(value);
}
