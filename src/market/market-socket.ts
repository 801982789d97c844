import { BoundedList, BoundedMap, type BoundedState } from '../domain/bounded.ts';
import { type ExactNumber, loadNumber, saveNumber } from '../domain/exact-number.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { UnixMs } from '../domain/units.ts';
import type { FeedContext } from './feed-context.ts';
import type { ConnectionState } from './feed-views.ts';

/** What a frame we sent asks for. */
type Wish = 'subscribe' | 'resubscribe' | 'unsubscribe' | 'list';

interface OpenRequest {
  readonly wish: Wish;
  readonly streams: readonly string[];
  readonly sentAtMs: UnixMs;
  readonly tries: number;
}

/** Why a socket is given up. Label of the reconnect counter. */
export type SocketEnd =
  | 'connectTimeout'
  | 'ackMissing'
  | 'refused'
  | 'noData'
  | 'dataSilence'
  | 'frameSilence'
  | 'symbolSilent';

/** A subscription is asked for once more before its socket is given up. */
const SUBSCRIBE_TRIES_MAX = 2;
const REQUESTS_MAX = 256;

/** `null`: not yet. */
export interface MarketSocketState {
  readonly connection: ConnectionId;
  readonly createdAtMs: UnixMs;
  readonly openedAtMs: UnixMs | null;
  readonly ackedAtMs: UnixMs | null;
  readonly lastFrameAtMs: UnixMs | null;
  readonly lastNewsAtMs: UnixMs | null;
  readonly isEnding: boolean;
  readonly delivered: readonly number[];
  readonly requests: BoundedState<readonly [number, OpenRequest]>;
  readonly outbox: BoundedState<string>;
  readonly sentAtMs: ExactNumber;
  readonly auditedAtMs: UnixMs | null;
  readonly isSuspected: boolean;
}

/** One life of one socket: its four clocks, and what we asked on it. */
export class MarketSocket {
  readonly connection: ConnectionId;
  readonly createdAtMs: UnixMs;
  openedAtMs: UnixMs | undefined;
  ackedAtMs: UnixMs | undefined;
  lastFrameAtMs: UnixMs | undefined;
  /** Last message that brought something new. */
  lastNewsAtMs: UnixMs | undefined;
  /** The venue is about to close it, or it is old. */
  isEnding = false;
  /** Instruments that delivered, while a newer socket must prove itself. */
  readonly delivered = new Set<number>();
  readonly #context: FeedContext;
  readonly #requests: BoundedMap<number, OpenRequest>;
  readonly #outbox: BoundedList<string>;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #auditedAtMs: UnixMs | undefined;
  #isSuspected = false;

  constructor(connection: ConnectionId, createdAtMs: UnixMs, context: FeedContext) {
    this.connection = connection;
    this.createdAtMs = createdAtMs;
    this.#context = context;
    this.#requests = new BoundedMap('feed.requests', REQUESTS_MAX, 'dropOldest');
    this.#outbox = new BoundedList('feed.outbox', REQUESTS_MAX, 'dropOldest');
  }

