import { vi } from 'vitest';
import { z } from 'zod';
import { bytesOf, type DeskEvent } from '../../../src/domain/event.ts';
import { type ConnectionId, connectionId } from '../../../src/domain/ids.ts';
import { Random } from '../../../src/domain/random.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { unixMs } from '../../../src/domain/units.ts';
import { type RunningExchange, startExchange } from '../../../src/exchange/start-exchange.ts';
import type { AccountSocket } from '../../../src/live/account-gateway.ts';
import { SignedAccountSocket } from '../../../src/live/signed-account-socket.ts';
import { Signer } from '../../../src/live/signer.ts';
import { Sockets } from '../../../src/live/sockets.ts';
import { DEFAULT_SYMBOLS } from '../../../src/matching/symbol-rules.ts';
import { Carrier } from '../../../src/sim/carrier.ts';
import { SimClock } from '../../../src/sim/clock.ts';
import { holdHalfOpen } from '../../../src/sim/faults/half-open.ts';
import { Latency } from '../../../src/sim/latency.ts';
import { SimLines } from '../../../src/sim/lines.ts';
import { Listeners } from '../../../src/sim/listeners.ts';
import { type SocketKind, Troubles } from '../../../src/sim/trouble.ts';
import { SimVenue } from '../../../src/sim/venue.ts';

const RECV_WINDOW_MS = 5_000;
const SUBSCRIBE = 'userDataStream.subscribe.signature';
const FRAME_BYTES_MAX = 1_048_576;
const GOODBYE_TIMEOUT_MS = 30_000;
const START_MS = 1_800_000_000_000;
const PATIENCE_MS = 120_000;
const PATHS = { market: '/stream', account: '/ws-api/v3' };
const CHANNELS = { market: 'market', account: 'wsApi' } as const;

/** Both worlds close with this reason when they are told to close with a code. */
const REASON = 'closed by a fault';

/** The world of sockets as the desk has it, and what a story may do to it. */
export interface SocketSide {
  open(kind: SocketKind): void;
  send(kind: SocketKind, text: string): void;
  /** Signed by a clock that is so much ahead of the venue's. */
  subscribeAccount(id: string, aheadMs?: number): void;
  close(kind: SocketKind, how: 'close' | 'terminate'): void;
  /** Waits until so many events of the type were heard. */
  until(type: DeskEvent['type'], count?: number): Promise<void>;
  /** Time for what is under way; nobody knows whether anything is. */
  settle(): Promise<void>;
  /** We say goodbye on a half-open socket, and nobody answers for as long as anybody waits. */
  closeUnanswered(kind: SocketKind): void;
  /** The venue closes with a code, or cuts without. */
  venueCloses(kind: SocketKind, code?: number): void;
  goHalfOpen(kind: SocketKind): void;
  terminateAccount(): void;
  revokeKey(): void;
  /** What was heard, in order, without what differs from one run to the next. */
  story(): readonly string[];
}

const frameShape = z.looseObject({
  event: z.looseObject({ E: z.number() }).optional(),
  rateLimits: z.array(z.unknown()).optional(),
});

function tell(events: readonly DeskEvent[]): readonly string[] {
  return events.flatMap((event) => {
    const who = 'connection' in event ? event.connection.replace('binance/', '') : '';
    if (event.type === 'socketClosed') return [`${who} closed ${event.code} ${event.cause}`];
    if (event.type === 'socketOpened') return [`${who} opened`];
    if (event.type !== 'frameReceived') return [];
    const { rateLimits, event: inner, ...rest } = frameShape.parse(JSON.parse(textOf(event)));
    const { E: _, ...told } = inner ?? { E: 0 };
    const limits = rateLimits === undefined ? {} : { rateLimitsCount: rateLimits.length };
    const fields = { ...rest, ...limits, ...(inner === undefined ? {} : { event: told }) };
    const sorted = Object.entries(fields).sort(([a], [b]) => a.localeCompare(b));
    return [`${who} ${JSON.stringify(Object.fromEntries(sorted))}`];
  });
}

function textOf(event: Extract<DeskEvent, { type: 'frameReceived' }>): string {
  return Buffer.from(bytesOf(event)).toString('utf8');
}

function idOf(kind: SocketKind): ConnectionId {
  return connectionId(`binance/${kind}/1`);
}

/** The live sockets, on loopback, against the simulated exchange. */
export class LiveSide implements SocketSide {
  readonly #exchange: RunningExchange;
  readonly #heard: DeskEvent[] = [];
  readonly #sockets: Sockets;
  readonly #account: AccountSocket;
  #wake: () => void = () => undefined;

  static async start(): Promise<LiveSide> {
    return new LiveSide(await startExchange({ market: 'none', symbols: ['BTCUSDT'] }));
  }

