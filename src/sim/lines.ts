import { type DeskEvent, frameReceived } from '../domain/event.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { UnixMs } from '../domain/units.ts';
import type { SimClock } from './clock.ts';
import type { Latency } from './latency.ts';
import type { FrameOnTheWay, SocketKind, Troubles } from './trouble.ts';

const PING_EVERY_MS = 20_000;
const KEY_UNKNOWN = { code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' };

export interface LinesParts {
  readonly clock: SimClock;
  readonly latency: Latency;
  readonly troubles: Troubles;
  /** Our clock, for stamps. */
  readonly atMs: () => UnixMs;
  readonly tell: (event: DeskEvent) => void;
  /** Whether the key of the account opens anything. */
  readonly isKeyValid: () => boolean;
}

interface Socket {
  readonly kind: SocketKind;
  isOpen: boolean;
  /** Market: streams asked for. Account: not empty once subscribed. */
  readonly streams: Set<string>;
  /** A stream of bytes keeps its order: nothing arrives before what was sent earlier. */
  lastArrivalMs: number;
}

interface Said {
  readonly method: string;
  readonly id: number;
  readonly params?: readonly string[];
}

/** The sockets of one life of the daemon, both ends of them. They die with it. */
export class SimLines {
  readonly #parts: LinesParts;
  readonly #sockets = new Map<ConnectionId, Socket>();

  constructor(parts: LinesParts) {
    this.#parts = parts;
  }

  open(connection: ConnectionId, kind: SocketKind): void {
    const { clock, latency, troubles } = this.#parts;
    const socket = { kind, isOpen: false, streams: new Set<string>(), lastArrivalMs: 0 };
    this.#sockets.set(connection, socket);
    clock.after(latency.roundTripMs(), () => {
      if (this.#sockets.get(connection) !== socket) return;
      const fate = troubles.find(({ connect }) => connect?.(kind));
      if (fate === 'hangs') return;
      if (fate === 'refused') {
        this.#end(connection, 1_006, 'connect ECONNREFUSED');
        return;
      }
      socket.isOpen = true;
      this.#parts.tell({ type: 'socketOpened', atMs: this.#parts.atMs(), connection });
      clock.after(PING_EVERY_MS, () => this.#ping(connection, socket));
    });
  }

  /** We close it. Terminated or not, the core hears that it is closed. */
  close(connection: ConnectionId): void {
    if (this.#sockets.has(connection)) this.#end(connection, 1_000, '');
  }

  /** The venue, or a box in the middle, ends every socket of a kind. */
  drop(kind: SocketKind, code = 1_006, cause = 'connection reset'): void {
    for (const [connection, socket] of [...this.#sockets]) {
      if (socket.kind === kind && socket.isOpen) this.#end(connection, code, cause);
    }
  }

  /** Sockets of a kind that are open now. */
  openOnes(kind: SocketKind): readonly ConnectionId[] {
    return [...this.#sockets].flatMap(([connection, socket]) =>
      socket.kind === kind && socket.isOpen ? [connection] : [],
    );
  }

  /** One socket ends, if it is still there. */
  cut(connection: ConnectionId, code = 1_006, cause = 'connection reset'): void {
    if (this.#sockets.has(connection)) this.#end(connection, code, cause);
  }

  /** What was held back on its way goes on now, if its socket is still there. */
  resume(frame: FrameOnTheWay): void {
    const socket = this.#sockets.get(frame.connection);
    if (socket !== undefined) this.#deliver(frame.connection, socket, frame.text, 0);
  }

  /** The venue pings every open socket of a kind, besides the usual. */
  ping(kind: SocketKind): void {
    for (const connection of this.openOnes(kind)) {
      this.#parts.tell({ type: 'pingReceived', atMs: this.#parts.atMs(), connection });
    }
  }

  /** What we say on a market socket. */
  send(connection: ConnectionId, text: string): void {
    const socket = this.#sockets.get(connection);
    if (socket === undefined || this.#isLost(connection, socket)) return;
    this.#parts.clock.after(this.#parts.latency.oneWayMs(), () => {
      if (this.#sockets.get(connection) !== socket) return;
      const said: Said = JSON.parse(text);
      const { method, id, params = [] } = said;
      if (method === 'SUBSCRIBE') {
        for (const stream of params) if (!this.#isForgotten(stream)) socket.streams.add(stream);
      }
      if (method === 'UNSUBSCRIBE') for (const stream of params) socket.streams.delete(stream);
      const result = method === 'LIST_SUBSCRIPTIONS' ? [...socket.streams] : null;
      this.#frame(connection, socket, '', JSON.stringify({ result, id }));
    });
  }

  /** We ask, signed, for the events of the account. */
  subscribeAccount(connection: ConnectionId, id: string): void {
    const socket = this.#sockets.get(connection);
    if (socket === undefined || this.#isLost(connection, socket)) return;
    this.#parts.clock.after(this.#parts.latency.oneWayMs(), () => {
      if (this.#sockets.get(connection) !== socket) return;
      if (!this.#parts.isKeyValid()) {
        const answer = { id, status: 401, error: KEY_UNKNOWN };
        this.#frame(connection, socket, '', JSON.stringify(answer));
        return;
      }
      const answer = { id, status: 200, result: { subscriptionId: 0 } };
      this.#frame(connection, socket, '', JSON.stringify(answer));
      socket.streams.add('account');
    });
  }

  /** A market frame leaves the venue, for whoever subscribed. */
  market(stream: string, data: string): void {
    for (const [connection, socket] of this.#sockets) {
      if (socket.streams.has(stream)) {
        this.#frame(connection, socket, stream, `{"stream":"${stream}","data":${data}}`);
      }
    }
  }

  /** An event of the account leaves the venue. */
  account(event: string, fields: Readonly<Record<string, unknown>>): void {
    for (const [connection, socket] of this.#sockets) {
      if (!socket.streams.has('account')) continue;
      this.#frame(connection, socket, event, JSON.stringify({ subscriptionId: 0, event: fields }));
    }
  }

  /** The venue says this on every open socket of a kind; any bytes. */
  announce(kind: SocketKind, bytes: string | Uint8Array): void {
    for (const [connection, socket] of this.#sockets) {
      if (socket.kind === kind && socket.isOpen) this.#deliver(connection, socket, bytes, 0);
    }
  }

  /** Account streams end the way the venue ends them: it says so, and tells nothing any more. */
  terminateAccount(nowMs: number): void {
    this.account('eventStreamTerminated', { e: 'eventStreamTerminated', E: nowMs });
    for (const { streams } of this.#sockets.values()) streams.delete('account');
  }

  #isLost(connection: ConnectionId, { kind }: Socket): boolean {
    return this.#parts.troubles.some((one) => one.losesWhatWeSay?.(kind, connection));
  }

  #isForgotten(stream: string): boolean {
    return this.#parts.troubles.some((one) => one.forgetsStream?.(stream));
  }

  #frame(connection: ConnectionId, socket: Socket, stream: string, text: string): void {
    const { troubles } = this.#parts;
    if (troubles.isQuiet) {
      this.#deliver(connection, socket, text, 0);
      return;
    }
    const frame = { socket: socket.kind, connection, stream, text };
    const lateMs = troubles.frameDelayMs(frame);
    for (const one of troubles.framesOf(frame)) this.#deliver(connection, socket, one, lateMs);
  }

  #deliver(
    connection: ConnectionId,
    socket: Socket,
    content: string | Uint8Array,
    lateMs: number,
  ): void {
    const { clock, latency } = this.#parts;
    const arrivalMs = clock.nowMs + latency.oneWayMs() + lateMs;
    socket.lastArrivalMs = Math.max(socket.lastArrivalMs, arrivalMs);
    const bytes = Buffer.from(content);
    clock.after(socket.lastArrivalMs - clock.nowMs, () => {
      if (this.#sockets.get(connection) !== socket || !socket.isOpen) return;
      this.#parts.tell(frameReceived(connection, this.#parts.atMs(), bytes));
    });
  }

  #ping(connection: ConnectionId, socket: Socket): void {
    if (this.#sockets.get(connection) !== socket) return;
    const { clock, troubles } = this.#parts;
    const isMute = troubles.some((one) => one.isMute?.(socket.kind, connection));
    if (!isMute) this.#parts.tell({ type: 'pingReceived', atMs: this.#parts.atMs(), connection });
    clock.after(PING_EVERY_MS, () => this.#ping(connection, socket));
  }

  #end(connection: ConnectionId, code: number, cause: string): void {
    this.#sockets.delete(connection);
    const { clock, latency } = this.#parts;
    clock.after(latency.oneWayMs(), () =>
      this.#parts.tell({
        type: 'socketClosed',
        atMs: this.#parts.atMs(),
        connection,
        code,
        cause,
      }),
    );
  }
}
