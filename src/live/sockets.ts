import { WebSocket } from 'ws';
import type { DeskEvent } from '../domain/event.ts';
import type { ConnectionId } from '../domain/ids.ts';
import { wallClockMs } from './wall-clock.ts';

/** Close code of RFC 6455 for a message larger than its receiver takes. */
const MESSAGE_TOO_BIG = 1009;

export interface SocketSetup {
  /** The core has its own, shorter deadline; this one only frees the socket. */
  readonly handshakeTimeoutMs: number;
  readonly frameBytesMax: number;
}

/**
 * Real sockets, by connection id. It opens, sends, closes and tells; whether a socket is alive, and
 * when to open another, is decided in the core.
 */
export class Sockets {
  readonly #setup: SocketSetup;
  readonly #deliver: (event: DeskEvent) => void;
  readonly #open = new Map<ConnectionId, WebSocket>();
  bytesReceived = 0;

  constructor(setup: SocketSetup, deliver: (event: DeskEvent) => void) {
    this.#setup = setup;
    this.#deliver = deliver;
  }

  get openCount(): number {
    return this.#open.size;
  }

  open(connection: ConnectionId, url: string): void {
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      handshakeTimeout: this.#setup.handshakeTimeoutMs,
      maxPayload: this.#setup.frameBytesMax,
      // The codecs read bytes and refuse anything that is not plain ASCII where it matters.
      skipUTF8Validation: true,
    });
    this.#open.set(connection, socket);
    socket.on('open', () => {
      // Ticks and orders are small frames that must not wait for each other.
      this.#deliver({ type: 'socketOpened', atMs: wallClockMs(), connection });
    });
    socket.on('message', (data) => {
      const bytes = asBytes(data);
      this.bytesReceived += bytes.length;
      this.#deliver({ type: 'frameReceived', atMs: wallClockMs(), connection, bytes });
    });
    socket.on('ping', () => {
      this.#deliver({ type: 'pingReceived', atMs: wallClockMs(), connection });
    });
    let trouble = '';
    let isTooBig = false;
    socket.on('error', (error) => {
      trouble = error.message;
      isTooBig = 'code' in error && error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
    });
    socket.on('close', (closedWith, reason) => {
      if (!this.#open.delete(connection)) return;
      const cause = trouble === '' ? reason.toString('utf8').slice(0, 200) : trouble;
      // The library reports its own refusal as a lost connection; the core must know what it was.
      const code = isTooBig ? MESSAGE_TOO_BIG : closedWith;
      this.#deliver({ type: 'socketClosed', atMs: wallClockMs(), connection, code, cause });
    });
  }

  /** Silently does nothing when the socket is gone: its `socketClosed` is on its way. */
  send(connection: ConnectionId, text: string): void {
    const socket = this.#open.get(connection);
    if (socket?.readyState === WebSocket.OPEN) socket.send(text);
  }

  close(connection: ConnectionId, how: 'close' | 'terminate'): void {
    const socket = this.#open.get(connection);
    if (socket === undefined) return;
    if (how === 'terminate' || socket.readyState !== WebSocket.OPEN) socket.terminate();
    else socket.close(1000);
  }

  /** At the end of the process: drops every socket and tells nobody. */
  dropAll(): void {
    for (const socket of this.#open.values()) socket.terminate();
    this.#open.clear();
  }
}

function asBytes(data: Buffer | ArrayBuffer | Buffer[]): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
