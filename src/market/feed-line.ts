import type { ConnectBudget } from '../domain/connect-budget.ts';
import type { ExactNumber } from '../domain/exact-number.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { FeedMessage } from '../domain/market.ts';
import type { UnixMs } from '../domain/units.ts';
import { countIn, type FeedContext } from './feed-context.ts';
import type { ConnectionStatus } from './feed-views.ts';
import { longestSilenceMs } from './line-silence.ts';
import { MarketSocket, type MarketSocketState } from './market-socket.ts';
import { ReconnectPace, type ReconnectPaceState } from './reconnect-pace.ts';
import { StreamRemedy } from './stream-remedy.ts';
import type { SymbolFeed } from './symbol-feed.ts';

/** Close code of a socket that brought a frame larger than we take. */
const MESSAGE_TOO_BIG = 1009;

/** `null`: no such socket. */
export interface FeedLineState {
  readonly current: MarketSocketState | null;
  readonly next: MarketSocketState | null;
  readonly pace: ReconnectPaceState;
  readonly sinceMs: UnixMs;
  readonly remedy: ExactNumber;
}

/**
 * A line carries some symbols over one socket at a time, for ever: it connects, subscribes, watches,
 * replaces. Before a planned end two sockets run side by side, so that nothing is missed.
 */
export class FeedLine {
  readonly symbols: readonly SymbolFeed[];
  readonly streams: readonly string[];
  current: MarketSocket | undefined;
  next: MarketSocket | undefined;
  readonly #context: FeedContext;
  readonly #newConnection: () => ConnectionId;
  readonly #pace: ReconnectPace;
  #sinceMs: UnixMs;
  readonly #remedy = new StreamRemedy();

  constructor(
    symbols: readonly SymbolFeed[],
    context: FeedContext,
    budget: ConnectBudget,
    newConnection: () => ConnectionId,
    atMs: UnixMs,
  ) {
    this.symbols = symbols;
    this.streams = symbols.flatMap((symbol) => context.codec.streamsOf(symbol.instrument));
    this.#context = context;
    this.#pace = new ReconnectPace(context, budget);
    this.#newConnection = newConnection;
    this.#sinceMs = atMs;
  }

  findSocket(connection: ConnectionId): MarketSocket | undefined {
    if (this.current?.connection === connection) return this.current;
    return this.next?.connection === connection ? this.next : undefined;
  }

  status(): ConnectionStatus {
    const socket = this.current;
    return {
      connection: socket?.connection,
      state: socket?.state ?? 'waiting',
      sinceMs: this.#sinceMs,
      lastFrameAtMs: socket?.lastFrameAtMs,
      instruments: this.symbols.map((symbol) => symbol.instrument.index),
    };
  }

  onOpened(socket: MarketSocket, atMs: UnixMs): void {
    socket.openedAtMs = atMs;
    if (socket === this.current) this.#sinceMs = atMs;
    socket.subscribe(this.streams, atMs);
  }

