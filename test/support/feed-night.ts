import { expect } from 'vitest';
import { ConnectBudget } from '../../src/domain/connect-budget.ts';
import type { Effect } from '../../src/domain/effect.ts';
import { frameReceived } from '../../src/domain/event.ts';
import type { FaultId } from '../../src/domain/fault.ts';
import type { ConnectionId } from '../../src/domain/ids.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Candle, DataRejection, Trade } from '../../src/domain/market.ts';
import { Random } from '../../src/domain/random.ts';
import { type UnixMs, unixMs } from '../../src/domain/units.ts';
import { type FeedParts, MarketFeed, type MarketSink } from '../../src/market/feed.ts';
import { DEFAULT_FEED_LIMITS, type FeedLimits } from '../../src/market/feed-limits.ts';
import { createBinanceMarketCodec } from '../../src/venues/binance-market.ts';

type DepthQuestion = Extract<Effect, { type: 'askVenue' }> & {
  readonly question: { readonly type: 'depth'; readonly instrument: Instrument };
};

/**
 * A feed in a world of which the test decides how well it works: whether sockets open, requests are
 * acknowledged, questions answered. Time moves only when the test says so.
 */
export class FeedNight {
  readonly feed: MarketFeed;
  readonly codec: ReturnType<typeof createBinanceMarketCodec>;
  readonly effects: Effect[] = [];
  readonly tops: number[] = [];
  readonly trades: Trade[] = [];
  readonly candles: Candle[] = [];
  readonly rejections: { rejection: DataRejection; detail: string }[] = [];
  readonly sockets: ConnectionId[] = [];
  readonly closed: ConnectionId[] = [];
  bookCount = 0;
  nowMs: number;
  readonly startedAtMs: number;
  opens = true;
  acks = true;
  /** Streams a `LIST_SUBSCRIPTIONS` answer leaves out. */
  hidden: readonly string[] = [];
  /** Body of the depth answer; `undefined`: the question stays unanswered. */
  answerDepth: (instrument: Instrument) => string | undefined = () => undefined;
  readonly #asked: Effect[] = [];
  readonly #streams = new Map<ConnectionId, Set<string>>();
  readonly #sink: MarketSink;
  readonly #parts: Omit<FeedParts, 'random' | 'nextRequestId' | 'connects'>;
  readonly #chance = new Chance();
  /** Feeds loaded from a checkpoint of this one; they hear whatever it hears and must do the same. */
  readonly #twins: Twin[] = [];

