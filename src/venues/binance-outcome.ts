import type { ClientOrderId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { OrderReport, VenueRefusal } from '../domain/order.ts';
import type { PlaceOutcome, VenueAnswer } from '../domain/venue.ts';
import { readOrderAnswer } from './binance-orders.ts';
import { findRefusal } from './binance-refusal.ts';
import { parseJson, readFields, ShapeBroken } from './json-shape.ts';

/** The venue looked at the order and did not take it. Every code not named here proves nothing. */
const REFUSING_CODES: ReadonlySet<number> = new Set([
  -1013, -1014, -1015, -1020, -1021, -1022, -2010, -2014, -2015,
]);
/** Missing, unknown or malformed parameters. */
const PARAMETER_CODE_MAX = -1100;
const PARAMETER_CODE_MIN = -1136;
const ORDER_REFUSED = -2010;
const DUPLICATE_TEXT = 'Duplicate order sent.';
const TOO_MANY_REQUESTS = -1003;

/**
 * What the answer to a placed order proves. The list of proofs is short and closed; everything else,
 * a 200 of the wrong shape included, leaves the order unknown, and an unknown order is only asked
 * about. Guessing "failed" here is how one night becomes two positions.
 */
export function classifyPlace(
  answer: VenueAnswer,
  clientOrderId: ClientOrderId,
  instrument: Instrument,
): PlaceOutcome {
  switch (answer.type) {
    case 'timedOut':
      return { type: 'unknown', cause: { type: 'noAnswer', waitedMs: answer.waitedMs } };
    case 'transportFailed':
      if (answer.bytesSent === 'none') return { type: 'notSent', text: answer.text };
      return { type: 'unknown', cause: { type: 'transport', text: answer.text } };
    case 'http':
      return answer.status >= 200 && answer.status < 300
        ? classifyTaken(answer.body, clientOrderId, instrument)
        : classifyRefused(answer.status, answer.body, answer.retryAfterMs);
  }
}

function classifyTaken(
  body: string,
  clientOrderId: ClientOrderId,
  instrument: Instrument,
): PlaceOutcome {
  let report: OrderReport;
  try {
    report = readOrderAnswer(readFields(parseJson(body), 'answer'), instrument, 'clientOrderId');
  } catch (cause) {
    if (!(cause instanceof ShapeBroken)) throw cause;
    return { type: 'unknown', cause: { type: 'badAnswer', text: cause.message } };
  }
  if (report.clientOrderId !== clientOrderId) {
    const text = `sent ${clientOrderId}, answered ${report.clientOrderId}`;
    return { type: 'unknown', cause: { type: 'badAnswer', text } };
  }
  return { type: 'accepted', report };
}

function classifyRefused(
  status: number,
  body: string,
  retryAfterMs: number | undefined,
): PlaceOutcome {
  const refusal = findRefusal(status, body);
  if (refusal?.code === ORDER_REFUSED && refusal.text === DUPLICATE_TEXT && status < 500) {
    return { type: 'exists', proof: refusal };
  }
  const isLimit = status === 418 || status === 429;
  if (isLimit && refusal === undefined && retryAfterMs !== undefined) {
    // The documented header is as good as the documented body.
    const proof = { httpStatus: status, code: TOO_MANY_REQUESTS, text: 'Retry-After' };
    return { type: 'rejected', proof };
  }
  if (refusal !== undefined && isProof(refusal)) return { type: 'rejected', proof: refusal };
  const text = refusal?.text ?? body.slice(0, 200);
  return {
    type: 'unknown',
    cause: { type: 'venueError', httpStatus: status, code: refusal?.code, text },
  };
}

/** Whether the venue's error proves that it did not take the order. */
function isProof({ httpStatus, code }: VenueRefusal): boolean {
  if (httpStatus === 418 || httpStatus === 429) return true;
  if (httpStatus === 403 || httpStatus === 451) return true;
  if (httpStatus < 400 || httpStatus >= 500) return false;
  return REFUSING_CODES.has(code) || (code <= PARAMETER_CODE_MAX && code >= PARAMETER_CODE_MIN);
}