  onClosed(socket: MarketSocket, code: number, cause: string, atMs: UnixMs): void {
    this.#context.raise('feed.disconnected', 'warn', {
      connection: socket.connection,
      code,
      cause,
      livedMs: atMs - socket.createdAtMs,
    });
    // Nobody has read it: all that is left of it is that the socket ended this way.
    if (code === MESSAGE_TOO_BIG) countIn(this.#context.counters.rejections, 'oversized');
    this.#drop(socket, socket.openedAtMs === undefined ? 'connectFailed' : 'closed', atMs);
  }

  /** A sign of life on `socket`, before what it says is looked at. */
  onHeard(socket: MarketSocket, atMs: UnixMs): void {
    const silentMs = socket.onFrame(atMs);
    if (silentMs <= this.#context.limits.eventLagMsMax) return;
    for (const symbol of this.symbols) symbol.freshness.onHeldBack(silentMs);
  }

  /** An answer on `socket`, or a word about the socket itself. */
  onAnswer(socket: MarketSocket, message: FeedMessage, atMs: UnixMs): void {
    switch (message.type) {
      case 'acked':
        this.#onAcked(socket, message.requestId, atMs);
        return;
      case 'refused':
        this.#context.raise('feed.refused', 'error', {
          connection: socket.connection,
          code: message.code,
          text: message.text,
        });
        if (message.requestId !== undefined) socket.settle(message.requestId);
        this.#giveUp(socket, 'refused', atMs);
        return;
      case 'subscriptions':
        this.#onAudit(socket, message.requestId, message.streams, atMs);
        return;
      case 'serverShutdown':
        this.#leave(socket, 'serverShutdown', atMs);
        return;
      default:
        return;
    }
  }

  onTick(atMs: UnixMs): void {
    if (this.current === undefined) this.#connect(atMs);
    this.#check(this.next, atMs);
    this.#check(this.current, atMs);
    this.#rotateWhenOld(atMs);
    this.#promoteWhenReady(atMs);
    this.#healSymbols(atMs);
  }

  /** All our deadlines were kept on a clock that was stepped: begins anew with fresh sockets. */
  onClockStep(atMs: UnixMs): void {
    for (const socket of [this.next, this.current]) {
      if (socket !== undefined) this.#giveUp(socket, 'clockStep', atMs);
    }
    this.#pace.openFrom(atMs);
    this.#remedy.onClockStep();
    for (const symbol of this.symbols) symbol.resubscribedAtMs = undefined;
  }

  /** Closes both sockets for good. */
  stop(atMs: UnixMs): void {
    for (const socket of [this.current, this.next]) {
      if (socket === undefined) continue;
      const { connection } = socket;
      this.#context.push({ type: 'closeSocket', connection, how: 'close', cause: 'stopping' });
    }
    this.current = undefined;
    this.next = undefined;
    this.#pace.openFrom(Number.POSITIVE_INFINITY);
    this.#sinceMs = atMs;
    for (const symbol of this.symbols) symbol.onInterrupted(false);
  }

  save(): FeedLineState {
    return {
      current: this.current?.save() ?? null,
      next: this.next?.save() ?? null,
      pace: this.#pace.save(),
      sinceMs: this.#sinceMs,
      remedy: this.#remedy.save(),
    };
  }
  load(state: FeedLineState): void {
    this.current = this.#restore(state.current);
    this.next = this.#restore(state.next);
    this.#pace.load(state.pace);
    this.#sinceMs = state.sinceMs;
    this.#remedy.load(state.remedy);
  }
  #restore(state: MarketSocketState | null): MarketSocket | undefined {
    return state === null ? undefined : MarketSocket.restore(state, this.#context);
  }

  #connect(atMs: UnixMs): void {
    const socket = this.#open(atMs);
    if (socket === undefined) return;
    this.current = socket;
    this.#sinceMs = atMs;
  }

  #open(atMs: UnixMs): MarketSocket | undefined {
    if (!this.#pace.allows(atMs)) return undefined;
    const connection = this.#newConnection();
    this.#context.push({
      type: 'openSocket',
      connection,
      venue: this.#context.venue,
      socket: 'market',
      path: this.#context.codec.socketPath,
    });
    return new MarketSocket(connection, atMs, this.#context);
  }

  #onAcked(socket: MarketSocket, requestId: number, atMs: UnixMs): void {
    const settled = socket.settle(requestId);
    if (settled === undefined || settled.wish === 'unsubscribe') return;
    if (socket.ackedAtMs === undefined) {
      socket.ackedAtMs = atMs;
      if (socket === this.current) this.#sinceMs = atMs;
      const { connection } = socket;
      this.#context.log('feed.subscribed', 'streams are acknowledged', {
        connection,
        streamCount: this.streams.length,
      });
    }
    if (socket === this.current) this.#startSymbols(atMs);
  }

  /** All streams are acknowledged on the socket that counts. */
  #startSymbols(atMs: UnixMs): void {
    for (const symbol of this.symbols) if (!symbol.isLive) symbol.onSubscribed(atMs);
  }

  #onAudit(
    socket: MarketSocket,
    requestId: number,
    carried: readonly string[],
    atMs: UnixMs,
  ): void {
    if (socket.settle(requestId) === undefined) return;
    const has = new Set(carried);
    const missing = this.streams.filter((stream) => !has.has(stream));
    if (missing.length === 0) return;
    this.#context.raise('feed.refused', 'warn', {
      connection: socket.connection,
      cause: 'notCarried',
      streamCount: missing.length,
      stream: missing[0] ?? '',
    });
    this.#context.counters.resubscribes += 1;
    socket.subscribe(missing, atMs);
  }

  #check(socket: MarketSocket | undefined, atMs: UnixMs): void {
    if (socket === undefined) return;
    const end = socket.findEnd(atMs, longestSilenceMs(this.symbols, this.#context.limits, atMs));
    if (end !== undefined) {
      this.#giveUp(socket, end, atMs);
      return;
    }
    if (socket.isAuditDue(atMs)) socket.audit(atMs);
    socket.flush(atMs);
  }

  /** The socket is not answered any more: dropped without waiting for its goodbye. */
  #giveUp(
    socket: MarketSocket,
    cause: string,
    atMs: UnixMs,
    about: Readonly<Record<string, string>> = {},
  ): void {
    const { connection } = socket;
    this.#context.push({ type: 'closeSocket', connection, how: 'terminate', cause });
    this.#context.raise('feed.silent', 'error', {
      connection,
      cause,
      livedMs: atMs - socket.createdAtMs,
      silentMs: atMs - (socket.lastNewsAtMs ?? socket.createdAtMs),
      ...about,
    });
    this.#drop(socket, cause, atMs);
  }

  #drop(socket: MarketSocket, cause: string, atMs: UnixMs): void {
    countIn(this.#context.counters.reconnects, cause);
    this.#pace.onEnded(socket.ackedAtMs === undefined ? 0 : atMs - socket.ackedAtMs, atMs);
    if (socket === this.next) {
      this.next = undefined;
      this.#markDoubled(false);
      return;
    }
    // The heir is ready: ids show whether anything was missed in between.
    const heir = this.next;
    this.current = heir;
    this.next = undefined;
    this.#sinceMs = atMs;
    this.#markDoubled(false);
    if (heir?.ackedAtMs !== undefined) this.#startSymbols(atMs);
    else for (const symbol of this.symbols) symbol.onInterrupted(false);
  }

  #rotateWhenOld(atMs: UnixMs): void {
    const socket = this.current;
    if (socket?.openedAtMs === undefined) return;
    if (atMs - socket.openedAtMs > this.#context.limits.rotateAfterMs) socket.isEnding = true;
    if (socket.isEnding) this.#rotate(atMs);
  }

  /** Another socket is to take over, without a hole. */
  #leave(
    socket: MarketSocket,
    cause: string,
    atMs: UnixMs,
    about: Readonly<Record<string, string>> = {},
  ): void {
    socket.isEnding = true;
    const { connection } = socket;
    const detail = { connection, cause, ...about };
    this.#context.log('feed.ending', 'another socket is to take over', detail);
    this.#rotate(atMs);
  }

  #rotate(atMs: UnixMs): void {
    if (this.next !== undefined || this.current?.ackedAtMs === undefined) return;
    this.next = this.#open(atMs);
    if (this.next !== undefined) this.#markDoubled(true);
  }

  /** The new socket has shown what the old one shows, or had time enough to. */
  #promoteWhenReady(atMs: UnixMs): void {
    const { current, next } = this;
    if (current === undefined || next?.ackedAtMs === undefined) return;
    const all = this.symbols.every((symbol) => next.delivered.has(symbol.instrument.index));
    const overlapMs = atMs - next.ackedAtMs;
    const enough = next.delivered.size > 0 && overlapMs > this.#context.limits.overlapMsMax;
    if (!all && !enough) return;
    const { connection } = current;
    this.#context.push({ type: 'closeSocket', connection, how: 'close', cause: 'rotation' });
    this.#context.log('feed.rotated', 'a new socket has taken over', {
      connection: next.connection,
      overlapMs,
    });
    this.#context.counters.rotations += 1;
    this.#pace.onRotated();
    this.current = next;
    this.next = undefined;
    this.#sinceMs = atMs;
    this.#markDoubled(false);
    this.#startSymbols(atMs);
  }

  #healSymbols(atMs: UnixMs): void {
    const socket = this.current;
    if (socket?.ackedAtMs === undefined) return;
    const end = this.#remedy.heal(this.symbols, socket, this.#context, atMs);
    if (end === undefined) return;
    const { symbol, trouble } = end;
    if (end.remedy === 'newSocket') this.#giveUp(socket, 'symbolSilent', atMs, { symbol, trouble });
    else this.#leave(socket, trouble, atMs, { symbol });
  }

  #markDoubled(isDoubled: boolean): void {
    for (const symbol of this.symbols) symbol.isDoubled = isDoubled;
  }
}
