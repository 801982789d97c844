import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { DeskEvent } from '../domain/event.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { UnixMs } from '../domain/units.ts';
import { FrameSplitter } from './frame-splitter.ts';
import { readAhead } from './read-ahead.ts';
import { lastClockMs, wallClockMs } from './wall-clock.ts';

/** Close code of RFC 6455 for a message larger than its receiver takes. */
const MESSAGE_TOO_BIG = 1009;

export interface SocketSetup {
  /** The core has its own, shorter deadline; this one only frees the socket. */
  readonly handshakeTimeoutMs: number;
  readonly frameBytesMax: number;
}

interface OpenSocket {
  readonly socket: WebSocket;
  /** Stopped once we drop the socket: nobody wants what it still holds. */
  readonly splitter: FrameSplitter;
}

/**
 * Real sockets, by connection id. It opens, sends, closes and tells; whether a socket is alive, and
 * when to open another, is decided in the core. Plain frames are read by our splitter, all others by
 * the library; both see only what is theirs.
 */
export class Sockets {
  readonly #setup: SocketSetup;
  readonly #deliver: (event: DeskEvent) => void;
  readonly #open = new Map<ConnectionId, OpenSocket>();
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
      // What the splitter hands over is answered before it reads on: the order of frames rests on this.
      allowSynchronousEvents: true,
    });
    const hearFrame = (chunk: Uint8Array, from: number, to: number, atMs: UnixMs): void => {
      this.bytesReceived += to - from;
      this.#deliver({ type: 'frameReceived', atMs, connection, chunk, from, to });
    };
    const splitter = new FrameSplitter({
      frameBytesMax: this.#setup.frameBytesMax,
      deliver: (chunk, from, to) => hearFrame(chunk, from, to, lastClockMs()),
    });
    this.#open.set(connection, { socket, splitter });
    let stream: Socket | undefined;
    socket.on('upgrade', (response) => {
      stream = response.socket;
    });
    socket.on('open', () => {
      if (stream !== undefined) {
        readAhead(stream, (chunk, handOver) => {
          // One look for all frames of the chunk: they came together.
          wallClockMs();
          splitter.read(chunk, handOver);
        });
      }
      this.#deliver({ type: 'socketOpened', atMs: wallClockMs(), connection });
    });
    socket.on('message', (data) => {
      if (splitter.isStopped) return;
      const bytes = asBytes(data);
      hearFrame(bytes, 0, bytes.length, wallClockMs());
    });
    socket.on('ping', () => {
      if (splitter.isStopped) return;
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
    const socket = this.#open.get(connection)?.socket;
    if (socket?.readyState === WebSocket.OPEN) socket.send(text);
  }

  /**
   * `close` says goodbye and hears what is still under way: a report of an order may be. `terminate`
   * hears nothing more, not even the next frame of the chunk that is being read.
   */
  close(connection: ConnectionId, how: 'close' | 'terminate'): void {
    const open = this.#open.get(connection);
    if (open === undefined) return;
    if (how === 'terminate' || open.socket.readyState !== WebSocket.OPEN) drop(open);
    else open.socket.close(1000);
  }

  /** At the end of the process: drops every socket and tells nobody. */
  dropAll(): void {
    const all = [...this.#open.values()];
    this.#open.clear();
    for (const open of all) drop(open);
  }
}

function drop({ socket, splitter }: OpenSocket): void {
  splitter.stop();
  socket.terminate();
}

function asBytes(data: Buffer | ArrayBuffer | Buffer[]): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
