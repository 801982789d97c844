import { type DeskEvent, frameReceived } from '../domain/event.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { UnixMs } from '../domain/units.ts';
import { ByteWay } from './byte-way.ts';
import type { SimClock } from './clock.ts';
import type { Latency } from './latency.ts';
import type { Direction, SocketKind, Troubles } from './trouble.ts';

const PING_EVERY_MS = 20_000;
/** Our sockets wait so long for the venue to take them, */
const HANDSHAKE_TIMEOUT_MS = 15_000;
/** and so long for its answer to our goodbye. */
const GOODBYE_TIMEOUT_MS = 30_000;
/** A goodbye that does not come through is sent again. */
const REPEATED_AFTER_MS = 1_000;
/** How a socket ends that nobody said goodbye on. */
const LOST: SocketEnd = { code: 1_006, cause: '' };

/** What lies between a socket and the venue, and who hears of it. */
export interface WayParts {
  readonly clock: SimClock;
  readonly latency: Latency;
  readonly troubles: Troubles;
  /** Our clock, for stamps. */
  readonly atMs: () => UnixMs;
  readonly tell: (event: DeskEvent) => void;
}

interface SocketEnd {
  readonly code: number;
  readonly cause: string;
}

/**
 * One socket of the daemon, both ends of it and the way between. What the daemon hears of it is what the live
 * ones tell (`live/sockets.ts`), word for word and in the same order.
 */
export class SimSocket {
  readonly connection: ConnectionId;
  readonly kind: SocketKind;
  /** Market: streams asked for. Account: not empty once subscribed. */
  readonly streams = new Set<string>();
  /** Subscriptions of the account that this socket has had: the venue numbers them. */
  subscriptionsCount = 0;
  /** The venue says what it has to say; not any more once it said goodbye. */
  isServed = false;
  /** Our end. `closing`: we said goodbye and still hear. `ended`: the venue's goodbye is here. */
  #state: 'connecting' | 'open' | 'closing' | 'ended' | 'gone' = 'connecting';
  #end = LOST;
  readonly #toUs: ByteWay;
  readonly #toVenue: ByteWay;
  readonly #way: WayParts;
  readonly #onGone: () => void;

  /** `onGone`: nothing can be done with it any more; that it is closed may still be on its way to the core. */
  constructor(way: WayParts, connection: ConnectionId, kind: SocketKind, onGone: () => void) {
    this.#way = way;
    this.connection = connection;
    this.kind = kind;
    this.#onGone = onGone;
    this.#toUs = this.#makeWay('toUs');
    this.#toVenue = this.#makeWay('toVenue');
    way.clock.after(way.latency.roundTripMs(), () => this.#connect());
  }

  /**
   * `close` says goodbye and hears what is still under way until the venue answers it; one that nobody answers
   * is given up. `terminate`, or a second goodbye, hears nothing more and is told at once.
   */
  close(how: 'close' | 'terminate'): void {
    if (this.#state === 'connecting') {
      const cause = 'WebSocket was closed before the connection was established';
      this.#end = { code: LOST.code, cause };
    }
    if (how === 'terminate' || this.#state !== 'open') {
      this.#finish();
      return;
    }
    this.#state = 'closing';
    this.#finishAfter(GOODBYE_TIMEOUT_MS);
    this.#reach(() => this.sayGoodbye({ code: 1_000, cause: '' }));
  }

  /** Both ends are gone without a goodbye, and what was on its way with them. */
  cut(end: SocketEnd = this.#end): void {
    if (this.#leave()) this.#tellClosedAfter(this.#way.latency.oneWayMs(), end);
  }

  /** The venue's goodbye, behind its last frame, repeated until it comes through. Both ends hang up once ours was heard there. */
  sayGoodbye(end: SocketEnd): void {
    const { clock, latency } = this.#way;
    if (this.#state === 'gone') return;
    this.isServed = false;
    this.streams.clear();
    if (this.#isMute()) {
      clock.after(REPEATED_AFTER_MS, () => this.sayGoodbye(end));
      return;
    }
    this.#arrive(0, () => {
      const isAnswer = this.#state === 'closing';
      this.#end = end;
      this.#state = 'ended';
      if (isAnswer) this.#finish();
      else this.#finishAfter(this.#isLost() ? GOODBYE_TIMEOUT_MS : latency.roundTripMs());
    });
  }

  /** We say something: nothing at all on a socket that is not open. `heard`: the venue reads it. */
  say(heard: () => void): void {
    if (this.#state === 'open') this.#reach(heard);
  }

  /** The venue says something; whatever is in its way has seen it. */
  deliver(content: string | Uint8Array, lateMs: number): void {
    const bytes = Buffer.from(content);
    const { atMs, tell } = this.#way;
    this.#arrive(lateMs, () => {
      if (this.#state === 'ended') return;
      tell(frameReceived(this.connection, atMs(), bytes));
    });
  }

  /** Behind all that the venue said before, like anything else. */
  ping(): void {
    const { troubles, atMs, tell } = this.#way;
    const { connection, kind: socket } = this;
    this.#toUs.send(troubles.frameDelayMs({ socket, connection, stream: '', text: '' }), () => {
      if (this.#state !== 'ended') tell({ type: 'pingReceived', atMs: atMs(), connection });
    });
  }

