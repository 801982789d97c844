import { InvariantBroken } from '../domain/assert.ts';

/** JSON as we write it. `null` stands for `undefined`: every key is always there. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A stored text that does not have the agreed shape. The message says where. */
export class UnreadableRow extends Error {
  override readonly name = 'UnreadableRow';

  constructor(path: string, expected: string, found: unknown) {
    super(`${path}: expected ${expected}, found ${describe(found)}`);
  }
}

/** How one kind of value is written to JSON and read back. Reading is strict: it throws `UnreadableRow`. */
export interface Shape<T> {
  readonly encode: (value: T) => Json;
  readonly decode: (json: unknown, path: string) => T;
}

export const text: Shape<string> = {
  encode: (value) => value,
  decode: (json, path) => {
    if (typeof json !== 'string') throw new UnreadableRow(path, 'a text', json);
    return json;
  },
};

export const flag: Shape<boolean> = {
  encode: (value) => value,
  decode: (json, path) => {
    if (typeof json !== 'boolean') throw new UnreadableRow(path, 'true or false', json);
    return json;
  },
};

/** A finite number; anything else is our bug. */
export const finite: Shape<number> = {
  encode: (value) => {
    if (!Number.isFinite(value)) throw new InvariantBroken(`${value} cannot be journalled`);
    return value;
  },
  decode: (json, path) => {
    if (typeof json !== 'number') throw new UnreadableRow(path, 'a number', json);
    return json;
  },
};

const INTEGER = /^(?:0|-?[1-9][0-9]*)$/;

/** A BigInt as decimal text: JSON numbers would lose digits. */
export const bigInteger: Shape<bigint> = {
  encode: (value) => value.toString(),
  decode: (json, path) => {
    if (typeof json !== 'string' || !INTEGER.test(json)) {
      throw new UnreadableRow(path, 'an integer as text', json);
    }
    return BigInt(json);
  },
};

/** What a check compared: text, a flag or any number. `NaN` and the infinities are a list of their name. */
export const scalar: Shape<string | number | boolean> = {
  encode: (value) =>
    typeof value === 'number' && !Number.isFinite(value) ? [String(value)] : value,
  decode: (json, path) => {
    if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean') {
      return json;
    }
    return notFinite(json, path);
  },
};

/** As `scalar`, without flags. */
export const textOrNumber: Shape<string | number> = {
  encode: (value) => scalar.encode(value),
  decode: (json, path) => {
    const value = scalar.decode(json, path);
    if (typeof value === 'boolean') throw new UnreadableRow(path, 'a text or a number', json);
    return value;
  },
};

/** A raw value made into a branded one by its own constructor, whose refusal becomes ours. */
export function branded<Raw, T extends Raw>(raw: Shape<Raw>, make: (value: Raw) => T): Shape<T> {
  return {
    encode: (value) => raw.encode(value),
    decode: (json, path) => {
      const value = raw.decode(json, path);
      try {
        return make(value);
      } catch (error) {
        if (error instanceof InvariantBroken) throw new UnreadableRow(path, error.message, json);
        throw error;
      }
    },
  };
}

/** One of a closed list of words. */
export function oneOf<const W extends string>(...words: readonly W[]): Shape<W> {
  return {
    encode: (value) => value,
    decode: (json, path) => {
      const found = words.find((word) => word === json);
      if (found === undefined) throw new UnreadableRow(path, `one of ${words.join(' ')}`, json);
      return found;
    },
  };
}

export function optional<T>(item: Shape<T>): Shape<T | undefined> {
  return {
    encode: (value) => (value === undefined ? null : item.encode(value)),
    decode: (json, path) => (json === null ? undefined : item.decode(json, path)),
  };
}

export function listOf<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    encode: (values) => values.map((value) => item.encode(value)),
    decode: (json, path) => {
      if (!Array.isArray(json)) throw new UnreadableRow(path, 'a list', json);
      return json.map((value, index) => item.decode(value, `${path}[${index}]`));
    },
  };
}

/** Keys of any name, sorted: equal records have equal text. */
export function recordOf<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    encode: (record) =>
      Object.fromEntries(
        Object.entries(record)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, value]) => [key, item.encode(value)]),
      ),
    decode: (json, path) =>
      Object.fromEntries(
        Object.entries(asObject(json, path)).map(([key, value]) => [
          key,
          item.decode(value, `${path}.${key}`),
        ]),
      ),
  };
}

export type FieldsOf<T> = { readonly [K in keyof T]-?: Shape<T[K]> };

/** Exactly these keys, written in the order of `fields`. */
export function object<T extends object>(fields: FieldsOf<T>): Shape<T> {
  return {
    encode: (value) => {
      const json: Record<string, Json> = {};
      for (const key in fields) json[key] = fields[key].encode(value[key]);
      return json;
    },
    decode: (json, path) => {
      const found = asObject(json, path);
      for (const key of Object.keys(found)) {
        if (!Object.hasOwn(fields, key))
          throw new UnreadableRow(`${path}.${key}`, 'no such key', found[key]);
      }
      const value: Record<string, unknown> = {};
      for (const key in fields) value[key] = fields[key].decode(found[key], `${path}.${key}`);
      if (!isWhole(value, fields)) throw new UnreadableRow(path, 'all keys', json);
      return value;
    },
  };
}

/** As `object`, written as a bare list of the values: for what is repeated in row after row. */
export function tuple<T extends object>(fields: FieldsOf<T>): Shape<T> {
  return {
    encode: (value) => {
      const json: Json[] = [];
      for (const key in fields) json.push(fields[key].encode(value[key]));
      return json;
    },
    decode: (json, path) => {
      const count = Object.keys(fields).length;
      if (!Array.isArray(json) || json.length !== count) {
        throw new UnreadableRow(path, `a list of ${count}`, json);
      }
      const value: Record<string, unknown> = {};
      let index = 0;
      for (const key in fields) {
        value[key] = fields[key].decode(json[index], `${path}.${key}`);
        index += 1;
      }
      if (!isWhole(value, fields)) throw new UnreadableRow(path, 'all values', json);
      return value;
    },
  };
}

/** Throws `UnreadableRow` unless `json` is an object. */
export function asObject(json: unknown, path: string): Readonly<Record<string, unknown>> {
  if (!isObject(json)) throw new UnreadableRow(path, 'an object', json);
  return json;
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

// Each value came out of the shape of its own field, so all keys there is all there is to know.
function isWhole<T extends object>(value: object, fields: FieldsOf<T>): value is T {
  return Object.keys(fields).every((key) => Object.hasOwn(value, key));
}

function notFinite(json: unknown, path: string): number {
  const word: unknown = Array.isArray(json) && json.length === 1 ? json[0] : undefined;
  if (word === 'NaN' || word === 'Infinity' || word === '-Infinity') return Number(word);
  throw new UnreadableRow(path, 'a text, a number or a flag', json);
}

function describe(found: unknown): string {
  const shown = JSON.stringify(found) ?? 'nothing';
  return shown.length > 60 ? `${shown.slice(0, 60)}...` : shown;
}