  constructor(
    instruments: readonly Instrument[],
    startMs: number,
    limits: Partial<FeedLimits> = {},
  ) {
    this.nowMs = startMs;
    this.startedAtMs = startMs;
    this.codec = createBinanceMarketCodec(instruments);
    this.#parts = {
      venue: 'binance',
      codec: this.codec,
      instruments,
      limits: { ...DEFAULT_FEED_LIMITS, ...limits },
      connectionPrefix: 'binance/market/',
    };
    this.feed = new MarketFeed({
      ...this.#parts,
      ...this.#chance.parts(),
      connects: this.#newBudget(),
    });
    this.#sink = {
      onTop: (instrument) => this.tops.push(instrument),
      onTrade: (trade) => this.trades.push(trade),
      onBook: () => {
        this.bookCount += 1;
      },
      onCandle: (_instrument, candle) => this.candles.push(candle),
      onRejected: (rejection, _instrument, detail) => this.rejections.push({ rejection, detail }),
    };
  }

  start(): void {
    this.#call((feed) => feed.start(this.atMs));
  }

  /** From now on another feed, loaded from the text of this one's checkpoint, goes the same way. Returns the text. */
  cut(): string {
    const text = JSON.stringify(this.feed.save());
    const chance = new Chance(this.#chance);
    const codec = createBinanceMarketCodec(this.#parts.instruments);
    const connects = this.#newBudget();
    const feed = new MarketFeed({ ...this.#parts, codec, ...chance.parts(), connects });
    feed.load(JSON.parse(text));
    expect(JSON.stringify(feed.save()), 'what was loaded is what was saved').toBe(text);
    this.#twins.push({ feed, cutAtMs: this.nowMs, heard: [] });
    return text;
  }

  #newBudget(): ConnectBudget {
    const { connectCountMax, connectWindowMs } = this.#parts.limits;
    return new ConnectBudget(connectCountMax, connectWindowMs);
  }

  /** Every loaded feed has, to the last bit, the state of the one it was taken of. */
  expectTwinsEqual(): void {
    const text = JSON.stringify(this.feed.save());
    for (const { feed, cutAtMs } of this.#twins) {
      expect(JSON.stringify(feed.save()), `cut at ${cutAtMs}`).toBe(text);
    }
  }

  get atMs(): UnixMs {
    return unixMs(this.nowMs);
  }

  /** The newest socket that was asked for. */
  get socket(): ConnectionId {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket was asked for');
    return socket;
  }

  frame(text: string | Uint8Array, socket: ConnectionId = this.socket): void {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    const { atMs } = this;
    this.#call((feed, sink) => feed.onFrame(frameReceived(socket, atMs, bytes), sink));
  }

  ping(): void {
    this.#call((feed) => feed.onPing(this.socket, this.atMs));
  }

  /** Time passes with a tick every 100 ms. */
  waitMs(ms: number): void {
    const endMs = this.nowMs + ms;
    while (this.nowMs + 100 <= endMs) {
      this.nowMs += 100;
      this.tick();
    }
    this.nowMs = endMs;
  }

  tick(): void {
    this.#call((feed, sink) => feed.onTick(this.atMs, sink));
  }

  stepClock(stepMs: number): void {
    this.#call((feed) => feed.onClockStep(stepMs, this.atMs));
  }

  /** The venue's answer to "what time is it", asked so long ago. */
  serverTime(serverAtMs: number, roundTripMs: number): void {
    const sentAtMs = unixMs(this.nowMs - roundTripMs);
    this.#call((feed) => feed.onServerTime(unixMs(serverAtMs), sentAtMs, this.atMs));
  }

  stop(): void {
    this.#call((feed) => feed.stop(this.atMs));
  }

  closeSocket(socket: ConnectionId = this.socket): void {
    this.#call((feed) => feed.onSocketClosed(socket, 1006, 'reset', this.atMs));
  }

  /** Answers the oldest open depth question about a symbol, or does nothing. */
  answerFor(venueSymbol: string, body: string): void {
    const at = this.#asked.findIndex(
      (asked) => isDepthQuestion(asked) && asked.question.instrument.venueSymbol === venueSymbol,
    );
    const [asked] = at < 0 ? [] : this.#asked.splice(at, 1);
    if (asked !== undefined && isDepthQuestion(asked)) this.#answer(asked, body);
  }

  faults(): readonly FaultId[] {
    return this.effects.flatMap((effect) => (effect.type === 'raiseFault' ? [effect.fault] : []));
  }
  causes(): readonly string[] {
    return this.effects.flatMap((effect) => (effect.type === 'closeSocket' ? [effect.cause] : []));
  }
  isFresh(instrument = 0): boolean {
    return this.feed.assessFreshness(instrument, this.atMs).fresh;
  }

  /** The socket that was asked for is there. */
  openSocket(socket: ConnectionId = this.socket): void {
    this.#call((feed) => feed.onSocketOpened(socket, this.atMs));
  }

  /** One event for the feed and its twins, then its effects. */
  #call(tell: (feed: MarketFeed, sink: MarketSink) => readonly Effect[]): void {
    if (this.#twins.length === 0) {
      this.#perform(tell(this.feed, this.#sink));
      return;
    }
    const heard: unknown[] = [];
    const effects = tell(this.feed, listenTo(this.feed, heard, this.#sink));
    for (const twin of this.#twins) {
      twin.heard.length = 0;
      const same = tell(twin.feed, listenTo(twin.feed, twin.heard));
      const about = `cut at ${twin.cutAtMs}, now ${this.nowMs}`;
      // Nearly always both are empty: a comparison of every call costs more than the night.
      if (effects.length > 0 || same.length > 0) expect(same, about).toEqual(effects);
      if (effects.length > 0) {
        expect(twin.feed.connections(), about).toEqual(this.feed.connections());
      }
      if (heard.length > 0 || twin.heard.length > 0) expect(twin.heard, about).toEqual(heard);
    }
    this.#perform(effects);
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      this.effects.push(effect);
      switch (effect.type) {
        case 'openSocket':
          this.sockets.push(effect.connection);
          this.#streams.set(effect.connection, new Set());
          if (this.opens) {
            this.openSocket(effect.connection);
          }
          break;
        case 'closeSocket':
          this.closed.push(effect.connection);
          break;
        case 'sendFrame':
          this.#onSent(effect.connection, effect.text);
          break;
        case 'askVenue':
          this.#onAsked(effect);
          break;
        default:
          break;
      }
    }
  }

  #onSent(socket: ConnectionId, text: string): void {
    if (!this.acks) return;
    const sent: { id: number; method: string; params?: string[] } = JSON.parse(text);
    const streams = this.#streams.get(socket) ?? new Set();
    for (const stream of sent.params ?? []) {
      if (sent.method === 'SUBSCRIBE') streams.add(stream);
      else streams.delete(stream);
    }
    const carried = [...streams].filter((stream) => !this.hidden.includes(stream));
    const result = sent.method === 'LIST_SUBSCRIPTIONS' ? carried : null;
    this.frame(JSON.stringify({ result, id: sent.id }), socket);
  }

  #onAsked(effect: Extract<Effect, { type: 'askVenue' }>): void {
    if (!isDepthQuestion(effect)) return;
    const body = this.answerDepth(effect.question.instrument);
    if (body === undefined) this.#asked.push(effect);
    else this.#answer(effect, body);
  }

  #answer(asked: DepthQuestion, body: string): void {
    const { instrument } = asked.question;
    const answer = this.codec.decodeDepth(instrument, body);
    const { requestId } = asked;
    this.#call((feed, sink) =>
      feed.onDepthAnswer(requestId, instrument.index, answer, this.atMs, sink),
    );
  }
}

