import { unixMs } from '../domain/units.ts';
import type { VenueAnswer } from '../domain/venue.ts';
import { VenueRefusal } from '../matching/wire/venue-refusal.ts';

type HttpAnswer = Extract<VenueAnswer, { type: 'http' }>;

/** An answer of the venue; `sentAtMs` is filled in by whoever carried the request. */
export function http(status: number, body: unknown, retryAfterMs?: number): HttpAnswer {
  return rawHttp(status, JSON.stringify(body), retryAfterMs);
}

/** The same with a body that need not be JSON. */
export function rawHttp(status: number, body: string, retryAfterMs?: number): HttpAnswer {
  return { type: 'http', status, body, retryAfterMs, usedWeight: undefined, sentAtMs: unixMs(0) };
}

/** The venue's refusal as it stands on the wire. */
export function refusalAnswer(refusal: VenueRefusal): HttpAnswer {
  const { httpStatus, body, retryAfterSec } = refusal;
  return http(httpStatus, body, retryAfterSec === undefined ? undefined : retryAfterSec * 1_000);
}

/** What `run` answers, or its refusal. */
export function answerOf(run: () => HttpAnswer): HttpAnswer {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof VenueRefusal)) throw error;
    return refusalAnswer(error);
  }
}

/** Of -2010 only these words prove anything: a duplicate, told by the same code, is there. */
const REFUSED = 'insufficient balance';

/** Whether an order was refused in words that the vendor documents as proof. */
export function provesRefusal(answer: VenueAnswer): boolean {
  return answer.type === 'http' && answer.status === 400 && answer.body.includes(REFUSED);
}
