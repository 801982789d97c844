import type { ConnectBudget, ConnectBudgetState } from '../domain/connect-budget.ts';
import type { Effect } from '../domain/effect.ts';
import { NO_EFFECTS } from '../domain/effect.ts';
import type { FrameReceived } from '../domain/event.ts';
import { type ConnectionId, connectionId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { DepthSnapshot, FeedMessage, TopOfBook } from '../domain/market.ts';
import { inPairs } from '../domain/pairs.ts';
import { type UnixMs, unixMs } from '../domain/units.ts';
import type { Answered } from '../domain/venue.ts';
import {
  DOUBTED_TIME_EVERY_MS,
  FeedContext,
  type FeedContextState,
  type FeedParts,
} from './feed-context.ts';
import { FeedLine, type FeedLineState } from './feed-line.ts';
import type {
  BookView,
  ConnectionStatus,
  FeedCounters,
  Freshness,
  MarketSink,
} from './feed-views.ts';
import { holdBackOthers } from './line-silence.ts';
import type { MarketSocket } from './market-socket.ts';
import { splitByStreams } from './split-by-streams.ts';
import { SymbolFeed, type SymbolFeedState } from './symbol-feed.ts';

export type { FeedParts } from './feed-context.ts';
export type {
  BookSideView,
  BookView,
  ConnectionState,
  ConnectionStatus,
  FeedCounters,
  Freshness,
  MarketSink,
} from './feed-views.ts';

/** A larger step of our clock spoils deadlines that run; sockets are then replaced. */
const CLOCK_STEP_MS_MAX = 1_000;
const NEVER_FRESH: Freshness = {
  fresh: false,
  cause: 'old',
  ageMs: Number.POSITIVE_INFINITY,
  limitMs: 0,
  eventLagMs: 0,
  eventLagMsMax: 0,
};

/** What a feed of the same parts needs to go on; the lines are empty before the start and after the stop. */
export interface MarketFeedState {
  readonly context: FeedContextState;
  readonly budget: ConnectBudgetState;
  readonly symbols: readonly SymbolFeedState[];
  readonly lines: readonly FeedLineState[];
  readonly connectionCount: number;
}

/**
 * The market data of one venue: sockets' lives, subscriptions, freshness, books and candles.
 * Every method is past tense in, effects out; nothing here waits.
 */
export class MarketFeed {
  readonly instruments: readonly Instrument[];
  readonly #context: FeedContext;
  readonly #budget: ConnectBudget;
  readonly #prefix: string;
  readonly #symbols: readonly SymbolFeed[];
  /** By `Instrument.index`: the indices of a desk with several venues have holes here. */
  readonly #byIndex: readonly (SymbolFeed | undefined)[];
  #lines: readonly FeedLine[] = [];
  #connectionCount = 0;
  /** The last connection that was asked about and is ours: frames come in rows. */
  #owned: ConnectionId | undefined;

  constructor(parts: FeedParts) {
    this.instruments = parts.instruments;
    this.#prefix = parts.connectionPrefix;
    this.#context = new FeedContext(parts);
    this.#budget = parts.connects;
    this.#symbols = parts.instruments.map((one) => new SymbolFeed(one, this.#context));
    const byIndex: (SymbolFeed | undefined)[] = [];
    for (const symbol of this.#symbols) byIndex[symbol.instrument.index] = symbol;
    this.#byIndex = byIndex;
  }

  get counters(): FeedCounters {
    return this.#context.counters;
  }

  /** Opens the sockets and asks for the venue's time. */
  start(atMs: UnixMs): readonly Effect[] {
    this.#lines = this.#split(atMs);
    this.#context.askTime(atMs, 0);
    for (const line of this.#lines) line.onTick(atMs);
    return this.#context.take();
  }

  /** Whether this feed opened the connection, however long ago. */
  owns(connection: ConnectionId): boolean {
    if (connection === this.#owned) return true;
    if (!connection.startsWith(this.#prefix)) return false;
    this.#owned = connection;
    return true;
  }

  onSocketOpened(connection: ConnectionId, atMs: UnixMs): readonly Effect[] {
    const found = this.#find(connection);
    if (found === undefined) return NO_EFFECTS;
    found.line.onOpened(found.socket, atMs);
    return this.#context.take();
  }

  onSocketClosed(
    connection: ConnectionId,
    code: number,
    cause: string,
    atMs: UnixMs,
  ): readonly Effect[] {
    // Sockets that we dropped ourselves are unknown by now: their goodbye changes nothing.
    const found = this.#find(connection);
    if (found === undefined) return NO_EFFECTS;
    found.line.onClosed(found.socket, code, cause, atMs);
    return this.#context.take();
  }

  onPing(connection: ConnectionId, atMs: UnixMs): readonly Effect[] {
    this.#context.counters.pings += 1;
    const found = this.#find(connection);
    found?.line.onHeard(found.socket, atMs);
    return NO_EFFECTS;
  }

  onFrame(frame: FrameReceived, sink: MarketSink): readonly Effect[] {
    // No pair is made for line and socket: this stands in the way of every frame.
    for (const line of this.#lines) {
      const socket = line.findSocket(frame.connection);
      if (socket !== undefined) return this.#hear(line, socket, frame, sink);
    }
    return NO_EFFECTS;
  }

  #hear(
    line: FeedLine,
    socket: MarketSocket,
    { atMs, chunk, from, to }: FrameReceived,
    sink: MarketSink,
  ): readonly Effect[] {
    this.#context.counters.frames += 1;
    line.onHeard(socket, atMs);
    const message = this.#context.codec.decode(chunk, from, to);
    if (this.#onData(message, atMs, sink)) {
      socket.lastNewsAtMs = atMs;
      if ('eventAtMs' in message) holdBackOthers(line.symbols, message, this.#context, atMs);
    }
    if (line.next !== undefined && 'instrument' in message && message.instrument !== undefined) {
      this.#onDelivered(socket, message.instrument, atMs);
    }
    switch (message.type) {
      case 'acked':
      case 'refused':
      case 'subscriptions':
      case 'serverShutdown':
        this.#context.counters.answers += 1;
        line.onAnswer(socket, message, atMs);
        break;
      case 'ignored':
        this.#context.counters.ignored += 1;
        break;
      default:
        break;
    }
    return this.#context.take();
  }

  /** Watchdogs, deadlines, bars. Call every 50 to 500 ms. */
  onTick(atMs: UnixMs, sink: MarketSink): readonly Effect[] {
    this.#context.askTimeWhenDue(atMs);
    for (const line of this.#lines) line.onTick(atMs);
    for (const symbol of this.#symbols) symbol.onTick(atMs, sink);
    return this.#context.take();
  }

  /** `requestId` of the `askVenue` effect; answers to questions no longer open are ignored. */
  onDepthAnswer(
    requestId: number,
    instrument: number,
    answer: Answered<DepthSnapshot>,
    atMs: UnixMs,
    sink: MarketSink,
  ): readonly Effect[] {
    this.#byIndex[instrument]?.onDepthAnswer(requestId, answer, atMs, sink);
    return this.#context.take();
  }

  onServerTime(serverAtMs: UnixMs, sentAtMs: UnixMs, receivedAtMs: UnixMs): readonly Effect[] {
    const { clock } = this.#context;
    const fromMs = clock.offsetMs ?? 0;
    if (clock.onServerTime(serverAtMs, sentAtMs, receivedAtMs) === 'stepped') {
      for (const symbol of this.#symbols) symbol.freshness.onClockStepped();
      this.#context.log('clock.stepped', 'the venue clock moved against ours', {
        offsetMsBefore: Math.round(fromMs),
        offsetMs: Math.round(clock.offsetMs ?? 0),
      });
    }
    return this.#context.take();
  }

  /** The venue refused a timestamp of ours: ask for its time, unless that was just done. */
  onTimestampRefused(atMs: UnixMs): readonly Effect[] {
    this.#context.askTime(atMs, DOUBTED_TIME_EVERY_MS);
    return this.#context.take();
  }

  /** Our wall clock was stepped (positive: forward): what was measured with it is void. */
  onClockStep(stepMs: number, atMs: UnixMs): readonly Effect[] {
    this.#context.clock.reset();
    this.#context.log('clock.stepped', 'our clock was stepped: measuring the venue clock anew', {
      stepMs,
    });
    if (Math.abs(stepMs) > CLOCK_STEP_MS_MAX) {
      for (const line of this.#lines) line.onClockStep(atMs);
    }
    this.#context.askTime(atMs, 0);
    return this.#context.take();
  }

  /** Closes the sockets for good. */
  stop(atMs: UnixMs): readonly Effect[] {
    for (const line of this.#lines) line.stop(atMs);
    this.#lines = [];
    return this.#context.take();
  }

  /** Between two events; the generator and the counter of questions are its maker's. */
  save(): MarketFeedState {
    return {
      context: this.#context.save(),
      budget: this.#budget.save(),
      symbols: this.#symbols.map((symbol) => symbol.save()),
      lines: this.#lines.map((line) => line.save()),
      connectionCount: this.#connectionCount,
    };
  }
  /** Instead of `start`, on a feed made of the same parts. */
  load(state: MarketFeedState): void {
    this.#context.load(state.context);
    this.#budget.load(state.budget);
    for (const [symbol, saved] of inPairs(this.#symbols, state.symbols)) symbol.load(saved);
    this.#lines = [];
    if (state.lines.length > 0) {
      this.#lines = this.#split(unixMs(0));
      for (const [line, saved] of inPairs(this.#lines, state.lines)) line.load(saved);
    }
    this.#connectionCount = state.connectionCount;
  }

  /** The newest believed best bid and ask; `undefined` before the first. May be kept. */
  top(instrument: number): TopOfBook | undefined {
    return this.#byIndex[instrument]?.top;
  }
  /** Since the symbol's best bid and ask was last proven; `Infinity` before the first. */
  ageMs(instrument: number, nowMs: UnixMs): number {
    return this.#byIndex[instrument]?.freshness.ageMs(nowMs) ?? Number.POSITIVE_INFINITY;
  }
  /** An instrument of another feed is never fresh. */
  assessFreshness(instrument: number, nowMs: UnixMs): Freshness {
    const symbol = this.#byIndex[instrument];
    return symbol === undefined ? NEVER_FRESH : symbol.freshness.assess(nowMs, symbol.isLive);
  }
  /** `undefined` for an instrument of another feed. Live: it moves on with the next frame. */
  book(instrument: number): BookView | undefined {
    return this.#byIndex[instrument]?.keeper.book;
  }
  /** The price jumped beyond its collar and is not yet confirmed, or changed its unit. */
  isSuspect(instrument: number): boolean {
    return this.#byIndex[instrument]?.collar.isSuspect === true;
  }
  /** Tells again whose prices may have changed their unit: nothing is bought or sold there. */
  tellShifted(): readonly Effect[] {
    for (const symbol of this.#symbols) symbol.tellShifted();
    return this.#context.take();
  }
  /** Venue clock minus ours; `undefined` until measured. */
  clockOffsetMs(): number | undefined {
    return this.#context.clock.offsetMs;
  }
  /** How far the last measurement contradicts `clockOffsetMs`; 0 while none does. */
  clockDoubtMs(): number {
    return this.#context.clock.doubtMs;
  }
  /** Lag of the symbol's last event behind the venue's clock; `undefined` before the first. */
  eventLagMs(instrument: number): number | undefined {
    return this.#byIndex[instrument]?.freshness.eventLagMs;
  }
  connections(): readonly ConnectionStatus[] {
    return this.#lines.map((line) => line.status());
  }

  /** True when the message is market data and brought something new. */
  #onData(message: FeedMessage, atMs: UnixMs, sink: MarketSink): boolean {
    switch (message.type) {
      case 'top':
        return this.#byIndex[message.instrument]?.onTop(message, atMs, sink) ?? false;
      case 'trade':
        return this.#byIndex[message.instrument]?.onTrade(message, atMs, sink) ?? false;
      case 'depth':
        return this.#byIndex[message.instrument]?.onDiff(message, atMs, sink) ?? false;
      case 'invalid': {
        const { instrument, rejection, detail } = message;
        const symbol = instrument === undefined ? undefined : this.#byIndex[instrument];
        if (symbol === undefined) this.#context.reject(rejection, instrument, detail, sink);
        else symbol.onInvalid(message, atMs, sink);
        return false;
      }
      default:
        return false;
    }
  }

  /** While two sockets run side by side, a repeat of the other's message is a sign of life. */
  #onDelivered(socket: MarketSocket, instrument: number, atMs: UnixMs): void {
    socket.delivered.add(instrument);
    socket.lastNewsAtMs = atMs;
  }

  #find(connection: ConnectionId): { line: FeedLine; socket: MarketSocket } | undefined {
    const line = this.#lines.find((one) => one.findSocket(connection) !== undefined);
    const socket = line?.findSocket(connection);
    return line === undefined || socket === undefined ? undefined : { line, socket };
  }

  #split(atMs: UnixMs): readonly FeedLine[] {
    const newConnection = (): ConnectionId => this.#newConnection();
    return splitByStreams(this.#symbols, this.#context).map(
      (symbols) => new FeedLine(symbols, this.#context, this.#budget, newConnection, atMs),
    );
  }

  #newConnection(): ConnectionId {
    this.#connectionCount += 1;
    return connectionId(`${this.#prefix}${this.#connectionCount}`);
  }
}
