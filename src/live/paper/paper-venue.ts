import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../../config/settings.ts';
import { assertNever } from '../../domain/assert.ts';
import { BoundedMap, type CollectionSize } from '../../domain/bounded.ts';
import type { DeskEvent } from '../../domain/event.ts';
import type { ClientOrderId } from '../../domain/ids.ts';
import {
  formatPrice,
  formatQuantity,
  type Instrument,
  type SymbolId,
} from '../../domain/instrument.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { SendableOrder } from '../../domain/order.ts';
import type { VenueAnswer } from '../../domain/venue.ts';
import { createExchangeCore } from '../../matching/create-exchange-core.ts';
import type { ExchangeCore, Outcome, Refused } from '../../matching/exchange-core.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import { DUPLICATE_ORDER } from '../../matching/refusal.ts';
import { toWire } from '../../matching/scale.ts';
import type { SymbolRules } from '../../matching/symbol-rules.ts';
import { toUserEvent } from '../../matching/wire/user-events.ts';
import {
  describeAccount,
  describeCanceled,
  describeFill,
  describePlaced,
  describeQueried,
} from '../../matching/wire/wire-shapes.ts';
import { createBinanceAccountCodec } from '../../venues/binance-account.ts';
import { toVenueSymbol } from '../../venues/binance-instruments.ts';
import { createBinanceMarketCodec } from '../../venues/binance-market.ts';
import type { AccountGateway, AccountQuestion } from '../account-gateway.ts';
import { wallClockMs } from '../wall-clock.ts';
import { PaperMarket } from './paper-market.ts';
import { PAPER_ACCOUNT, readPaperPast } from './paper-past.ts';
import { readPaperRules } from './paper-rules.ts';
import { ONE_WAY_MS, PaperSocket } from './paper-socket.ts';

const CLIENT_IDS_MAX = 1_000_000;
const LIST_ROWS_MAX = 1_000;

/** What the paper venue needs of the world it stands in. */
export interface PaperWorld {
  /** Estimate of the real venue's clock. */
  venueNowMs(): number;
  tell(event: DeskEvent): void;
}

interface ListedSymbol {
  readonly instrument: Instrument;
  readonly rules: SymbolRules;
}

export interface PaperParts {
  readonly settings: Pick<Settings, 'venue' | 'symbols' | 'portfolio'>;
  /** All that the journal held before this start. */
  readonly rows: readonly JournalRow[];
}

/**
 * A venue inside our own process: the real market as the daemon hears it, and one account that trades
 * with it. It answers in the real venue's words, so everything above it is the same code as with real
 * money. What it cannot know stands in `docs/paper.md`.
 */
export class PaperVenue implements AccountGateway {
  readonly socket: PaperSocket;
  readonly #parts: PaperParts;
  readonly #codec = createBinanceAccountCodec();
  /** Every client id ever sent: none is taken twice, not even after a restart. */
  readonly #takenIds = new BoundedMap<string, true>('paper.takenIds', CLIENT_IDS_MAX, 'dropOldest');
  #world: PaperWorld | undefined;
  /** What the real venue lists of our symbols, until our own venue opens with them. */
  readonly #listed = new BoundedMap<SymbolId, ListedSymbol>('paper.listed', 1_000, 'refuse');
  #exchange: ExchangeCore | undefined;
  #market: PaperMarket | undefined;
  #nowMs = 0;