  save(): MarketSocketState {
    return {
      connection: this.connection,
      createdAtMs: this.createdAtMs,
      openedAtMs: this.openedAtMs ?? null,
      ackedAtMs: this.ackedAtMs ?? null,
      lastFrameAtMs: this.lastFrameAtMs ?? null,
      lastNewsAtMs: this.lastNewsAtMs ?? null,
      isEnding: this.isEnding,
      delivered: [...this.delivered],
      requests: this.#requests.save(),
      outbox: this.#outbox.save(),
      sentAtMs: saveNumber(this.#sentAtMs),
      auditedAtMs: this.#auditedAtMs ?? null,
      isSuspected: this.#isSuspected,
    };
  }
  /** A socket in the middle of its life. */
  static restore(state: MarketSocketState, context: FeedContext): MarketSocket {
    const socket = new MarketSocket(state.connection, state.createdAtMs, context);
    socket.openedAtMs = state.openedAtMs ?? undefined;
    socket.ackedAtMs = state.ackedAtMs ?? undefined;
    socket.lastFrameAtMs = state.lastFrameAtMs ?? undefined;
    socket.lastNewsAtMs = state.lastNewsAtMs ?? undefined;
    socket.isEnding = state.isEnding;
    for (const instrument of state.delivered) socket.delivered.add(instrument);
    socket.#requests.load(state.requests);
    socket.#outbox.load(state.outbox);
    socket.#sentAtMs = loadNumber(state.sentAtMs);
    socket.#auditedAtMs = state.auditedAtMs ?? undefined;
    socket.#isSuspected = state.isSuspected;
    return socket;
  }

  get state(): ConnectionState {
    if (this.openedAtMs === undefined) return 'connecting';
    return this.ackedAtMs === undefined ? 'subscribing' : 'live';
  }

  /** Frames wait to be sent. What is asked for now is asked behind them, and answered as much later. */
  get isBusy(): boolean {
    return this.#outbox.size > 0;
  }

  /** Returns how long it had been silent: what comes now may have waited as long. */
  onFrame(atMs: UnixMs): number {
    const silentMs = this.lastFrameAtMs === undefined ? 0 : atMs - this.lastFrameAtMs;
    this.lastFrameAtMs = atMs;
    this.#isSuspected = false;
    return silentMs;
  }

  subscribe(streams: readonly string[], atMs: UnixMs): void {
    this.#request('subscribe', streams, atMs, 1);
  }
  /** Asks for streams anew that should already be there. */
  resubscribe(streams: readonly string[], atMs: UnixMs): void {
    this.#request('unsubscribe', streams, atMs, 1);
    this.#request('resubscribe', streams, atMs, 1);
  }
  audit(atMs: UnixMs): void {
    this.#auditedAtMs = atMs;
    this.#request('list', [], atMs, 1);
  }

  /** The wish that the answer belongs to, once; `undefined` for an answer to nothing. */
  settle(
    requestId: number,
  ): { readonly wish: Wish; readonly streams: readonly string[] } | undefined {
    const request = this.#requests.get(requestId);
    this.#requests.delete(requestId);
    return request;
  }

  /** Sends what waits, as slowly as the venue wants it. */
  flush(atMs: UnixMs): void {
    if (
      this.openedAtMs === undefined ||
      atMs - this.#sentAtMs < this.#context.limits.sendSpacingMs
    ) {
      return;
    }
    const text = this.#outbox.shift();
    if (text === undefined) return;
    this.#sentAtMs = atMs;
    this.#context.push({ type: 'sendFrame', connection: this.connection, text });
  }

  /** The first deadline that has passed. `silenceMsMax`: how long this socket's symbols may all be silent. */
  findEnd(atMs: UnixMs, silenceMsMax: number): SocketEnd | undefined {
    const { limits } = this.#context;
    if (this.openedAtMs === undefined) {
      return atMs - this.createdAtMs > limits.connectMsMax ? 'connectTimeout' : undefined;
    }
    const frameSilenceMs = atMs - (this.lastFrameAtMs ?? this.openedAtMs);
    if (frameSilenceMs > limits.frameSilenceMsMax) return 'frameSilence';
    if (frameSilenceMs > limits.frameSilenceWarnMs) this.#suspect(frameSilenceMs);
    if (this.#isAckOverdue(atMs)) return 'ackMissing';
    if (this.ackedAtMs === undefined) return undefined;
    if (this.lastNewsAtMs === undefined) {
      const firstMs = Math.max(limits.firstDataMsMax, silenceMsMax);
      return atMs - this.ackedAtMs > firstMs ? 'noData' : undefined;
    }
    const newsSilenceMs = atMs - Math.max(this.lastNewsAtMs, this.ackedAtMs);
    return newsSilenceMs > silenceMsMax ? 'dataSilence' : undefined;
  }

  isAuditDue(atMs: UnixMs): boolean {
    const lastMs = this.#auditedAtMs ?? this.ackedAtMs;
    return lastMs !== undefined && atMs - lastMs >= this.#context.limits.auditEveryMs;
  }

  #request(wish: Wish, streams: readonly string[], atMs: UnixMs, tries: number): void {
    const { codec, nextRequestId } = this.#context;
    const requestId = nextRequestId();
    this.#requests.set(requestId, { wish, streams, sentAtMs: atMs, tries });
    this.#outbox.push(frameOf(codec, wish, streams, requestId));
    this.flush(atMs);
  }

  #isAckOverdue(atMs: UnixMs): boolean {
    for (const [requestId, request] of this.#requests.entries()) {
      if (atMs - request.sentAtMs <= this.#context.limits.ackMsMax) continue;
      this.#requests.delete(requestId);
      if (request.tries >= SUBSCRIBE_TRIES_MAX) return true;
      this.#context.raise('feed.refused', 'warn', {
        connection: this.connection,
        cause: 'ackMissing',
        wish: request.wish,
        waitedMs: atMs - request.sentAtMs,
      });
      this.#request(request.wish, request.streams, atMs, request.tries + 1);
    }
    return false;
  }

  #suspect(silentMs: number): void {
    if (this.#isSuspected) return;
    this.#isSuspected = true;
    this.#context.raise('feed.silent', 'warn', {
      connection: this.connection,
      silentMs,
      limitMs: this.#context.limits.frameSilenceMsMax,
    });
  }
}

function frameOf(
  codec: FeedContext['codec'],
  wish: Wish,
  streams: readonly string[],
  requestId: number,
): string {
  switch (wish) {
    case 'subscribe':
    case 'resubscribe':
      return codec.subscribeFrame(streams, requestId);
    case 'unsubscribe':
      return codec.unsubscribeFrame(streams, requestId);
    case 'list':
      return codec.listFrame(requestId);
  }
}
