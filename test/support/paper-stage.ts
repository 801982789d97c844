import { bytesOf, type DeskEvent, frameReceived } from '../../src/domain/event.ts';
import { clientOrderId, connectionId } from '../../src/domain/ids.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import type { OrderIntent, SendableOrder } from '../../src/domain/order.ts';
import { price } from '../../src/domain/units.ts';
import type { VenueAnswer, VenueQuestion } from '../../src/domain/venue.ts';
import { markDurable } from '../../src/journal/durable.ts';
import { PaperVenue } from '../../src/live/paper/paper-venue.ts';
import { DEFAULT_SYMBOLS } from '../../src/matching/symbol-rules.ts';
import { describeExchange } from '../../src/matching/wire/exchange-info.ts';
import { LIVE_RATE_LIMITS } from '../../src/matching/wire/venue-limits.ts';
import { approve } from '../../src/risk/approve.ts';
import { createBinanceAccountCodec } from '../../src/venues/binance-account.ts';
import { BTC_USDT, makeIntent, NOON_MS } from './trading.ts';

const MARKET = connectionId('binance/market/1');
const ACCOUNT = connectionId('binance/account/1');

type Level = readonly [price: string, quantity: string];

/** A paper venue, the market it hears said line by line, and everything it says. */
export class PaperStage {
  readonly venue: PaperVenue;
  readonly heard: DeskEvent[] = [];
  readonly codec = createBinanceAccountCodec();
  #updateId = 100;
  #tradeId = 5_000;

  constructor(rows: readonly JournalRow[] = [], symbols: readonly string[] = ['BTC/USDT']) {
    const account = {
      quoteAsset: 'USDT',
      dayZone: 'UTC',
      markAgeMsMax: 3_000,
      allocations: { USDT: '1000' },
    };
    const bases = { restBase: '', wsBase: '', wsApiBase: '', keyFile: undefined };
    this.venue = new PaperVenue({
      settings: {
        venue: { setup: 'paper', name: 'binance', ...bases },
        symbols: [...symbols],
        portfolio: { account, exits: { standard: EXITS, byStrategy: {} } },
      },
      rows,
    });
    this.venue.useWorld({ venueNowMs: () => NOON_MS, tell: (event) => this.heard.push(event) });
  }

  /** The real venue's rules arrive. */
  rules(): this {
    const info = describeExchange(DEFAULT_SYMBOLS, LIVE_RATE_LIMITS, NOON_MS);
    this.#answered({ type: 'instruments', venueSymbols: ['BTCUSDT'] }, info);
    return this;
  }

  /** The real venue does not know one of these. */
  unlisted(...venueSymbols: readonly string[]): this {
    const refusal = { code: -1121, msg: 'Invalid symbol.' };
    this.#answered({ type: 'instruments', venueSymbols }, refusal, 400);
    return this;
  }

  snapshot(bids: readonly Level[], asks: readonly Level[], lastUpdateId = this.#updateId): this {
    const question = { type: 'depth', instrument: BTC_USDT, limit: 1_000 } as const;
    this.#answered(question, { lastUpdateId, bids, asks });
    return this;
  }

  top(bid: Level, ask: Level): this {
    this.#updateId += 1;
    const data = { u: this.#updateId, s: 'BTCUSDT', b: bid[0], B: bid[1], a: ask[0], A: ask[1] };
    return this.#frame('bookTicker', data);
  }

  depth(bids: readonly Level[], asks: readonly Level[]): this {
    const U = this.#updateId + 1;
    this.#updateId += 1;
    const data = { e: 'depthUpdate', E: NOON_MS, s: 'BTCUSDT', U, u: U, b: bids, a: asks };
    return this.#frame('depth@100ms', data);
  }

  /** `again`: the trade before this one, told once more by a second socket. */
  trade(at: string, quantity: string, buyerIsMaker: boolean, again = false): this {
    if (!again) this.#tradeId += 1;
    const data = {
      e: 'trade',
      E: NOON_MS,
      s: 'BTCUSDT',
      t: this.#tradeId,
      p: at,
      q: quantity,
      T: NOON_MS,
      m: buyerIsMaker,
      M: true,
    };
    return this.#frame('trade', data);
  }

  async place(change: Partial<OrderIntent>): Promise<VenueAnswer> {
    return await this.venue.place(sendable(change), NOON_MS, () => undefined);
  }

  /** Opens the account socket and waits until events would come. */
  async listen(): Promise<void> {
    this.venue.socket.open(ACCOUNT);
    this.venue.socket.sendSigned(ACCOUNT, 'a', this.codec.subscribeMethod);
    await this.until(() => this.accountFrames().length > 0);
  }

  /** What came over the account socket, as the core's codec reads it. */
  accountFrames() {
    return this.heard.flatMap((event) =>
      event.type === 'frameReceived' && event.connection === ACCOUNT
        ? [this.codec.decodeAccountFrame(bytesOf(event), [BTC_USDT])]
        : [],
    );
  }

  async until(isTrue: () => boolean): Promise<void> {
    const endAtMs = performance.now() + 5_000;
    while (!isTrue()) {
      if (performance.now() > endAtMs) throw new Error('it never came');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  #frame(stream: string, data: unknown): this {
    const bytes = Buffer.from(JSON.stringify({ stream: `btcusdt@${stream}`, data }));
    this.venue.hear(frameReceived(MARKET, NOON_MS, bytes));
    return this;
  }

  #answered(question: VenueQuestion, content: unknown, status = 200): void {
    const answer: VenueAnswer = {
      type: 'http',
      status,
      body: JSON.stringify(content),
      retryAfterMs: undefined,
      usedWeight: undefined,
      sentAtMs: NOON_MS,
    };
    const event = { type: 'venueAnswered', atMs: NOON_MS, venue: 'binance', requestId: 1 } as const;
    this.venue.hear({ ...event, question, answer });
  }
}

/** Buys 0.002 BTC at 60,000.00, IOC, unless told otherwise. */
export function sendable(change: Partial<OrderIntent>): SendableOrder {
  return markDurable(approve(makeIntent(change)));
}

/** A price in whole dollars. */
export const at = (dollars: number) => price(dollars * 100);
export const id = (name: string) => clientOrderId(name);

const EXITS = {
  stopBps: 100,
  targetEnabled: false,
  targetBps: 100,
  trailingEnabled: false,
  trailingBps: 100,
  holdingEnabled: false,
  holdingMsMax: 1_000,
};
