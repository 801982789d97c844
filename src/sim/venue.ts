import type { VenueAnswer, VenueQuestion } from '../domain/venue.ts';
import { createExchangeCore } from '../matching/create-exchange-core.ts';
import type { ExchangeCore, MarketSource, Outcome, Refused } from '../matching/exchange-core.ts';
import type { FillView, MarketHappening } from '../matching/happening.ts';
import { INVALID_SYMBOL } from '../matching/refusal.ts';
import type { SymbolRules } from '../matching/symbol-rules.ts';
import { describeExchange } from '../matching/wire/exchange-info.ts';
import { describeRateLimits, RateLimits } from '../matching/wire/rate-limits.ts';
import { toUserEvent } from '../matching/wire/user-events.ts';
import { LIVE_RATE_LIMITS } from '../matching/wire/venue-limits.ts';
import { REFUSALS, VenueRefusal } from '../matching/wire/venue-refusal.ts';
import {
  describeAccount,
  describeCanceled,
  describeFill,
  describePlaced,
  describeQueried,
} from '../matching/wire/wire-shapes.ts';
import { Holds } from './holds.ts';
import { describeDepth, MarketStreams } from './market-streams.ts';
import { isSigned, type SimRequest, symbolsOf } from './request.ts';
import { weightOf } from './request-weight.ts';
import { answerOf, http } from './venue-answer.ts';

/** The account that the daemon trades with. */
export const OURS = 'ours';
/** What the account holds when the night begins, as decimal text. */
export const OPENING_BALANCES = { USDT: '100000', BTC: '1', ETH: '10' };
/** Somebody with more money than anybody. */
const STRANGER = 'stranger';
const PLENTY = '100000000';
const ROWS_MAX = 1_000;
const AHEAD_MS_MAX = 1_000;

/** What the venue tells by itself, and what only an outsider hears. */
export interface VenueNews {
  onMarket(stream: string, data: string): void;
  onAccount(event: string, fields: Readonly<Record<string, unknown>>): void;
  onHappening(happening: MarketHappening): void;
}

/** Body of the answer to which symbols are traded. */
export type Listing = Readonly<Record<string, unknown>>;

export interface SimVenueSetup {
  readonly rules: readonly SymbolRules[];
  readonly market: MarketSource;
  readonly seed: string;
  /** The venue's own clock, when nothing is wrong with it. Never falls. */
  readonly nowMs: () => number;
  readonly news: VenueNews;
}

/** The exchange of a night: the real matching core behind the real wire. It makes no mistakes; what is wrong is on the way. */
export class SimVenue {
  readonly core: ExchangeCore;
  readonly limits = new RateLimits(LIVE_RATE_LIMITS);
  /** Symbols that the venue has forgotten: whatever is asked about one of them is refused. */
  readonly delisted = new Holds<string>();
  /** How far its clock has jumped. Its engine, which stamps trades, does not jump. */
  skewMs = 0;
  /** Why our key opens nothing. */
  readonly keyRefusals = new Holds<string>();
  /** What becomes of the answer to which symbols are traded, and by which rules. */
  readonly listingChanges = new Holds<(body: Listing) => Listing>();
  readonly #ruleChanges = new Holds<(rules: SymbolRules) => SymbolRules>();
  readonly #setup: SimVenueSetup;
  readonly #names: readonly string[];
  readonly #streams: MarketStreams;
  #handCount = 0;

