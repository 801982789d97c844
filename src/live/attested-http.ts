import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type UnixMs, unixMs } from '../domain/units.ts';
import type { VenueAnswer } from '../domain/venue.ts';
import { wallClockMs } from './wall-clock.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly timeoutMs: number;
  /** The last byte of the request was handed to the socket. */
  readonly onSent?: (() => void) | undefined;
}

/** Answers larger than this are cut off: a book of 5000 levels is 300 kB, a full `exchangeInfo` 5 MB. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** The venue's clock is asked each minute, so one connection is always warm. */
const IDLE_MS_MAX = 90_000;

/**
 * HTTP that can swear. It never retries, never follows a redirect, and says `bytesSent: 'none'` only
 * when its own socket was never connected, so that no byte of the request can have left.
 */
export class AttestedHttp {
  readonly #agents: { readonly 'http:': http.Agent; readonly 'https:': https.Agent };

  /** An order never leaves on a connection that was idle for longer: a box on the way may have forgotten it. */
  constructor(idleMsMax = IDLE_MS_MAX) {
    const keep = {
      keepAlive: true,
      maxSockets: 16,
      scheduling: 'lifo',
      timeout: idleMsMax,
    } as const;
    this.#agents = { 'http:': new http.Agent(keep), 'https:': new https.Agent(keep) };
  }

  /** Always resolves: whatever happened is a `VenueAnswer`. */
  async send(request: HttpRequest): Promise<VenueAnswer> {
    const sentAtMs = wallClockMs();
    let attempt: http.ClientRequest;
    try {
      attempt = this.#begin(request);
    } catch (error) {
      // Not even a request came to be: a broken address or a header that no wire may carry.
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      const text = `no request could be made: ${code}`;
      return { type: 'transportFailed', bytesSent: 'none', text, sentAtMs };
    }
    const secure = attempt.protocol === 'https:';
    return await new Promise((resolve) => {
      const attest = watchFirstByte(attempt, secure);
      const deadline = setTimeout(() => {
        settle({ type: 'timedOut', waitedMs: request.timeoutMs, sentAtMs });
        attempt.destroy();
      }, request.timeoutMs);
      let settled = false;
      const settle = (answer: VenueAnswer): void => {
        if (settled) return;
        settled = true;
        clearTimeout(deadline);
        resolve(answer);
      };
      const fail = (error: Error): void =>
        settle({ type: 'transportFailed', bytesSent: attest(), text: describe(error), sentAtMs });
      if (request.onSent !== undefined) attempt.on('finish', request.onSent);
      attempt.on('error', fail);
      attempt.on('response', (response) => readBody(response, sentAtMs, settle, fail));
      attempt.end(request.body);
    });
  }

  #begin(request: HttpRequest): http.ClientRequest {
    const url = new URL(request.url);
    const secure = url.protocol === 'https:';
    return (secure ? https : http).request(url, {
      method: request.method,
      headers: withLength(request),
      agent: secure ? this.#agents['https:'] : this.#agents['http:'],
    });
  }

  close(): void {
    this.#agents['http:'].destroy();
    this.#agents['https:'].destroy();
  }
}

function withLength(request: HttpRequest): Record<string, string | number> {
  if (request.body === undefined) return { ...request.headers };
  return { ...request.headers, 'content-length': Buffer.byteLength(request.body) };
}

/**
 * Request bytes reach a plain socket at `connect` and a TLS socket at `secureConnect`; before that
 * Node holds them back. A socket that was already open (keep-alive) may have taken them at once.
 */
function watchFirstByte(attempt: http.ClientRequest, secure: boolean): () => 'none' | 'maybe' {
  let mayHaveLeft = false;
  attempt.on('socket', (socket: Socket) => {
    const ready = secure
      ? socket instanceof TLSSocket && !socket.connecting && socket.getFinished() !== undefined
      : !socket.connecting;
    if (ready) mayHaveLeft = true;
    else
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        mayHaveLeft = true;
      });
  });
  return () => (mayHaveLeft ? 'maybe' : 'none');
}

function readBody(
  response: http.IncomingMessage,
  sentAtMs: UnixMs,
  settle: (answer: VenueAnswer) => void,
  fail: (error: Error) => void,
): void {
  const parts: Buffer[] = [];
  let size = 0;
  response.on('data', (part: Buffer) => {
    size += part.length;
    if (size > BODY_BYTES_MAX) {
      response.destroy(new Error(`answer is larger than ${BODY_BYTES_MAX} bytes`));
      return;
    }
    parts.push(part);
  });
  response.on('error', fail);
  response.on('aborted', () => fail(new Error('answer was cut off')));
  response.on('end', () => {
    if (!response.complete) {
      fail(new Error('answer was cut off'));
      return;
    }
    settle({
      type: 'http',
      status: response.statusCode ?? 0,
      body: Buffer.concat(parts).toString('utf8'),
      retryAfterMs: readSeconds(response.headers['retry-after']),
      usedWeight: readCount(response.headers['x-mbx-used-weight-1m']),
      sentAtMs: unixMs(sentAtMs),
    });
  });
}

function readSeconds(header: string | undefined): number | undefined {
  const seconds = readCount(header);
  return seconds === undefined ? undefined : seconds * 1_000;
}

function readCount(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || !/^[0-9]{1,9}$/.test(header)) return undefined;
  return Number(header);
}

function describe(error: Error & { code?: string }): string {
  return error.code === undefined ? error.message : `${error.code}: ${error.message}`;
}
