import { WebSocket } from 'ws';

// biome-ignore lint/suspicious/noExplicitAny: tests look into frames of every shape
export type Frame = any;

const PATIENCE_MS = 60_000;

/** A WS connection that remembers all it heard and waits for what a test wants. */
export class WsClient {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];
  readonly texts: string[] = [];
  readonly pings: string[] = [];
  readonly closed: Promise<number>;
  #listeners = new Set<() => void>();
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
    socket.on('message', (data) => {
      const text = data.toString();
      this.texts.push(text);
      this.frames.push(parse(text));
      for (const listener of this.#listeners) listener();
    });
    socket.on('ping', (payload) => {
      this.pings.push(payload.toString());
      for (const listener of this.#listeners) listener();
    });
    socket.on('error', () => socket.terminate());
  }

  static open(
    port: number,
    path: string,
    options: { readonly autoPong?: boolean } = {},
  ): Promise<WsClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, options);
    const client = new WsClient(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(client));
      socket.once('error', reject);
    });
  }

  /** Sends a request with the next id and returns its answer. */
  async ask(method: string, params?: unknown): Promise<Frame> {
    const id = this.#nextId++;
    this.socket.send(JSON.stringify({ id, method, ...(params === undefined ? {} : { params }) }));
    return this.until((frame) => frame.id === id);
  }

  /** The first frame (heard already or yet to come) that matches. */
  async until(matches: (frame: Frame) => boolean): Promise<Frame> {
    // Each frame is looked at once: a recording brings a hundred thousand.
    let next = 0;
    return this.when(() => {
      while (next < this.frames.length) {
        const frame = this.frames[next++];
        if (matches(frame)) return frame;
      }
      return undefined;
    });
  }

  /** Waits until `look` finds something. */
  when<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#listeners.delete(check);
        reject(
          new Error(`nothing after ${PATIENCE_MS} ms; last: ${this.texts.slice(-3).join(' | ')}`),
        );
      }, PATIENCE_MS);
      const check = () => {
        const found = look();
        if (found === undefined) return;
        clearTimeout(timer);
        this.#listeners.delete(check);
        resolve(found);
      };
      this.#listeners.add(check);
      check();
    });
  }

  close(): void {
    this.socket.terminate();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { invalid: text };
  }
}
