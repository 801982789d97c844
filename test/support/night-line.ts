import { type DeskEvent, frameReceived } from '../../src/domain/event.ts';
import type { ConnectionId } from '../../src/domain/ids.ts';
import { unixMs } from '../../src/domain/units.ts';
import type { SimClock } from '../../src/sim/clock.ts';
import type { NightFaults } from './night-faults.ts';

/** From here to the venue, or back. */
export const ONE_WAY_MS = 10;
const PING_EVERY_MS = 20_000;

interface Socket {
  readonly kind: 'market' | 'account';
  isOpen: boolean;
  /** Market: streams asked for. Account: not empty once subscribed. */
  readonly streams: Set<string>;
}

interface Request {
  readonly method: string;
  readonly id: number;
  readonly params?: readonly string[];
}

/** The sockets of one life of the daemon. They die with it. */
export class NightLines {
  readonly #clock: SimClock;
  readonly #faults: NightFaults;
  readonly #tell: (event: DeskEvent) => void;
  readonly #sockets = new Map<ConnectionId, Socket>();
  readonly #opened: ('market' | 'account')[] = [];

  constructor(clock: SimClock, faults: NightFaults, tell: (event: DeskEvent) => void) {
    this.#clock = clock;
    this.#faults = faults;
    this.#tell = tell;
  }

  /** Sockets of a kind that were asked for so far. */
  opened(kind: 'market' | 'account'): number {
    return this.#opened.filter((each) => each === kind).length;
  }

  open(connection: ConnectionId, kind: 'market' | 'account'): void {
    this.#opened.push(kind);
    this.#sockets.set(connection, { kind, isOpen: false, streams: new Set() });
    this.#clock.after(2 * ONE_WAY_MS, () => {
      const socket = this.#sockets.get(connection);
      if (socket === undefined) return;
      if (this.#faults.refusesSockets.includes(kind)) {
        this.#end(connection, 1_006, 'connect ECONNREFUSED');
        return;
      }
      socket.isOpen = true;
      this.#tell({ type: 'socketOpened', atMs: this.#atMs(), connection });
      this.#clock.after(PING_EVERY_MS, () => this.#ping(connection));
    });
  }

  close(connection: ConnectionId): void {
    if (this.#sockets.has(connection)) this.#end(connection, 1_000, '');
  }

  /** The venue, or a box in the middle, ends every socket of a kind. */
  drop(kind: 'market' | 'account'): void {
    for (const [connection, socket] of this.#sockets) {
      if (socket.kind === kind) this.#end(connection, 1_006, 'connection reset');
    }
  }

  /** What we say on a market socket. */
  send(connection: ConnectionId, text: string): void {
    this.#clock.after(2 * ONE_WAY_MS, () => {
      const socket = this.#sockets.get(connection);
      if (socket === undefined) return;
      const request: Request = JSON.parse(text);
      const { method, id, params = [] } = request;
      if (method === 'SUBSCRIBE') for (const stream of params) socket.streams.add(stream);
      if (method === 'UNSUBSCRIBE') for (const stream of params) socket.streams.delete(stream);
      const result = method === 'LIST_SUBSCRIPTIONS' ? [...socket.streams] : null;
      this.#frame(connection, JSON.stringify({ result, id }), 0);
    });
  }

  subscribeAccount(connection: ConnectionId, id: string): void {
    this.#clock.after(2 * ONE_WAY_MS, () => {
      this.#sockets.get(connection)?.streams.add('account');
      const answer = { id, status: 200, result: { subscriptionId: 0 } };
      this.#frame(connection, JSON.stringify(answer), 0);
    });
  }

  market(stream: string, data: string): void {
    if (this.#faults.stalled(stream)) return;
    for (const [connection, socket] of this.#sockets) {
      if (!socket.streams.has(stream)) continue;
      for (const text of this.#faults.onFrame(data, stream)) {
        const frame = `{"stream":"${stream}","data":${text}}`;
        this.#frame(connection, frame, ONE_WAY_MS + this.#faults.lagMs);
      }
    }
  }

  account(told: Readonly<Record<string, unknown>>, afterMs: number): void {
    const event = this.#faults.onReport(told);
    for (const [connection, socket] of this.#sockets) {
      if (!socket.streams.has('account')) continue;
      this.#frame(connection, JSON.stringify({ subscriptionId: 0, event }), afterMs);
    }
  }

  /** Any bytes, on every open socket of a kind. */
  garbage(kind: 'market' | 'account', bytes: Uint8Array): void {
    for (const [connection, socket] of this.#sockets) {
      if (socket.kind !== kind || !socket.isOpen) continue;
      this.#tell(frameReceived(connection, this.#atMs(), bytes));
    }
  }

  #frame(connection: ConnectionId, text: string, afterMs: number): void {
    const bytes = Buffer.from(text);
    this.#clock.after(afterMs, () => {
      if (this.#sockets.get(connection)?.isOpen !== true) return;
      this.#tell(frameReceived(connection, this.#atMs(), bytes));
    });
  }

  #ping(connection: ConnectionId): void {
    if (!this.#sockets.has(connection)) return;
    this.#tell({ type: 'pingReceived', atMs: this.#atMs(), connection });
    this.#clock.after(PING_EVERY_MS, () => this.#ping(connection));
  }

  #end(connection: ConnectionId, code: number, cause: string): void {
    this.#sockets.delete(connection);
    this.#clock.after(ONE_WAY_MS, () =>
      this.#tell({ type: 'socketClosed', atMs: this.#atMs(), connection, code, cause }),
    );
  }

  #atMs() {
    return unixMs(this.#clock.nowMs);
  }
}
