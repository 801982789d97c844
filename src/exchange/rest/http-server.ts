import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { VenueRefusal } from '../../matching/wire/venue-refusal.ts';
import type { FaultBoard } from '../faults/fault-board.ts';
import { REST_ROUTES } from '../operations/catalogue.ts';
import type { Venue } from '../operations/operation.ts';
import { Parameters } from '../parameters.ts';
import type { Answered, RequestDesk } from '../request-desk.ts';

const BODY_BYTES_MAX = 64 * 1024;
/** Whatever stands before the API's own path is somebody's reverse proxy, and no business of ours. */
const KNOWN_ROOT = /\/(?:api|sapi|fapi|dapi)\/v[0-9]+\/.*$/;

/** The REST door. Upgrades are the business of `ws/`. */
export function createRestServer(venue: Venue, desk: RequestDesk, faults: FaultBoard): Server {
  const server = createServer((request, response) => {
    readBody(request)
      .then((body) => answer(venue, desk, request, response, body))
      .catch((error: unknown) => {
        // The client went away while it spoke: nobody is left to answer.
        if (!request.complete) return;
        throw error;
      });
  });
  server.on('connection', (socket) => {
    if (faults.refusesConnection({ channel: 'rest' })) socket.destroy();
  });
  // Longer than any client keeps an idle connection: the reuse race is the client's to lose, not ours to cause.
  server.keepAliveTimeout = 65_000;
  return server;
}

async function answer(
  venue: Venue,
  desk: RequestDesk,
  request: IncomingMessage,
  response: ServerResponse,
  body: string | undefined,
): Promise<void> {
  const [rawPath = '', query = ''] = splitOnce(request.url ?? '/', '?');
  const path = KNOWN_ROOT.exec(rawPath)?.[0] ?? rawPath;
  const method = request.method ?? 'GET';
  const operation = REST_ROUTES.get(`${method} ${path}`);
  if (body === undefined) {
    send(
      venue,
      response,
      refusedReply(new VenueRefusal(-1000, 'Request body too large.', { httpStatus: 413 })),
    );
    return;
  }
  if (operation === undefined) {
    send(venue, response, notFound(path));
    return;
  }
  const apiKey = request.headers['x-mbx-apikey'];
  const reply = await desk.carryOut(operation, {
    channel: 'rest',
    method,
    path,
    params: Parameters.ofRest(query, body),
    apiKey: typeof apiKey === 'string' ? apiKey : undefined,
    session: undefined,
  });
  if (reply.type === 'destroy') request.socket.destroy();
  else send(venue, response, reply);
}

function send(venue: Venue, response: ServerResponse, reply: Answered): void {
  const headers = {
    'content-type': 'application/json;charset=UTF-8',
    ...limitHeaders(venue, reply),
  };
  switch (reply.type) {
    case 'done':
      response.writeHead(200, headers).end(JSON.stringify(reply.body));
      return;
    case 'refused':
      response.writeHead(reply.refusal.httpStatus, headers).end(JSON.stringify(reply.refusal.body));
      return;
    case 'answer':
      response.writeHead(reply.httpStatus, { ...headers, ...reply.headers }).end(reply.body);
  }
}

function limitHeaders(venue: Venue, reply: Answered): Readonly<Record<string, string>> {
  const nowMs = venue.clock.wallMs();
  const weight = String(venue.limits.usedWeight(nowMs));
  const retry = reply.type === 'refused' ? reply.refusal.retryAfterSec : undefined;
  const orders =
    reply.type === 'done' && reply.countsOrders
      ? venue.limits.orderCounts(nowMs, reply.account ?? '')
      : undefined;
  return {
    'x-mbx-used-weight': weight,
    'x-mbx-used-weight-1m': weight,
    ...(retry === undefined ? {} : { 'retry-after': String(retry) }),
    ...(orders === undefined
      ? {}
      : {
          'x-mbx-order-count-10s': String(orders.per10Sec),
          'x-mbx-order-count-1d': String(orders.perDay),
        }),
  };
}

function refusedReply(refusal: VenueRefusal): Answered {
  return { type: 'refused', refusal, account: undefined };
}

function notFound(path: string): Answered {
  return refusedReply(new VenueRefusal(-1, `Path ${path}, Method not found.`, { httpStatus: 404 }));
}

/** `undefined`: longer than any request of this API can be. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    size += chunk.length;
    if (size <= BODY_BYTES_MAX) chunks.push(chunk);
  }
  return size > BODY_BYTES_MAX ? undefined : Buffer.concat(chunks).toString('utf8');
}

function splitOnce(text: string, at: string): readonly [string, string] {
  const place = text.indexOf(at);
  return place < 0 ? [text, ''] : [text.slice(0, place), text.slice(place + 1)];
}
