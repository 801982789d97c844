import { type DeskEvent, frameReceived } from '../../domain/event.ts';
import type { ConnectionId } from '../../domain/ids.ts';
import type { AccountSocket } from '../account-gateway.ts';
import { wallClockMs } from '../wall-clock.ts';

/** How long one way between us and the paper venue takes. */
export const ONE_WAY_MS = 3;
/** As the real venue does; the core takes a socket without them for dead. */
const PING_EVERY_MS = 20_000;
const SUBSCRIBE = 'userDataStream.subscribe.signature';

interface Line {
  readonly pings: NodeJS.Timeout;
  /** `undefined` until the core has asked for events. */
  subscriptionId: number | undefined;
}

/** The account socket of a venue in our own process: opens, acknowledges, pings and carries events, each one way later. */
export class PaperSocket implements AccountSocket {
  readonly #tell: (event: DeskEvent) => void;
  readonly #lines = new Map<ConnectionId, Line>();
  #subscriptionsCount = 0;

  constructor(tell: (event: DeskEvent) => void) {
    this.#tell = tell;
  }

  open(connection: ConnectionId): void {
    const pings = setInterval(
      () => this.#tell({ type: 'pingReceived', atMs: wallClockMs(), connection }),
      PING_EVERY_MS,
    ).unref();
    this.#lines.set(connection, { pings, subscriptionId: undefined });
    this.#later(connection, () =>
      this.#tell({ type: 'socketOpened', atMs: wallClockMs(), connection }),
    );
  }

  /** The venue's account sockets know only signed requests. */
  send(): void {}

  close(connection: ConnectionId, how: 'close' | 'terminate'): void {
    const line = this.#lines.get(connection);
    if (line === undefined) return;
    clearInterval(line.pings);
    this.#lines.delete(connection);
    const code = how === 'close' ? 1_000 : 1_006;
    setTimeout(
      () => this.#tell({ type: 'socketClosed', atMs: wallClockMs(), connection, code, cause: '' }),
      ONE_WAY_MS,
    ).unref();
  }

  sendSigned(connection: ConnectionId, requestId: string, method: string): void {
    this.#later(connection, (line) => {
      if (method !== SUBSCRIBE) {
        const error = { code: -1000, msg: `Unknown method: ${method}` };
        this.#frame(connection, { id: requestId, status: 400, error });
        return;
      }
      line.subscriptionId = this.#subscriptionsCount++;
      const result = { subscriptionId: line.subscriptionId };
      this.#frame(connection, { id: requestId, status: 200, result });
    });
  }

  /** What an account event says, to every socket that has asked for events. */
  publish(event: Readonly<Record<string, unknown>>): void {
    for (const [connection, { subscriptionId }] of this.#lines) {
      if (subscriptionId !== undefined) this.#frame(connection, { subscriptionId, event });
    }
  }

  #frame(connection: ConnectionId, content: unknown): void {
    const bytes = Buffer.from(JSON.stringify(content));
    this.#later(connection, () => this.#tell(frameReceived(connection, wallClockMs(), bytes)));
  }

  /** One way later, if the socket is still there. Timers of one length run in the order they were set. */
  #later(connection: ConnectionId, act: (line: Line) => void): void {
    setTimeout(() => {
      const line = this.#lines.get(connection);
      if (line !== undefined) act(line);
    }, ONE_WAY_MS).unref();
  }
}
