import { parseExact, spellExact } from './capture-event.ts';

/** The payload of a checkpoint record. */
export interface CheckpointRecord {
  /** Records (events and outcomes) of this life before it, the lost ones included. */
  readonly recordsCount: number;
  /** The desk between two events, as plain values; `undefined` when it could not be kept. */
  readonly found: unknown;
  /** Why there is none. */
  readonly missing: string | undefined;
}

export function encodeCheckpoint({ recordsCount, found, missing }: CheckpointRecord): string {
  return spellExact({ recordsCount, missing, desk: found });
}

/** Throws `SyntaxError` for any other text. */
export function decodeCheckpoint(text: string): CheckpointRecord {
  const value = parseExact(text);
  if (typeof value !== 'object' || value === null || !('recordsCount' in value)) {
    throw new SyntaxError('expected a checkpoint with recordsCount');
  }
  const { recordsCount } = value;
  if (typeof recordsCount !== 'number') throw new SyntaxError('expected recordsCount, a number');
  const missing = 'missing' in value ? String(value.missing) : undefined;
  return { recordsCount, found: 'desk' in value ? value.desk : undefined, missing };
}
