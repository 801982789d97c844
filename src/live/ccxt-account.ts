import { AsyncLocalStorage } from 'node:async_hooks';
import { assertNever } from '../domain/assert.ts';
import type { ClientOrderId } from '../domain/ids.ts';
import { formatPrice, formatQuantity, type Instrument } from '../domain/instrument.ts';
import type { SendableOrder } from '../domain/order.ts';
import type { Secret } from '../domain/secret.ts';
import type { VenueAnswer } from '../domain/venue.ts';
import type { AccountGateway, AccountQuestion } from './account-gateway.ts';
import type { AttestedHttp } from './attested-http.ts';
import { wallClockMs } from './wall-clock.ts';

export interface CcxtAccountSetup {
  /** Base address of the REST interface: `https://host`, without `/api/v3`. */
  readonly restBase: string;
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
  readonly recvWindowMs: number;
  readonly timeoutMs: number;
  readonly http: AttestedHttp;
}

/** What one ccxt call really put on the wire and got back. */
interface CallSlot {
  requestsCount: number;
  answer: VenueAnswer | undefined;
  readonly onSent: (() => void) | undefined;
}

type Call = (parameters: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** The part of ccxt's exchange object that we use: its signed, unparsed routes. */
interface CcxtExchange {
  readonly privatePostOrder: Call;
  readonly privateDeleteOrder: Call;
  readonly privateGetOrder: Call;
  readonly privateGetOpenOrders: Call;
  readonly privateGetAllOrders: Call;
  readonly privateGetMyTrades: Call;
  readonly privateGetAccount: Call;
}

/**
 * The account side of a venue through ccxt: ccxt builds and signs each request, our own transport
 * carries it, and the raw answer goes to the core. What ccxt makes of an answer (its parsed order,
 * its error classes) is thrown away: none of it is a verdict.
 */
export class CcxtAccount implements AccountGateway {
  readonly #exchange: CcxtExchange;
  readonly #slots: AsyncLocalStorage<CallSlot>;

  private constructor(exchange: CcxtExchange, slots: AsyncLocalStorage<CallSlot>) {
    this.#exchange = exchange;
    this.#slots = slots;
  }

  /** Loads one exchange by file, never the whole library: 36 MB instead of 105. */
  static async load(setup: CcxtAccountSetup): Promise<CcxtAccount> {
    const file = new URL('./src/binance.js', import.meta.resolve('ccxt'));
    const module: { default: new (options: object) => CcxtExchange } = await import(file.href);
    const slots = new AsyncLocalStorage<CallSlot>();
    const api = `${setup.restBase}/api/v3`;
    const exchange = new module.default({
      apiKey: setup.apiKey.reveal(),
      secret: setup.apiSecret.reveal(),
      // Our own limiter rules; ccxt's default one adds 12 ms to every order.
      enableRateLimit: false,
      // Ours fires first; ccxt's is only a net below it.
      timeout: setup.timeoutMs + 1_000,
      urls: { api: { public: api, private: api } },
      options: { recvWindow: setup.recvWindowMs, maxRetriesOnFailure: 0 },
      fetchImplementation: attestedFetch(setup, slots),
    });
    return new CcxtAccount(exchange, slots);
  }

  /** One POST, ever. */
  place(order: SendableOrder, timestampMs: number, onSent: () => void): Promise<VenueAnswer> {
    const parameters = {
      symbol: order.instrument.venueSymbol,
      side: order.side,
      type: order.type,
      timeInForce: order.timeInForce,
      quantity: formatQuantity(order.instrument, order.quantity),
      price: formatPrice(order.instrument, order.price),
      newClientOrderId: order.clientOrderId,
      newOrderRespType: 'FULL',
      timestamp: Math.floor(timestampMs),
    };
    return this.#call(this.#exchange.privatePostOrder, parameters, onSent);
  }

  cancel(
    instrument: Instrument,
    clientOrderId: ClientOrderId,
    timestampMs: number,
  ): Promise<VenueAnswer> {
    return this.#call(this.#exchange.privateDeleteOrder, {
      symbol: instrument.venueSymbol,
      origClientOrderId: clientOrderId,
      timestamp: Math.floor(timestampMs),
    });
  }

  ask(question: AccountQuestion, timestampMs: number): Promise<VenueAnswer> {
    const timestamp = Math.floor(timestampMs);
    // biome-ignore format: it reads as a list
    switch (question.type) {
      case 'account':         return this.#call(this.#exchange.privateGetAccount, { timestamp });
      case 'openOrders':      return this.#call(this.#exchange.privateGetOpenOrders, { timestamp });
      case 'orderByClientId': return this.#call(this.#exchange.privateGetOrder, { timestamp, symbol: question.instrument.venueSymbol, origClientOrderId: question.clientOrderId });
      case 'ordersSince':     return this.#call(this.#exchange.privateGetAllOrders, { timestamp, symbol: question.instrument.venueSymbol, startTime: Math.floor(question.sinceMs), limit: 1000 });
      case 'fillsFrom':       return this.#call(this.#exchange.privateGetMyTrades, { timestamp, symbol: question.instrument.venueSymbol, limit: 1000, ...(question.fromTradeId === undefined ? {} : { fromId: question.fromTradeId }) });
      default:                return assertNever(question);
    }
  }

  async #call(
    route: Call,
    parameters: Readonly<Record<string, unknown>>,
    onSent: (() => void) | undefined = undefined,
  ): Promise<VenueAnswer> {
    const slot: CallSlot = { requestsCount: 0, answer: undefined, onSent };
    const sentAtMs = wallClockMs();
    let opinion = 'ccxt returned without asking';
    try {
      await this.#slots.run(slot, () => route.call(this.#exchange, parameters));
    } catch (error) {
      // ccxt's opinion of the answer. The answer itself is in the slot.
      opinion = error instanceof Error ? error.name : String(error);
    }
    if (slot.answer !== undefined) return slot.answer;
    // Only the name of its error: its texts quote the signed address.
    if (slot.requestsCount === 0) {
      return { type: 'transportFailed', bytesSent: 'none', text: opinion, sentAtMs };
    }
    const text = `${opinion} before an answer was recorded`;
    return { type: 'transportFailed', bytesSent: 'maybe', text, sentAtMs };
  }
}

/** The `fetch` that ccxt is given: ours, so that we know what left and what came back. */
function attestedFetch(setup: CcxtAccountSetup, slots: AsyncLocalStorage<CallSlot>) {
  return async (
    url: string,
    request: { method: string; headers: Record<string, string>; body?: string },
  ): Promise<Response> => {
    const slot = slots.getStore();
    // A request that belongs to no call could leave unseen, and its order be sworn to be unsent.
    if (slot === undefined) throw new Error('refused: a request outside of any call');
    slot.requestsCount += 1;
    // A second request inside one call would be a retry: how one order becomes two.
    if (slot.requestsCount > 1) throw new Error('refused: a second request within one call');
    const answer = await setup.http.send({
      method: request.method,
      url,
      headers: request.headers,
      body: request.body,
      timeoutMs: setup.timeoutMs,
      onSent: slot.onSent,
    });
    slot.answer = answer;
    if (answer.type === 'http') {
      return new Response(answer.body, { status: answer.status < 200 ? 502 : answer.status });
    }
    throw new TypeError(answer.type === 'timedOut' ? 'timed out' : answer.text);
  };
}