  constructor(parts: PaperParts) {
    this.#parts = parts;
    this.socket = new PaperSocket((event) => this.#world?.tell(event));
    for (const row of parts.rows) {
      if (row.type === 'submitted') this.#takenIds.set(row.clientOrderId, true);
    }
  }

  useWorld(world: PaperWorld): void {
    this.#world = world;
  }

  /** For `/metrics`. */
  collections(): readonly CollectionSize[] {
    return [this.#takenIds, this.#listed];
  }

  /** What the daemon hears, before the core does: rules, books, market messages. */
  hear(event: DeskEvent): void {
    if (event.type === 'frameReceived') {
      if (event.connection.startsWith(`${this.#parts.settings.venue.name}/market/`)) {
        if (this.#exchange === undefined) this.#open();
        const message = this.#market?.readFrame(event);
        if (message !== undefined) this.#report(this.#exchange?.feedRecorded(message, this.#now()));
      }
      return;
    }
    if (event.type !== 'venueAnswered') return;
    const { question, answer } = event;
    if (answer.type !== 'http') return;
    if (question.type === 'instruments') this.#onRules(question.venueSymbols, answer);
    if (question.type !== 'depth' || answer.status !== 200) return;
    if (this.#exchange === undefined) this.#open();
    for (const message of this.#market?.readDepth(question.instrument, answer.body) ?? []) {
      this.#report(this.#exchange?.feedRecorded(message, this.#now()));
    }
  }

  async place(
    order: SendableOrder,
    _timestampMs: number,
    onSent: () => void,
  ): Promise<VenueAnswer> {
    onSent();
    const { instrument, clientOrderId } = order;
    return await this.#carryOut((exchange) => {
      if (this.#takenIds.has(clientOrderId)) return DUPLICATE_ORDER;
      this.#takenIds.set(clientOrderId, true);
      const outcome = exchange.submit(
        PAPER_ACCOUNT,
        {
          symbol: instrument.venueSymbol,
          side: order.side,
          type: order.type,
          timeInForce: order.timeInForce,
          quantity: formatQuantity(instrument, order.quantity),
          price: formatPrice(instrument, order.price),
          newClientOrderId: clientOrderId,
        },
        this.#now(),
      );
      return this.#settle(outcome, (placed) => describePlaced(placed, 'FULL'));
    });
  }

  async cancel(instrument: Instrument, clientOrderId: ClientOrderId): Promise<VenueAnswer> {
    const ref = { symbol: instrument.venueSymbol, origClientOrderId: clientOrderId };
    return await this.#carryOut((exchange) =>
      this.#settle(exchange.cancel(PAPER_ACCOUNT, ref, this.#now()), describeCanceled),
    );
  }

  async ask(question: AccountQuestion): Promise<VenueAnswer> {
    return await this.#carryOut((exchange) => answerTo(exchange, question));
  }

  #onRules(venueSymbols: readonly string[], answer: VenueAnswer & { type: 'http' }): void {
    const symbols = this.#parts.settings.symbols.filter((symbol) =>
      venueSymbols.includes(toVenueSymbol(symbol)),
    );
    const decoded = this.#codec.decodeListing(answer, symbols);
    if (decoded.type === 'unlisted') for (const symbol of symbols) this.#listed.delete(symbol);
    // The core cannot read it either, says so, and asks again.
    if (decoded.type !== 'value') return;
    for (const each of decoded.value) {
      if (each.type !== 'listed') {
        this.#listed.delete(each.symbol);
        continue;
      }
      const { instrument } = each;
      const [rules] = readPaperRules(answer.body, [instrument.venueSymbol]);
      if (rules === undefined) continue;
      this.#listed.set(each.symbol, { instrument, rules });
      this.#exchange?.setRules(rules);
    }
  }