function isDepthQuestion(effect: Effect): effect is DepthQuestion {
  return effect.type === 'askVenue' && effect.question.type === 'depth';
}

/** A generator and a counter of questions that a twin can carry on with. */
class Chance {
  readonly #random = Random.fromSeed('feed night');
  #requestId = 0;

  constructor(like?: Chance) {
    if (like === undefined) return;
    this.#random.load(like.#random.save());
    this.#requestId = like.#requestId;
  }

  parts(): Pick<FeedParts, 'random' | 'nextRequestId'> {
    return {
      random: () => this.#random.float(),
      nextRequestId: () => {
        this.#requestId += 1;
        return this.#requestId;
      },
    };
  }
}

interface Twin {
  readonly feed: MarketFeed;
  readonly cutAtMs: number;
  readonly heard: unknown[];
}

/** Writes down what the feed says and how it looks at that moment, and passes it on. */
function listenTo(feed: MarketFeed, heard: unknown[], to?: MarketSink): MarketSink {
  return {
    onTop(instrument, atMs) {
      heard.push('top', feed.top(instrument), feed.assessFreshness(instrument, atMs));
      to?.onTop(instrument, atMs);
    },
    onTrade(trade, atMs) {
      heard.push('trade', trade, feed.isSuspect(trade.instrument));
      to?.onTrade(trade, atMs);
    },
    onBook(instrument, atMs) {
      const book = feed.book(instrument);
      heard.push('book', book?.updateId, book?.isSynced, book?.isCrossed);
      heard.push(book?.bids.sumQuantity(20), book?.asks.sumQuantity(20));
      to?.onBook(instrument, atMs);
    },
    onCandle(instrument, candle) {
      heard.push('candle', instrument, candle);
      to?.onCandle(instrument, candle);
    },
    onRejected(rejection, instrument, detail) {
      heard.push('rejected', rejection, instrument, detail);
      to?.onRejected(rejection, instrument, detail);
    },
  };
}
