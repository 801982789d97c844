import { z } from 'zod';
import type { StreamHub } from '../market/stream-hub.ts';
import type { VenueSocket } from './venue-socket.ts';

const STREAMS_MAX = 1_024;

const requestSchema = z.object({
  id: z.union([z.int(), z.string().max(36), z.null()]).optional(),
  method: z.enum([
    'SUBSCRIBE',
    'UNSUBSCRIBE',
    'LIST_SUBSCRIPTIONS',
    'SET_PROPERTY',
    'GET_PROPERTY',
  ]),
  params: z.array(z.union([z.string(), z.boolean()])).default([]),
});
type Request = z.infer<typeof requestSchema>;

/** One connection to `/ws` or `/stream`: what it subscribes to and in which envelope it wants it. */
export class MarketSession {
  readonly #socket: VenueSocket;
  readonly #hub: StreamHub;
  readonly #nowMs: () => number;
  readonly #streams = new Set<string>();
  #combined: boolean;

  constructor(about: {
    readonly socket: VenueSocket;
    readonly hub: StreamHub;
    readonly nowMs: () => number;
    readonly combined: boolean;
    readonly streams: readonly string[];
  }) {
    this.#socket = about.socket;
    this.#hub = about.hub;
    this.#nowMs = about.nowMs;
    this.#combined = about.combined;
    this.#subscribe(about.streams);
    this.#socket.onText((text) => this.#onText(text));
    this.#socket.onClosed(() => this.#unsubscribe([...this.#streams]));
    this.#socket.onShutdown(() => this.#sayShutdown());
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedBytes;
  }

  /** Sends one message of a stream; `data` is the JSON text of its payload. */
  deliver(stream: string, symbol: string, data: string): void {
    const text = this.#combined ? `{"stream":"${stream}","data":${data}}` : data;
    this.#socket.send(text, { channel: 'market', stream, symbol });
  }

  #onText(text: string): void {
    const parsed = parseRequest(text);
    if ('code' in parsed) this.#answer({ ...parsed });
    else this.#answer(this.#carryOut(parsed));
  }

  #carryOut(request: Request): Readonly<Record<string, unknown>> {
    const id = request.id ?? null;
    const names = request.params.filter((param) => typeof param === 'string');
    switch (request.method) {
      case 'SUBSCRIBE':
        if (this.#streams.size + names.length > STREAMS_MAX) {
          return invalid(id, `at most ${STREAMS_MAX} streams per connection`);
        }
        // The answer goes first: no client expects data of a stream before its ack.
        queueMicrotask(() => this.#subscribe(names));
        return { result: null, id };
      case 'UNSUBSCRIBE':
        this.#unsubscribe(names);
        return { result: null, id };
      case 'LIST_SUBSCRIPTIONS':
        return { result: [...this.#streams], id };
      case 'SET_PROPERTY': {
        const [name, value] = request.params;
        if (name !== 'combined') return { code: 0, msg: 'Unknown property', id };
        if (typeof value !== 'boolean') return invalid(id, 'property value must be a boolean');
        this.#combined = value;
        return { result: null, id };
      }
      case 'GET_PROPERTY':
        return request.params[0] === 'combined'
          ? { result: this.#combined, id }
          : { code: 0, msg: 'Unknown property', id };
    }
  }

  #subscribe(streams: readonly string[]): void {
    for (const stream of streams) {
      this.#streams.add(stream);
      this.#hub.add(stream, this);
    }
  }

  #unsubscribe(streams: readonly string[]): void {
    for (const stream of streams) {
      this.#streams.delete(stream);
      this.#hub.remove(stream, this);
    }
  }

  #sayShutdown(): void {
    this.deliver('!serverShutdown', '', JSON.stringify({ e: 'serverShutdown', E: this.#nowMs() }));
  }

  #answer(body: Readonly<Record<string, unknown>>): void {
    this.#socket.send(JSON.stringify(body), { channel: 'market', stream: '!answer' });
  }
}

function parseRequest(text: string): Request | { code: number; msg: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { code: 3, msg: 'Invalid JSON: expected value at line 1 column 1' };
  }
  const parsed = requestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return { code: 2, msg: `Invalid request: ${issue?.path.join('.')} ${issue?.message}` };
}

function invalid(id: Request['id'], why: string): Readonly<Record<string, unknown>> {
  return { code: 2, msg: `Invalid request: ${why}`, id: id ?? null };
}
