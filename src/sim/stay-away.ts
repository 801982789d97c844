import { bytesOf, type DeskEvent } from '../domain/event.ts';
import type { ConnectionId } from '../domain/ids.ts';

/** How the venue has answered a request, and for how long it wants to be left in peace, if it said so. */
export interface Told {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
}

/** Without a word of the venue on how long: a refused key and a firewall want patience; its shortest ban; its window. */
const USUAL_MS: Readonly<Record<number, number>> = {
  401: 300_000,
  403: 300_000,
  418: 120_000,
  429: 10_000,
};

/** What the core hears of it: by HTTP, or as the answer to a subscription on an account socket. */
export function findTold(event: DeskEvent): Told | undefined {
  if ('answer' in event) return event.answer.type === 'http' ? event.answer : undefined;
  if (event.type !== 'frameReceived' || !isOfAccount(event.connection)) return undefined;
  return findToldOn(Buffer.from(bytesOf(event)).toString());
}

/** How long an event keeps a careful client away from then on; 0: it does not. */
export function stayAwayMs(event: DeskEvent): number {
  const told = findTold(event);
  const usualMs = told === undefined ? undefined : USUAL_MS[told.status];
  return usualMs === undefined ? 0 : (told?.retryAfterMs ?? usualMs);
}

function isOfAccount(connection: ConnectionId): boolean {
  return connection.includes('/account/');
}

function findToldOn(text: string): Told | undefined {
  const said = readObject(text);
  const { status } = said;
  if (typeof status !== 'number') return undefined;
  const { retryAfter, serverTime } = fieldsOf(fieldsOf(said['error'])['data']);
  const isLength = typeof retryAfter === 'number' && typeof serverTime === 'number';
  return { status, retryAfterMs: isLength ? retryAfter - serverTime : undefined };
}

/** Empty when the text is no JSON: somebody on the way has spoilt it. */
function readObject(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
