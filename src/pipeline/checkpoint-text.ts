import { CHECKPOINT_VERSION, type DeskCheckpoint } from './checkpoint.ts';

/** A checkpoint as JSON text. Amounts are BigInt, which JSON does not know: they travel as `{"$bigint":"123"}`. */
export function encodeCheckpoint(checkpoint: DeskCheckpoint): string {
  return JSON.stringify(checkpoint, (_key, value: unknown) =>
    typeof value === 'bigint' ? { $bigint: value.toString() } : value,
  );
}

/** Throws when the text is no checkpoint, or one of another version. Its parts are as trusted as its file is. */
export function decodeCheckpoint(text: string): DeskCheckpoint {
  const value: unknown = JSON.parse(text, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || !('$bigint' in inner)) return inner;
    return typeof inner.$bigint === 'string' ? BigInt(inner.$bigint) : inner;
  });
  if (!isCheckpoint(value)) throw new Error('checkpoint: the text is none');
  const { version } = value;
  if (version !== CHECKPOINT_VERSION) {
    throw new Error(`checkpoint: version ${version}, this build reads ${CHECKPOINT_VERSION}`);
  }
  return value;
}

function isCheckpoint(value: unknown): value is DeskCheckpoint {
  return typeof value === 'object' && value !== null && 'version' in value && 'venues' in value;
}
