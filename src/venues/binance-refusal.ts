import type { VenueRefusal } from '../domain/order.ts';
import { type UnixMs, unixMs } from '../domain/units.ts';
import type { AnswerHealth, SocketRefusal, VenueAnswer } from '../domain/venue.ts';
import { isFields, parseJson, ShapeBroken } from './json-shape.ts';

/** After a web application firewall said no, every further call makes it worse. */
const FIREWALL_PAUSE_MS = 300_000;

const TOO_MANY_REQUESTS = -1003;
const TOO_MANY_ORDERS = -1015;
const SERVER_BUSY = -1008;
const OUTSIDE_WINDOW = -1021;
const KEY_CODES: ReadonlySet<number> = new Set([-1002, -1022, -2014, -2015]);

/** The venue's own error inside a body; `undefined` when it is none (a page of a box in the middle, say). */
export function findRefusal(status: number, body: string): VenueRefusal | undefined {
  let value: unknown;
  try {
    value = parseJson(body);
  } catch (cause) {
    // Not the venue's words; what the body means is for the caller to decide.
    if (cause instanceof ShapeBroken) return undefined;
    throw cause;
  }
  if (!isFields(value)) return undefined;
  const code = value['code'];
  const text = value['msg'];
  if (typeof code !== 'number' || !Number.isSafeInteger(code) || typeof text !== 'string') {
    return undefined;
  }
  return { httpStatus: status, code, text };
}

/** What an answer says about the way to the venue, whatever was asked. */
export function assessHealth(answer: VenueAnswer): AnswerHealth {
  if (answer.type !== 'http') return { trouble: 'unreachable', retryAfterMs: undefined };
  const { status, body, retryAfterMs } = answer;
  const code = status === 200 ? undefined : findRefusal(status, body)?.code;
  const known = assessRefusal(status, code, retryAfterMs);
  return known ?? { trouble: status === 200 && isJson(body) ? 'none' : 'schema', retryAfterMs };
}

/** What a status and the venue's own code say about us; `undefined`: nothing that is known here. */
export function assessRefusal(
  status: number,
  code: number | undefined,
  retryAfterMs: number | undefined,
): AnswerHealth | undefined {
  if (status === 418) return { trouble: 'banned', retryAfterMs };
  if (code !== undefined && KEY_CODES.has(code)) return { trouble: 'auth', retryAfterMs };
  if (status === 429 || code === TOO_MANY_REQUESTS || code === TOO_MANY_ORDERS) {
    return { trouble: 'limited', retryAfterMs };
  }
  if (status === 401) return { trouble: 'auth', retryAfterMs };
  if (status === 403 || status === 451) {
    return { trouble: 'banned', retryAfterMs: retryAfterMs ?? FIREWALL_PAUSE_MS };
  }
  if (code === OUTSIDE_WINDOW) return { trouble: 'clock', retryAfterMs };
  if (status === 502 || status === 504) return { trouble: 'unreachable', retryAfterMs };
  if (status >= 500 || code === SERVER_BUSY) return { trouble: 'overloaded', retryAfterMs };
  return status >= 400 && code !== undefined ? { trouble: 'none', retryAfterMs } : undefined;
}

/**
 * The same of an error on a socket, which has no headers: its `data` names the moment from which on we may ask, and
 * the venue's time. What cannot be read there, or is over, is as if it was not said.
 */
export function assessSocketRefusal(status: number, code: number, data: unknown): SocketRefusal {
  const told = isFields(data) ? data : {};
  const retryAtMs = findMoment(told['retryAfter']);
  const serverAtMs = findMoment(told['serverTime']);
  const leftMs = (retryAtMs ?? 0) - (serverAtMs ?? 0);
  const isLength = retryAtMs !== undefined && serverAtMs !== undefined;
  const retryAfterMs = isLength && leftMs > 0 ? leftMs : undefined;
  const health = assessRefusal(status, code, retryAfterMs) ?? { trouble: 'none', retryAfterMs };
  return { health, retryAtMs: isLength ? undefined : retryAtMs };
}

function findMoment(value: unknown): UnixMs | undefined {
  const isMoment = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  return isMoment ? unixMs(value) : undefined;
}

function isJson(body: string): boolean {
  try {
    parseJson(body);
    return true;
  } catch (cause) {
    if (cause instanceof ShapeBroken) return false;
    throw cause;
  }
}
