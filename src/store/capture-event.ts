import type { DeskEvent } from '../domain/event.ts';

const EVENT_TYPES: Readonly<Record<DeskEvent['type'], true>> = {
  started: true,
  socketOpened: true,
  socketClosed: true,
  pingReceived: true,
  frameReceived: true,
  timerFired: true,
  venueAnswered: true,
  orderAnswered: true,
  cancelAnswered: true,
  intentDurable: true,
  submittedDurable: true,
  healthSampled: true,
  operatorSpoke: true,
  stopRequested: true,
};

/** Plain values as JSON text. Amounts are BigInt, which JSON does not know: they travel as `{"$bigint":"123"}`. */
export function spellExact(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? { $bigint: part.toString() } : part,
  );
}

/** The way back. Throws `SyntaxError` for a text that is no JSON. */
function parseExact(text: string): unknown {
  return JSON.parse(text, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || !('$bigint' in inner)) return inner;
    return typeof inner.$bigint === 'string' ? BigInt(inner.$bigint) : inner;
  });
}

export function encodeEvent(event: DeskEvent): string {
  return spellExact(event);
}

/** The event a capture holds; `undefined` when it is none of ours (a newer build's, a damaged one). */
export function decodeEvent(text: string): DeskEvent | undefined {
  const value = parseExact(text);
  return isDeskEvent(value) ? value : undefined;
}

function isDeskEvent(value: unknown): value is DeskEvent {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    value.type in EVENT_TYPES &&
    'atMs' in value &&
    typeof value.atMs === 'number'
  );
}
