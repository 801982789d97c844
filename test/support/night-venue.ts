import { formatPrice, formatQuantity, type Instrument } from '../../src/domain/instrument.ts';
import type { SendableOrder } from '../../src/domain/order.ts';
import type { VenueAnswer, VenueQuestion } from '../../src/domain/venue.ts';
import { createExchangeCore } from '../../src/matching/create-exchange-core.ts';
import type { ExchangeCore, Outcome, Refused } from '../../src/matching/exchange-core.ts';
import type { FillView, MarketHappening } from '../../src/matching/happening.ts';
import { INVALID_SYMBOL } from '../../src/matching/refusal.ts';
import { DEFAULT_SYMBOLS } from '../../src/matching/symbol-rules.ts';
import { describeExchange } from '../../src/matching/wire/exchange-info.ts';
import { toUserEvent } from '../../src/matching/wire/user-events.ts';
import { LIVE_RATE_LIMITS } from '../../src/matching/wire/venue-limits.ts';
import {
  describeAccount,
  describeCanceled,
  describeFill,
  describePlaced,
  describeQueried,
} from '../../src/matching/wire/wire-shapes.ts';
import { describeDepth, MarketStreams } from '../../src/sim/market-streams.ts';
import { http } from '../../src/sim/venue-answer.ts';
import { MAKER, MadeMarket, PASSER } from './night-market.ts';

export const OURS = 'ours';
const ROWS_MAX = 1_000;
/** Whole books of generated markets are deep; nobody here needs more. */
const PLENTY = '1000000000';

/** What the venue tells by itself. */
export interface VenueNews {
  onMarket(stream: string, data: string): void;
  onAccount(fields: Readonly<Record<string, unknown>>): void;
}

/** The exchange of a night: the real matching core, speaking the real wire. It makes no mistakes; the faults are on the way. */
export class NightVenue {
  readonly core: ExchangeCore;
  /** The market of a night that is not generated. */
  readonly made: MadeMarket | undefined;
  /** Client ids of ours in the order of arrival, refused ones included. */
  readonly arrived: string[] = [];
  /** Symbols that the venue has forgotten: whatever is asked about one of them is refused. */
  readonly delisted = new Set<string>();
  /** Symbols whose listing the venue fails to tell, alone or with others. */
  readonly broken = new Set<string>();
  /** What becomes of the answer to which symbols are traded, and by which rules. */
  listing: (body: Readonly<Record<string, unknown>>) => unknown = (body) => body;
  readonly #streams: MarketStreams;
  readonly #news: VenueNews;
  readonly #names: readonly string[];
  readonly #coreNowMs: () => number;
  readonly #skewMs: () => number;

