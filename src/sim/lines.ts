import type { ConnectionId } from '../domain/ids.ts';
import { SimSocket, type WayParts } from './sim-socket.ts';
import type { SubscriptionAnswer } from './subscription.ts';
import type { FrameOnTheWay, SocketKind } from './trouble.ts';

/** Name of what an account socket is subscribed to. */
const ACCOUNT = 'account';
/** Close code of a connection that ended without a goodbye. */
const NO_GOODBYE = 1_006;

interface Said {
  readonly method: string;
  readonly id: number;
  readonly params?: readonly string[];
}

/** The sockets of one life of the daemon, and what the venue says on them. They die with it. */
export class SimLines {
  readonly #parts: WayParts;
  readonly #sockets = new Map<ConnectionId, SimSocket>();

  constructor(parts: WayParts) {
    this.#parts = parts;
  }

  open(connection: ConnectionId, kind: SocketKind): void {
    const socket = new SimSocket(this.#parts, connection, kind, () =>
      this.#sockets.delete(connection),
    );
    this.#sockets.set(connection, socket);
  }

  /** We close it. Silently does nothing when it is gone. */
  close(connection: ConnectionId, how: 'close' | 'terminate'): void {
    this.#sockets.get(connection)?.close(how);
  }

  /** The venue ends every socket of a kind with a goodbye; 1006: somebody on the way does, without one. */
  drop(kind: SocketKind, code = NO_GOODBYE): void {
    for (const connection of this.openOnes(kind)) this.cut(connection, code);
  }

  /** Sockets of a kind that the venue serves now. */
  openOnes(kind: SocketKind): readonly ConnectionId[] {
    return this.#servedOnes(kind).map(({ connection }) => connection);
  }

  /** One socket ends, if it is still there. */
  cut(connection: ConnectionId, code = NO_GOODBYE, cause = ''): void {
    const socket = this.#sockets.get(connection);
    if (code === NO_GOODBYE) socket?.cut();
    else if (socket?.isServed === true) socket.sayGoodbye({ code, cause });
  }

  /** The venue says something larger than our sockets take: they end it themselves. */
  flood(kind: SocketKind): void {
    for (const socket of this.#servedOnes(kind)) {
      socket.cut({ code: 1_009, cause: 'Max payload size exceeded' });
    }
  }

  /** What was held back on its way goes on now, if its socket is still there. */
  resume(frame: FrameOnTheWay): void {
    this.#sockets.get(frame.connection)?.deliver(frame.text, 0);
  }

  /** The venue pings every open socket of a kind, besides the usual. */
  ping(kind: SocketKind): void {
    for (const socket of this.#servedOnes(kind)) socket.ping();
  }

  /** What we say on a market socket. */
  send(connection: ConnectionId, text: string): void {
    const socket = this.#sockets.get(connection);
    socket?.say(() => {
      const said: Said = JSON.parse(text);
      const { method, id, params = [] } = said;
      if (method === 'SUBSCRIBE') {
        for (const stream of params) if (!this.#isForgotten(stream)) socket.streams.add(stream);
      }
      if (method === 'UNSUBSCRIBE') for (const stream of params) socket.streams.delete(stream);
      const result = method === 'LIST_SUBSCRIPTIONS' ? [...socket.streams] : null;
      this.#frame(socket, '', JSON.stringify({ result, id }));
    });
  }

  /** We ask for the events of the account. `heard`: what the venue does about it. */
  subscribeAccount(
    connection: ConnectionId,
    id: string,
    heard: (isSubscribed: boolean) => SubscriptionAnswer,
  ): void {
    const socket = this.#sockets.get(connection);
    socket?.say(() => {
      const { isTaken, fields } = heard(socket.streams.has(ACCOUNT));
      const subscriptionId = socket.subscriptionsCount;
      const answer = isTaken ? { id, ...fields, result: { subscriptionId } } : { id, ...fields };
      if (fields !== undefined) this.#frame(socket, '', JSON.stringify(answer));
      if (!isTaken) return;
      socket.subscriptionsCount += 1;
      socket.streams.add(ACCOUNT);
    });
  }

  /** A market frame leaves the venue, for whoever subscribed. */
  market(stream: string, data: string): void {
    for (const socket of this.#sockets.values()) {
      if (socket.streams.has(stream)) {
        this.#frame(socket, stream, `{"stream":"${stream}","data":${data}}`);
      }
    }
  }

  /** An event of the account leaves the venue. */
  account(event: string, fields: Readonly<Record<string, unknown>>): void {
    for (const socket of this.#sockets.values()) {
      if (!socket.streams.has(ACCOUNT)) continue;
      const subscriptionId = socket.subscriptionsCount - 1;
      this.#frame(socket, event, JSON.stringify({ subscriptionId, event: fields }));
    }
  }

  /** The venue says this on every open socket of a kind; any bytes. */
  announce(kind: SocketKind, bytes: string | Uint8Array): void {
    for (const socket of this.#servedOnes(kind)) socket.deliver(bytes, 0);
  }

  /** Account streams end the way the venue ends them: it says so, and tells nothing any more. */
  terminateAccount(nowMs: number): void {
    this.account('eventStreamTerminated', { e: 'eventStreamTerminated', E: nowMs });
    for (const { streams } of this.#sockets.values()) streams.delete(ACCOUNT);
  }

  #servedOnes(kind: SocketKind): readonly SimSocket[] {
    return [...this.#sockets.values()].filter((one) => one.kind === kind && one.isServed);
  }

  #isForgotten(stream: string): boolean {
    return this.#parts.troubles.some((one) => one.forgetsStream?.(stream));
  }

  #frame(socket: SimSocket, stream: string, text: string): void {
    const { troubles } = this.#parts;
    if (troubles.isQuiet) {
      socket.deliver(text, 0);
      return;
    }
    const frame = { socket: socket.kind, connection: socket.connection, stream, text };
    const lateMs = troubles.frameDelayMs(frame);
    for (const one of troubles.framesOf(frame)) socket.deliver(one, lateMs);
  }
}
