import { createServer, type Server, type Socket } from 'node:net';

/** One request as it stood on the wire. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Requests of one connection share this number: it was kept alive. */
  readonly connection: number;
}

/** What the server does with a request: any bytes at all, or none. */
export type Misbehaviour = (socket: Socket, request: WireRequest) => void;

/** A server below HTTP: it reads requests properly and answers with whatever bytes the test wants. */
export class RawHttpServer {
  readonly requests: WireRequest[] = [];
  readonly base: string;
  answer: Misbehaviour = (socket) => socket.destroy();
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.base = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<RawHttpServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const raw = new RawHttpServer(server, address.port);
    let connections = 0;
    server.on('connection', (socket) => {
      connections += 1;
      raw.#serve(socket, connections);
    });
    return raw;
  }

  get openCount(): number {
    return this.#open.size;
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket, connection: number): void {
    this.#open.add(socket);
    // The other side may vanish in the middle: that is what these tests are about.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#open.delete(socket));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (;;) {
        const found = cutRequest(text, connection);
        if (found === undefined) return;
        text = found.rest;
        this.requests.push(found.request);
        this.answer(socket, found.request);
      }
    });
  }
}

function cutRequest(
  text: string,
  connection: number,
): { readonly request: WireRequest; readonly rest: string } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = Number(headers['content-length'] ?? 0);
  const bodyAt = end + 4;
  if (text.length < bodyAt + length) return undefined;
  const [method = '', target = ''] = first.split(' ');
  const body = text.slice(bodyAt, bodyAt + length);
  return {
    request: { method, target, headers, body, connection },
    rest: text.slice(bodyAt + length),
  };
}

/** A proper answer, as bytes. */
export function httpAnswer(status: number, body: string, headers = ''): string {
  return `HTTP/1.1 ${status} X\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}