  constructor(setup: SimVenueSetup) {
    this.#setup = setup;
    this.#names = setup.rules.map(({ symbol }) => symbol);
    this.core = createExchangeCore({
      symbols: setup.rules,
      accounts: [
        { accountKey: OURS, balances: OPENING_BALANCES },
        { accountKey: STRANGER, balances: strangersBalances(setup.rules) },
      ],
      market: setup.market,
      startAtMs: Math.floor(setup.nowMs()),
      seed: setup.seed,
    });
    this.#streams = new MarketStreams(this.#names, (stream, data) => {
      const [symbol = ''] = stream.split('@', 1);
      if (!this.delisted.isEmpty && this.delisted.has(symbol.toUpperCase())) return;
      setup.news.onMarket(stream, data);
    });
  }

  /** As the venue says it: whole milliseconds. */
  nowMs(): number {
    return Math.floor(this.#setup.nowMs()) + this.skewMs;
  }

  /** The market goes on up to now, and each depth stream tells what has changed. */
  advance(): void {
    this.#report(this.core.advance(this.#coreNowMs()));
    for (const name of this.#names) this.#streams.flushDepth(name, this.nowMs());
  }

  /** A request has arrived. `isAccepted`: the order is at the venue from here on. */
  take(request: SimRequest): { readonly answer: VenueAnswer; readonly isAccepted: boolean } {
    const wallMs = this.#setup.nowMs();
    let isAccepted = false;
    const answer = answerOf(() => {
      this.limits.spendWeight(wallMs, weightOf(request));
      this.#authenticate(request);
      if (!symbolsOf(request).every((name) => this.#isListed(name))) throw refusal(INVALID_SYMBOL);
      if (request.kind === 'place') {
        this.limits.refuseTooManyOrders(wallMs, OURS, 1);
        const placed = this.#settle(
          this.core.submit(OURS, request.fields, this.#coreNowMs()),
          (one) => describePlaced(one, 'FULL'),
        );
        isAccepted = true;
        this.limits.countOrders(wallMs, OURS, 1);
        this.limits.returnWeight(wallMs, 1);
        return placed;
      }
      if (request.kind === 'cancel') {
        const { instrument, clientOrderId } = request;
        const ref = { symbol: instrument.venueSymbol, origClientOrderId: clientOrderId };
        return this.#settle(this.core.cancel(OURS, ref, this.#coreNowMs()), describeCanceled);
      }
      // What it gets is on its socket.
      if (request.kind === 'subscribe') return http(200, {});
      return http(200, this.#describe(request.question));
    });
    return { answer: { ...answer, usedWeight: this.limits.usedWeight(wallMs) }, isAccepted };
  }

  /** As answers on a socket tell them. */
  rateLimits(): readonly unknown[] {
    return [describeRateLimits(this.limits, this.#setup.nowMs(), undefined).weight];
  }

  /**
   * A person trades on the same account, by the venue's own app. `LIMIT_MAKER`: only where nothing meets
   * it at once. `undefined`: the venue refused.
   */
  placeByHand(
    order: {
      readonly symbol: string;
      readonly side: 'BUY' | 'SELL';
      readonly price: string;
      readonly quantity: string;
    },
    type: 'LIMIT' | 'LIMIT_MAKER' = 'LIMIT',
  ): string | undefined {
    this.#handCount += 1;
    const newClientOrderId = `web_${this.#handCount}`;
    const terms = type === 'LIMIT' ? { type, timeInForce: 'GTC' as const } : { type };
    const fields = { ...order, ...terms, newClientOrderId };
    const { answer, happenings } = this.core.submit(OURS, fields, this.#coreNowMs());
    this.#report(happenings);
    return isRefused(answer) ? undefined : newClientOrderId;
  }

  /** Somebody else takes what stands on the other side of the book, up to a price; the rest is forgotten. */
  takeAsStranger(order: {
    readonly symbol: string;
    readonly side: 'BUY' | 'SELL';
    readonly price: string;
    readonly quantity: string;
  }): void {
    const fields = { ...order, type: 'LIMIT', timeInForce: 'IOC' } as const;
    this.#report(this.core.submit(STRANGER, fields, this.#coreNowMs()).happenings);
  }

  /** A person cancels an order of the account, whoever placed it. */
  cancelByHand(symbol: string, origClientOrderId: string): void {
    const ref = { symbol, origClientOrderId };
    this.#report(this.core.cancel(OURS, ref, this.#coreNowMs()).happenings);
  }

  /** A deposit, or a withdrawal when negative; signed decimal text. */
  moveFunds(asset: string, delta: string): void {
    this.#report(this.core.moveFunds(OURS, asset, delta, this.#coreNowMs()));
  }

  /** The venue changes rules of symbols (status, grids) until the returned function is called. */
  holdRules(change: (rules: SymbolRules) => SymbolRules): () => void {
    const release = this.#ruleChanges.hold(change);
    this.#applyRules();
    return () => {
      release();
      this.#applyRules();
    };
  }

  /** Every execution of the account, oldest first by symbol. */
  trades(): readonly FillView[] {
    return this.#names.flatMap((symbol) => {
      const all: FillView[] = [];
      for (let fromId = 0; ; ) {
        const page = this.core.myTrades(OURS, { symbol, fromId, limit: ROWS_MAX });
        all.push(...page);
        const last = page.at(-1);
        if (last === undefined || page.length < ROWS_MAX) return all;
        fromId = last.tradeId + 1;
      }
    });
  }

  /** What the account holds of an asset, free and locked, at the asset's scale. */
  balance(asset: string): bigint {
    const held = this.core.account(OURS)?.balances.find((each) => each.asset === asset);
    return held === undefined ? 0n : held.free + held.locked;
  }

  /** What the account could spend of an asset, at the asset's scale. */
  freeBalance(asset: string): bigint {
    return this.core.account(OURS)?.balances.find((each) => each.asset === asset)?.free ?? 0n;
  }

  #applyRules(): void {
    for (const rules of this.#setup.rules) {
      this.core.setRules(this.#ruleChanges.all.reduce((now, change) => change(now), rules));
    }
  }

  #coreNowMs(): number {
    return Math.floor(this.#setup.nowMs());
  }

  #isListed(name: string): boolean {
    return !this.delisted.has(name) && this.core.symbol(name) !== undefined;
  }

  #authenticate(request: SimRequest): void {
    if (!isSigned(request)) return;
    const { timestampMs, recvWindowMs } = request;
    if (!this.keyRefusals.isEmpty) throw REFUSALS.keyUnknown();
    const nowMs = this.nowMs();
    if (timestampMs >= nowMs + AHEAD_MS_MAX) throw REFUSALS.aheadOfServer();
    if (nowMs - timestampMs > recvWindowMs) throw REFUSALS.outsideWindow();
  }

  #describe(question: VenueQuestion): unknown {
    switch (question.type) {
      case 'serverTime':
        return { serverTime: this.nowMs() };
      case 'instruments': {
        const names = question.venueSymbols;
        const known = this.core.symbols().filter(({ symbol }) => names.includes(symbol));
        const body = describeExchange(known, LIVE_RATE_LIMITS, this.nowMs());
        return this.listingChanges.all.reduce((changed, change) => change(changed), body);
      }
      case 'depth': {
        const { venueSymbol } = question.instrument;
        this.advance();
        return describeDepth(this.core, venueSymbol, question.limit);
      }
      case 'account': {
        const account = this.core.account(OURS);
        return account === undefined ? {} : describeAccount(account);
      }
      case 'openOrders':
        return this.core.openOrders(OURS, undefined).map(describeQueried);
      case 'orderByClientId': {
        const { instrument, clientOrderId } = question;
        const ref = { symbol: instrument.venueSymbol, origClientOrderId: clientOrderId };
        const order = this.core.order(OURS, ref);
        if (isRefused(order)) throw refusal(order);
        return describeQueried(order);
      }
      case 'ordersSince': {
        const symbol = question.instrument.venueSymbol;
        const window = { symbol, startAtMs: Math.floor(question.sinceMs), limit: ROWS_MAX };
        return this.core.allOrders(OURS, window).map(describeQueried);
      }
      case 'fillsFrom': {
        const symbol = question.instrument.venueSymbol;
        const window = { symbol, fromId: question.fromTradeId, limit: ROWS_MAX };
        return this.core.myTrades(OURS, window).map(describeFill);
      }
    }
  }

  #settle<T extends object>(outcome: Outcome<T>, describe: (answer: T) => unknown) {
    this.#report(outcome.happenings);
    const { answer } = outcome;
    if (isRefused(answer)) throw refusal(answer);
    return http(200, describe(answer));
  }

  #report(happenings: readonly MarketHappening[]): void {
    const nowMs = this.nowMs();
    const { news } = this.#setup;
    for (const happening of happenings) {
      news.onHappening(happening);
      this.#streams.onHappening(happening, nowMs, this.skewMs);
      const event = toUserEvent(happening, nowMs);
      if (event?.account === OURS) news.onAccount(event.name, event.fields);
    }
  }
}

function strangersBalances(rules: readonly SymbolRules[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    rules.flatMap(({ base, quote }) => [
      [base, PLENTY],
      [quote, PLENTY],
    ]),
  );
}

function refusal({ code, msg }: Refused): VenueRefusal {
  return new VenueRefusal(code, msg);
}

function isRefused(answer: object): answer is Refused {
  return 'type' in answer && answer.type === 'refused';
}
