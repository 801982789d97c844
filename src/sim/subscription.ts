import type { VenueAnswer } from '../domain/venue.ts';
import { REFUSALS } from '../matching/wire/venue-refusal.ts';
import type { Listeners } from './listeners.ts';
import type { SimRequest } from './request.ts';
import { weightOf } from './request-weight.ts';
import type { Troubles } from './trouble.ts';
import type { SimVenue } from './venue.ts';
import { refusalAnswer } from './venue-answer.ts';

export interface SubscriptionAnswer {
  readonly isTaken: boolean;
  /** Everything but `id` and, if it is taken, `result`; `undefined`: nobody answers. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A subscription to the account has come to the venue's door on a socket. Whatever happens to requests happens to
 * it, but for what only the way does: that is the socket's.
 */
export function hearSubscription(
  world: {
    readonly troubles: Troubles;
    readonly listeners: Listeners;
    readonly venue: SimVenue;
    readonly nowMs: number;
  },
  request: SimRequest,
  isSubscribed: boolean,
): SubscriptionAnswer {
  const { troubles, listeners, venue, nowMs: arrivedAtMs } = world;
  const fate = troubles.find((trouble) => trouble.request?.(request));
  if (fate?.type === 'lost' || fate?.type === 'notSent')
    return { isTaken: false, fields: undefined };
  const spell = (said: VenueAnswer): SubscriptionAnswer['fields'] => fieldsOf(said, venue.nowMs());
  if (fate?.type === 'answered') return { isTaken: false, fields: spell(fate.answer) };

  const { answer: taken } = venue.take(request);
  const isDouble = isSubscribed && isOk(taken);
  const answer = isDouble ? refusalAnswer(REFUSALS.subscribedAlready()) : taken;
  const weight = weightOf(request);
  listeners.onArrived({ request, arrivedAtMs, weight, answer, isAccepted: false });
  const isTaken = isOk(answer);
  const told = troubles.find((trouble) => trouble.answer?.(request, answer));
  if (told?.type === 'lost') return { isTaken, fields: undefined };
  if (told?.type === 'replaced') return { isTaken, fields: spell(told.answer) };
  return { isTaken, fields: { ...spell(answer), rateLimits: venue.rateLimits() } };
}

function isOk(answer: VenueAnswer): boolean {
  return answer.type === 'http' && answer.status === 200;
}

/**
 * As answers on a socket are spelled; a page of HTML does not come this way. There is no header to say for how long:
 * the venue's moments do.
 */
function fieldsOf(answer: VenueAnswer, serverTime: number): SubscriptionAnswer['fields'] {
  if (answer.type !== 'http') return undefined;
  const { status, body, retryAfterMs } = answer;
  if (status === 200) return { status };
  if (!isJson(body)) return undefined;
  const error: Readonly<Record<string, unknown>> = JSON.parse(body);
  if (retryAfterMs === undefined) return { status, error };
  return {
    status,
    error: { ...error, data: { serverTime, retryAfter: serverTime + retryAfterMs } },
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
