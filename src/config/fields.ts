import { z } from 'zod';

/**
 * The kinds of value that settings hold. Each says in one text what it expects; that text is the
 * message of every problem with it, so that a missing value, a wrong type and a value out of bounds
 * read the same. Bounds are inclusive.
 */
export function whole(min: number, max: number, about?: string) {
  const expected = `a whole number from ${shown(min)} to ${shown(max)}`;
  return described(z.int({ error: expected }).min(min, expected).max(max, expected), about);
}

export function real(min: number, max: number, about?: string) {
  const expected = `a number from ${shown(min)} to ${shown(max)}`;
  return described(z.number({ error: expected }).min(min, expected).max(max, expected), about);
}

export function flag(about?: string) {
  return described(z.boolean({ error: 'true or false' }), about);
}

/** One of a few words. */
export function word<const Words extends readonly [string, ...string[]]>(
  words: Words,
  about?: string,
) {
  return described(z.enum(words, { error: `one of ${words.join(', ')}` }), about);
}

/** A text of a given form. */
export function text(pattern: RegExp, expected: string, about?: string) {
  return described(
    z.string({ error: expected }).max(300, expected).regex(pattern, expected),
    about,
  );
}

/** Decimal text above zero. Never a YAML number: `0.1` would already be rounded when we see it. */
export function money(about?: string) {
  return text(
    /^(?!0+(?:\.0+)?$)(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,18})?$/,
    "an amount above zero in quotes, below a billion, such as '250' or '0.5'",
    about,
  );
}

export function path(about?: string) {
  return text(/^[^\0\n]+$/, 'the path of a file or folder', about);
}

export function port(about?: string) {
  return whole(1, 65_535, about);
}

const MAPPING = 'a mapping with the keys ';

/** A mapping with exactly these keys. */
export function block<Shape extends z.ZodRawShape>(shape: Shape, about?: string) {
  const expected = MAPPING + Object.keys(shape).join(', ');
  const mapping = z.strictObject(shape, { error: () => expected });
  return about === undefined ? mapping : mapping.describe(about);
}

/** The keys that the message of a `block` names. */
export function keysOfExpectation(expected: string): readonly string[] {
  return expected.startsWith(MAPPING) ? expected.slice(MAPPING.length).split(', ') : [];
}

function described<Schema extends z.ZodType>(schema: Schema, about: string | undefined): Schema {
  return about === undefined ? schema : schema.describe(about);
}

function shown(value: number): string {
  return String(value);
}