  #connect(): void {
    if (this.#state === 'gone') return;
    const { clock, troubles, atMs, tell } = this.#way;
    const fate = troubles.find(({ connect }) => connect?.(this.kind));
    if (fate === 'hangs') {
      this.#end = { code: LOST.code, cause: 'Opening handshake has timed out' };
      this.#finishAfter(HANDSHAKE_TIMEOUT_MS);
    } else if (fate === 'refused') {
      this.cut({ code: LOST.code, cause: 'connect ECONNREFUSED' });
    } else {
      this.#state = 'open';
      this.isServed = true;
      tell({ type: 'socketOpened', atMs: atMs(), connection: this.connection });
      clock.after(PING_EVERY_MS, () => this.#pingAgain());
    }
  }

  #pingAgain(): void {
    if (this.#state === 'gone' || !this.isServed) return;
    if (!this.#isMute()) this.ping();
    this.#way.clock.after(PING_EVERY_MS, () => this.#pingAgain());
  }

  #isLost(): boolean {
    return this.#way.troubles.some((one) => one.losesWhatWeSay?.(this.kind, this.connection));
  }

  #isMute(): boolean {
    return this.#way.troubles.some((one) => one.isMute?.(this.kind, this.connection));
  }

  /** What we have sent comes to the venue's end of the line, behind all that we sent before. */
  #reach(heard: () => void): void {
    if (this.#isLost()) return;
    this.#toVenue.send(this.#way.latency.oneWayMs(), () => {
      if (this.isServed) heard();
    });
  }

  /** What the venue has sent comes to our end of the line, behind all that it sent before. */
  #arrive(lateMs: number, arrived: () => void): void {
    this.#toUs.send(this.#way.latency.oneWayMs() + lateMs, arrived);
  }

  #makeWay(direction: Direction): ByteWay {
    const { clock, troubles } = this.#way;
    return new ByteWay({
      clock,
      isBlocked: () => troubles.some(({ blocks }) => blocks?.(direction)),
      isOver: () => this.#state === 'gone',
      onGivenUp: () => this.cut(LOST),
    });
  }

  /** Our patience with it, as the library under the live ones has it. */
  #finishAfter(ms: number): void {
    this.#way.clock.after(ms, () => this.#finish());
  }

  /** Our end is gone; told right behind what is being done now. */
  #finish(): void {
    if (this.#leave()) this.#tellClosedAfter(0, this.#end);
  }

  /** False: it has left before. */
  #leave(): boolean {
    if (this.#state === 'gone') return false;
    this.#state = 'gone';
    this.isServed = false;
    this.#onGone();
    return true;
  }

  #tellClosedAfter(ms: number, { code, cause }: SocketEnd): void {
    const { clock, atMs, tell } = this.#way;
    const { connection } = this;
    clock.after(ms, () => tell({ type: 'socketClosed', atMs: atMs(), connection, code, cause }));
  }
}
