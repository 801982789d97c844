import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { FAULT_CATALOGUE } from '../faults/catalogue.ts';
import type { FaultBoard } from '../faults/fault-board.ts';

/** What the control port needs of the exchange. */
export interface ControlParts {
  readonly faults: FaultBoard;
  readonly truth: () => Readonly<Record<string, unknown>>;
}

const BODY_BYTES_MAX = 1024 * 1024;

/** The second port: faults in, truth out. Not part of the venue, and never slowed by its faults. */
export function createControlServer(parts: ControlParts): Server {
  return createServer((request, response) => {
    answer(parts, request)
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      })
      .catch((error: unknown) => {
        // A malformed order of a fault is the caller's mistake: said, and nothing armed.
        sayBad(response, error);
      });
  });
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function answer(parts: ControlParts, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://control');
  const [, root = '', id] = url.pathname.split('/');
  switch (`${request.method} /${root}`) {
    case 'GET /truth':
      return { status: 200, body: parts.truth() };
    case 'GET /faults':
      return {
        status: 200,
        body: {
          armed: parts.faults.list(),
          ended: parts.faults.listEnded(),
          known: describeKnown(),
        },
      };
    case 'POST /faults':
      return { status: 201, body: { ids: arm(parts.faults, JSON.parse(await readText(request))) } };
    case 'DELETE /faults':
      parts.faults.clear(id === undefined ? undefined : Number(id));
      return { status: 200, body: { armed: parts.faults.list() } };
    case 'GET /healthz':
      return { status: 200, body: { ok: true } };
    default:
      return { status: 404, body: { error: `no ${request.method} ${url.pathname}` } };
  }
}

/** One fault, or a list of them. */
function arm(faults: FaultBoard, order: unknown): readonly number[] {
  return Array.isArray(order) ? order.map((one) => faults.arm(one)) : [faults.arm(order)];
}

function describeKnown(): readonly Readonly<Record<string, string>>[] {
  return FAULT_CATALOGUE.map(({ name, does }) => ({ name, does }));
}

function sayBad(response: ServerResponse, error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  response.writeHead(400, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: text }));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    size += chunk.length;
    if (size > BODY_BYTES_MAX) throw new Error(`body above ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