  /**
   * Opens with all symbols that were found listed, once the core asks for anything else: until then it may
   * still be asking for them one by one. Our places need not be the core's, which may do without a symbol
   * that is listed here.
   */
  #open(): void {
    const { settings, rows } = this.#parts;
    const listed = settings.symbols.flatMap((symbol) => this.#listed.get(symbol) ?? []);
    if (listed.length === 0) return;
    const instruments = listed.map(({ instrument }, index) => ({ ...instrument, index }));
    const rules = listed.map((each) => each.rules);
    this.#market = new PaperMarket(createBinanceMarketCodec(instruments), instruments);
    const past = readPaperPast(rows, settings.venue.name, settings.portfolio.account.allocations);
    const balances: Record<string, string> = {};
    // Assets that we may come to own are told from the start, as zero.
    for (const { base, quote } of rules) for (const asset of [base, quote]) balances[asset] = '0';
    for (const [asset, total] of past.balances) balances[asset] = toWire(total);
    const exchange = createExchangeCore({
      symbols: rules,
      accounts: [{ accountKey: PAPER_ACCOUNT, balances }],
      market: { type: 'recorded' },
      startAtMs: this.#now(),
      seed: PAPER_ACCOUNT,
    });
    const names = rules.map(({ symbol }) => symbol);
    // As the real venue does with what rests in a market that it closes.
    const orders = past.orders.map((order) =>
      names.includes(order.symbol) ||
      (order.status !== 'NEW' && order.status !== 'PARTIALLY_FILLED')
        ? order
        : { ...order, status: 'CANCELED' as const },
    );
    exchange.adopt(PAPER_ACCOUNT, { ...past, orders });
    // Nobody listens yet, and the first question for the account tells it all.
    exchange.advance(this.#now());
    this.#exchange = exchange;
  }

  /** There and back: one way, the venue's own work, one way. */
  async #carryOut(work: (exchange: ExchangeCore) => unknown): Promise<VenueAnswer> {
    const sentAtMs = wallClockMs();
    await delay(ONE_WAY_MS);
    if (this.#exchange === undefined) this.#open();
    if (this.#exchange === undefined) {
      const text = 'the paper venue has not seen the rules of its symbols yet';
      return { type: 'transportFailed', bytesSent: 'none', text, sentAtMs };
    }
    const result = work(this.#exchange);
    const { status, body } = isRefused(result)
      ? { status: 400, body: { code: result.code, msg: result.msg } }
      : { status: 200, body: result };
    await delay(ONE_WAY_MS);
    return {
      type: 'http',
      status,
      body: JSON.stringify(body),
      retryAfterMs: undefined,
      usedWeight: undefined,
      sentAtMs,
    };
  }

  #settle<Answer>(outcome: Outcome<Answer>, describe: (answer: Answer) => unknown): unknown {
    this.#report(outcome.happenings);
    return isRefused(outcome.answer) ? outcome.answer : describe(outcome.answer);
  }

  #report(happenings: readonly MarketHappening[] = []): void {
    for (const happening of happenings) {
      const event = toUserEvent(happening, this.#now());
      if (event !== undefined) this.socket.publish(event.fields);
    }
  }

  /** Whole milliseconds of the venue's clock; never falls, whatever the estimate does. */
  #now(): number {
    const nowMs = Math.floor(this.#world?.venueNowMs() ?? wallClockMs());
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    return this.#nowMs;
  }
}

function answerTo(exchange: ExchangeCore, question: AccountQuestion): unknown {
  switch (question.type) {
    case 'account': {
      const account = exchange.account(PAPER_ACCOUNT);
      return account === undefined ? undefined : describeAccount(account);
    }
    case 'openOrders':
      return exchange.openOrders(PAPER_ACCOUNT, undefined).map(describeQueried);
    case 'orderByClientId': {
      const { instrument, clientOrderId: origClientOrderId } = question;
      const ref = { symbol: instrument.venueSymbol, origClientOrderId };
      const order = exchange.order(PAPER_ACCOUNT, ref);
      return isRefused(order) ? order : describeQueried(order);
    }
    case 'ordersSince': {
      const symbol = question.instrument.venueSymbol;
      const startAtMs = Math.floor(question.sinceMs);
      const window = { symbol, startAtMs, limit: LIST_ROWS_MAX };
      return exchange.allOrders(PAPER_ACCOUNT, window).map(describeQueried);
    }
    case 'fillsFrom': {
      const symbol = question.instrument.venueSymbol;
      const window = { symbol, fromId: question.fromTradeId, limit: LIST_ROWS_MAX };
      return exchange.myTrades(PAPER_ACCOUNT, window).map(describeFill);
    }
    default:
      return assertNever(question);
  }
}

function isRefused(answer: unknown): answer is Refused {
  return (
    typeof answer === 'object' && answer !== null && 'type' in answer && answer.type === 'refused'
  );
}
