import type { Effect } from '../../src/domain/effect.ts';
import { frameReceived } from '../../src/domain/event.ts';
import type { FaultId } from '../../src/domain/fault.ts';
import type { ConnectionId } from '../../src/domain/ids.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Candle, DataRejection, Trade } from '../../src/domain/market.ts';
import { Random } from '../../src/domain/random.ts';
import { type UnixMs, unixMs } from '../../src/domain/units.ts';
import { MarketFeed, type MarketSink } from '../../src/market/feed.ts';
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

  constructor(
    instruments: readonly Instrument[],
    startMs: number,
    limits: Partial<FeedLimits> = {},
  ) {
    this.nowMs = startMs;
    this.startedAtMs = startMs;
    this.codec = createBinanceMarketCodec(instruments);
    const random = Random.fromSeed('feed night');
    let requestId = 0;
    this.feed = new MarketFeed({
      venue: 'binance',
      codec: this.codec,
      instruments,
      limits: { ...DEFAULT_FEED_LIMITS, ...limits },
      random: () => random.float(),
      connectionPrefix: 'binance/market/',
      nextRequestId: () => {
        requestId += 1;
        return requestId;
      },
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
    this.#perform(this.feed.start(this.atMs));
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
    this.#perform(this.feed.onFrame(frameReceived(socket, this.atMs, bytes), this.#sink));
  }

  ping(): void {
    this.#perform(this.feed.onPing(this.socket, this.atMs));
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
    this.#perform(this.feed.onTick(this.atMs, this.#sink));
  }

  stepClock(stepMs: number): void {
    this.#perform(this.feed.onClockStep(stepMs, this.atMs));
  }

  closeSocket(socket: ConnectionId = this.socket): void {
    this.#perform(this.feed.onSocketClosed(socket, 1006, 'reset', this.atMs));
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

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      this.effects.push(effect);
      switch (effect.type) {
        case 'openSocket':
          this.sockets.push(effect.connection);
          this.#streams.set(effect.connection, new Set());
          if (this.opens) {
            this.#perform(this.feed.onSocketOpened(effect.connection, this.atMs));
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
    this.#perform(
      this.feed.onDepthAnswer(asked.requestId, instrument.index, answer, this.atMs, this.#sink),
    );
  }
}

function isDepthQuestion(effect: Effect): effect is DepthQuestion {
  return effect.type === 'askVenue' && effect.question.type === 'depth';
}