  constructor(about: {
    readonly names: readonly string[];
    readonly seed: string | undefined;
    readonly nowMs: () => number;
    /** How far the venue's clock has jumped since the beginning. */
    readonly skewMs: () => number;
    readonly news: VenueNews;
  }) {
    const { names, seed, nowMs } = about;
    this.#news = about.news;
    this.#names = names;
    this.#coreNowMs = nowMs;
    this.#skewMs = about.skewMs;
    const balances: Record<string, string> = { USDT: PLENTY };
    for (const name of names) balances[name.replace('USDT', '')] = PLENTY;
    this.core = createExchangeCore({
      symbols: DEFAULT_SYMBOLS.filter(({ symbol }) => names.includes(symbol)),
      accounts: [
        { accountKey: OURS, balances: { USDT: '100000', BTC: '1', ETH: '10' } },
        { accountKey: MAKER, balances },
        { accountKey: PASSER, balances },
      ],
      market: seed === undefined ? { type: 'none' } : { type: 'generated', seed },
      startAtMs: nowMs(),
      seed: seed ?? 'made',
    });
    this.#streams = new MarketStreams(names, (stream, data) => {
      const [symbol = ''] = stream.split('@');
      if (!this.delisted.has(symbol.toUpperCase())) this.#news.onMarket(stream, data);
    });
    if (seed === undefined) this.made = new MadeMarket(this.core);
  }

  /** The market goes on. */
  advance(): void {
    this.#report(this.core.advance(this.#coreNowMs()));
    this.#report(this.made?.step(this.#coreNowMs()) ?? []);
  }

  publishDepth(): void {
    for (const name of this.#names) this.#streams.flushDepth(name, this.#nowMs());
  }

  place(order: SendableOrder): VenueAnswer {
    const { instrument } = order;
    this.arrived.push(order.clientOrderId);
    const outcome = this.core.submit(
      OURS,
      {
        symbol: instrument.venueSymbol,
        side: order.side,
        type: order.type,
        timeInForce: order.timeInForce,
        quantity: formatQuantity(instrument, order.quantity),
        price: formatPrice(instrument, order.price),
        newClientOrderId: order.clientOrderId,
      },
      this.#coreNowMs(),
    );
    return this.#settle(outcome, (placed) => describePlaced(placed, 'FULL'));
  }

  cancel(instrument: Instrument, origClientOrderId: string): VenueAnswer {
    const ref = { symbol: instrument.venueSymbol, origClientOrderId };
    return this.#settle(this.core.cancel(OURS, ref, this.#coreNowMs()), describeCanceled);
  }

  answerTo(question: VenueQuestion): VenueAnswer {
    const asked =
      question.type === 'instruments'
        ? question.venueSymbols
        : 'instrument' in question
          ? [question.instrument.venueSymbol]
          : [];
    const isKnown = (name: string) =>
      !this.delisted.has(name) && this.core.symbol(name) !== undefined;
    if (!asked.every(isKnown)) return refusal(INVALID_SYMBOL);
    switch (question.type) {
      case 'serverTime':
        return http(200, { serverTime: this.#nowMs() });
      case 'instruments': {
        if (asked.some((name) => this.broken.has(name))) {
          return http(500, { code: -1000, msg: 'An unknown error occurred.' });
        }
        const names = question.venueSymbols;
        const known = this.core.symbols().filter(({ symbol }) => names.includes(symbol));
        const body = describeExchange(known, LIVE_RATE_LIMITS, this.#nowMs());
        return http(200, this.listing(body));
      }
      case 'depth': {
        const { venueSymbol } = question.instrument;
        this.#streams.flushDepth(venueSymbol, this.#nowMs());
        return http(200, describeDepth(this.core, venueSymbol, question.limit));
      }
      case 'account': {
        const account = this.core.account(OURS);
        return http(200, account === undefined ? {} : describeAccount(account));
      }
      case 'openOrders':
        return http(200, this.core.openOrders(OURS, undefined).map(describeQueried));
      case 'orderByClientId': {
        const { instrument, clientOrderId } = question;
        const ref = { symbol: instrument.venueSymbol, origClientOrderId: clientOrderId };
        const order = this.core.order(OURS, ref);
        return isRefused(order) ? refusal(order) : http(200, describeQueried(order));
      }
      case 'ordersSince': {
        const symbol = question.instrument.venueSymbol;
        const window = { symbol, startAtMs: Math.floor(question.sinceMs), limit: ROWS_MAX };
        return http(200, this.core.allOrders(OURS, window).map(describeQueried));
      }
      case 'fillsFrom': {
        const symbol = question.instrument.venueSymbol;
        const window = { symbol, fromId: question.fromTradeId, limit: ROWS_MAX };
        return http(200, this.core.myTrades(OURS, window).map(describeFill));
      }
    }
  }

  /** A person trades on the same account, by the venue's own app. */
  placeByHand(symbol: string, side: 'BUY' | 'SELL', price: string, quantity: string): void {
    const order = { symbol, side, type: 'LIMIT', timeInForce: 'GTC', price, quantity } as const;
    const newClientOrderId = `web_${this.arrived.length}`;
    this.#report(
      this.core.submit(OURS, { ...order, newClientOrderId }, this.#coreNowMs()).happenings,
    );
  }

  /** Every execution of ours, oldest first. */
  trades(): readonly FillView[] {
    return this.#names.flatMap((symbol) => this.core.myTrades(OURS, { symbol, limit: ROWS_MAX }));
  }

  /** What the account holds of an asset, free and locked. */
  balance(asset: string): bigint {
    const held = this.core.account(OURS)?.balances.find((each) => each.asset === asset);
    return held === undefined ? 0n : held.free + held.locked;
  }

  /** As the venue says it. */
  #nowMs(): number {
    return this.#coreNowMs() + this.#skewMs();
  }

  #settle<T>(outcome: Outcome<T>, describe: (answer: T) => unknown): VenueAnswer {
    this.#report(outcome.happenings);
    const { answer } = outcome;
    return isRefused(answer) ? refusal(answer) : http(200, describe(answer));
  }

  #report(happenings: readonly MarketHappening[]): void {
    const nowMs = this.#nowMs();
    for (const happening of happenings) {
      this.#streams.onHappening(happening, nowMs, this.#skewMs());
      const event = toUserEvent(happening, nowMs);
      if (event?.account === OURS) this.#news.onAccount(event.fields);
    }
  }
}

function refusal({ code, msg }: Refused): VenueAnswer {
  return http(400, { code, msg });
}

function isRefused(answer: unknown): answer is Refused {
  return (
    typeof answer === 'object' && answer !== null && 'type' in answer && answer.type === 'refused'
  );
}
