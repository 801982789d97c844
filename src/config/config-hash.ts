import { createHash } from 'node:crypto';

/** One text for equal values: keys sorted, absent ones left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`);
    return `{${entries.join(',')}}`;
  }
  return JSON.stringify(value);
}

/** What the journal and each decision record name the settings by: SHA-256 of their canonical JSON, in hex. */
export function hashSettings(settings: object): string {
  return createHash('sha256').update(canonicalJson(settings), 'utf8').digest('hex');
}

/** Freezes a tree of plain values, and returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