  private constructor(exchange: RunningExchange) {
    this.#exchange = exchange;
    const setup = { handshakeTimeoutMs: 15_000, frameBytesMax: FRAME_BYTES_MAX };
    this.#sockets = new Sockets(setup, (event) => {
      this.#heard.push(event);
      this.#wake();
    });
    const signer = new Signer(new Secret('demo'), new Secret('demo'));
    this.#account = new SignedAccountSocket(this.#sockets, signer, this.#base, RECV_WINDOW_MS);
  }

  get #base(): string {
    return `ws://127.0.0.1:${this.#exchange.port}`;
  }

  open(kind: SocketKind): void {
    if (kind === 'account') this.#account.open(idOf(kind), PATHS.account);
    else this.#sockets.open(idOf(kind), this.#base + PATHS.market);
  }
  send(kind: SocketKind, text: string): void {
    this.#sockets.send(idOf(kind), text);
  }
  subscribeAccount(id: string, aheadMs = 0): void {
    this.#account.sendSigned(idOf('account'), id, SUBSCRIBE, Date.now() + aheadMs);
  }
  close(kind: SocketKind, how: 'close' | 'terminate'): void {
    this.#sockets.close(idOf(kind), how);
  }
  async until(type: DeskEvent['type'], count = 1): Promise<void> {
    while (this.#heard.filter((event) => event.type === type).length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
  /** A question on a socket of its own goes there and back: whatever was said before is answered. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) {
      await fetch(`http://127.0.0.1:${this.#exchange.port}/api/v3/ping`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  closeUnanswered(kind: SocketKind): void {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      this.close(kind, 'close');
      vi.advanceTimersByTime(GOODBYE_TIMEOUT_MS);
    } finally {
      vi.useRealTimers();
    }
  }
  venueCloses(kind: SocketKind, code?: number): void {
    const settings = code === undefined ? {} : { code };
    this.#exchange.armFault({ fault: 'close', target: { channel: CHANNELS[kind] }, settings });
  }
  goHalfOpen(kind: SocketKind): void {
    this.#exchange.armFault({ fault: 'half-open', target: { channel: CHANNELS[kind] } });
  }
  terminateAccount(): void {
    this.#exchange.armFault({ fault: 'end-user-stream' });
  }
  revokeKey(): void {
    this.#exchange.armFault({ fault: 'revoke-key' });
  }
  story(): readonly string[] {
    return tell(this.#heard);
  }

  async stop(): Promise<void> {
    this.#sockets.dropAll();
    await this.#exchange.close();
  }
}

/** The sockets of a simulated night, against its venue. */
export class SimSide implements SocketSide {
  readonly #heard: DeskEvent[] = [];
  readonly #clock = new SimClock(START_MS);
  readonly #troubles = new Troubles();
  readonly #venue: SimVenue;
  readonly #lines: SimLines;
  readonly #carrier: Carrier;

  constructor(seed: string) {
    const clock = this.#clock;
    this.#venue = new SimVenue({
      rules: DEFAULT_SYMBOLS.filter(({ symbol }) => symbol === 'BTCUSDT'),
      market: { type: 'none' },
      seed,
      nowMs: () => clock.nowMs,
      news: {
        onMarket: (stream, data) => this.#lines.market(stream, data),
        onAccount: (event, fields) => this.#lines.account(event, fields),
        onHappening: () => undefined,
      },
    });
    const latency = new Latency(Random.fromSeed(seed));
    const troubles = this.#troubles;
    const listeners = new Listeners(clock, []);
    this.#carrier = new Carrier({ clock, latency, troubles, listeners, venue: this.#venue });
    this.#lines = new SimLines({
      clock,
      latency,
      troubles,
      atMs: () => unixMs(clock.nowMs),
      tell: (event) => void this.#heard.push(event),
    });
  }

  open(kind: SocketKind): void {
    this.#lines.open(idOf(kind), kind);
  }
  send(kind: SocketKind, text: string): void {
    this.#lines.send(idOf(kind), text);
  }
  subscribeAccount(id: string, aheadMs = 0): void {
    const timestampMs = Math.floor(this.#clock.nowMs) + aheadMs;
    const signed = { timestampMs, recvWindowMs: RECV_WINDOW_MS };
    const heard = this.#carrier.subscribe({ kind: 'subscribe', life: 1, ...signed });
    this.#lines.subscribeAccount(idOf('account'), id, heard);
  }
  close(kind: SocketKind, how: 'close' | 'terminate'): void {
    this.#lines.close(idOf(kind), how);
  }
  until(type: DeskEvent['type'], count = 1): Promise<void> {
    const endMs = this.#clock.nowMs + PATIENCE_MS;
    while (this.#heard.filter((event) => event.type === type).length < count) {
      if (this.#clock.nowMs > endMs) throw new Error(`no ${type}: ${this.story().join('\n')}`);
      this.#clock.passUntil(this.#clock.nowMs + 1);
    }
    return Promise.resolve();
  }
  settle(): Promise<void> {
    this.#clock.passUntil(this.#clock.nowMs + 2_000);
    return Promise.resolve();
  }
  closeUnanswered(kind: SocketKind): void {
    this.close(kind, 'close');
    this.#clock.passUntil(this.#clock.nowMs + GOODBYE_TIMEOUT_MS - 1);
    const told = this.story().at(-1);
    if (told?.includes('closed') === true) throw new Error(`closed too early: ${told}`);
  }
  venueCloses(kind: SocketKind, code?: number): void {
    if (code === undefined) this.#lines.drop(kind);
    else
      for (const connection of this.#lines.openOnes(kind))
        this.#lines.cut(connection, code, REASON);
  }
  goHalfOpen(kind: SocketKind): void {
    const { trouble } = holdHalfOpen({ lines: this.#lines }, kind);
    if (trouble !== undefined) this.#troubles.begin(trouble);
  }
  terminateAccount(): void {
    this.#lines.terminateAccount(this.#venue.nowMs());
  }
  revokeKey(): void {
    this.#venue.keyRefusals.hold('revoked');
  }
  story(): readonly string[] {
    return tell(this.#heard);
  }
}
