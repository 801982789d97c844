import type { VenueAnswer } from '../../domain/venue.ts';
import { http, rawHttp } from '../venue-answer.ts';

/** Answers of a venue in trouble, in the vendor's own words. */

export const TIMEOUT_TOLD: VenueAnswer = http(504, {
  code: -1007,
  msg: 'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
});
export const HTML_502 = rawHttp(
  502,
  '<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>',
);
export const EMPTY_503 = rawHttp(503, '');
export const DISCONNECTED_500 = http(500, {
  code: -1001,
  msg: 'Internal error; unable to process your request. Please try again.',
});
/** All that proves nothing, either way. */
export const SERVER_ERRORS: readonly VenueAnswer[] = [
  TIMEOUT_TOLD,
  HTML_502,
  EMPTY_503,
  DISCONNECTED_500,
  http(503, {
    code: -1008,
    msg: 'Server is currently overloaded with other requests. Please try again in a few minutes.',
  }),
  http(500, { code: -1000, msg: 'An unknown error occurred while processing the request.' }),
  http(400, {
    code: -1006,
    msg: 'An unexpected response was received from the message bus. Execution status unknown.',
  }),
];

export const HTML_PAGE = rawHttp(
  200,
  '<!DOCTYPE html><html><body><form action="/login">Welcome to the hotel network</form></body></html>',
);
export const FIREWALL_403 = rawHttp(
  403,
  '<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY>Request blocked.</BODY></HTML>',
);
export const MAINTENANCE_503 = http(503, {
  code: -1016,
  msg: 'This service is no longer available.',
});
export const NOT_OUR_ADDRESS = http(401, {
  code: -2015,
  msg: 'Invalid API-key, IP, or permissions for action.',
});
export const CLOCK_REFUSED = http(400, {
  code: -1021,
  msg: 'Timestamp for this request is outside of the recvWindow.',
});
export const NO_FUNDS = http(400, {
  code: -2010,
  msg: 'Account has insufficient balance for requested action.',
});
export const DUPLICATE = http(400, { code: -2010, msg: 'Duplicate order sent.' });
export const UNKNOWN_ORDER = http(400, { code: -2011, msg: 'Unknown order sent.' });
export const NO_SUCH_ORDER = http(400, { code: -2013, msg: 'Order does not exist.' });

/** A body that is no answer: of the right status, and worth nothing. */
export function garble(answer: VenueAnswer, kind: number): VenueAnswer {
  if (answer.type !== 'http') return answer;
  const { body } = answer;
  const bodies = [
    '{}',
    'null',
    '[]',
    '',
    body.slice(0, Math.floor(body.length / 2)),
    HTML_PAGE.body,
    body.replace(/"(orderId|id|lastUpdateId|serverTime)":\d+/, '"$1":null'),
    body.replace(/"(status|symbol|msg)":"[^"]*"/, '"$1":7'),
    body.replace(/"(executedQty|qty|free)":"[^"]*"/, '"$1":"NaN"'),
  ];
  return { ...answer, body: bodies[kind % bodies.length] ?? '' };
}
/** How many kinds of garbled bodies there are. */
export const GARBLES_COUNT = 9;
