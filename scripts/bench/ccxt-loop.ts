// What a user would write with ccxt.pro: three watch loops per symbol that look at what came and do nothing.

import type { Contestant } from './contestant.ts';
import { TRIGGER_SIZE } from './order-script.ts';
import type { ContestantSetup } from './words.ts';

/** The part of ccxt's exchange object that is used here. */
interface CcxtPro {
  loadHttpProxyAgent(): Promise<void>;
  loadMarkets(): Promise<unknown>;
  watchTrades(symbol: string): Promise<readonly unknown[]>;
  watchOrderBook(symbol: string): Promise<{ readonly nonce?: number }>;
  watchBidsAsks(
    symbols: readonly string[],
  ): Promise<Readonly<Record<string, { bidVolume?: number; ask?: number }>>>;
  createOrder(
    symbol: string,
    type: string,
    side: string,
    amount: number,
    price: number,
    params: object,
  ): Promise<unknown>;
  close(): Promise<void>;
  handleMessage: (client: unknown, message: unknown) => void;
}

const FIRST_ANSWER_MS = 30_000;

/** ccxt.pro with default options, except that all streams share one socket and its limiter is off: both in its favour. */
export class CcxtLoop implements Contestant {
  readonly #setup: ContestantSetup;
  #exchange: CcxtPro | undefined;
  #streamsAcked = 0;
  #framesCount = 0;
  #loopsCount = 0;
  #ordersCount = 0;
  #isEnding = false;

  constructor(setup: ContestantSetup) {
    this.#setup = setup;
  }

  async start(): Promise<void> {
    const file = new URL('./src/pro/binance.js', import.meta.resolve('ccxt'));
    const module: { default: new (options: object) => CcxtPro } = await import(file.href);
    const { port, symbols } = this.#setup;
    const rest = `http://127.0.0.1:${port}/api/v3`;
    const exchange = new module.default({
      apiKey: 'demo',
      secret: 'demo',
      enableRateLimit: false,
      urls: {
        api: { public: rest, private: rest, ws: { spot: `ws://127.0.0.1:${port}/stream/ws` } },
      },
      options: {
        fetchCurrencies: false,
        fetchMargins: false,
        fetchMarkets: { types: ['spot'] },
        streamLimits: { spot: 1 },
      },
    });
    this.#exchange = exchange;
    this.#countMessages(exchange);
    await exchange.loadHttpProxyAgent();
    await exchange.loadMarkets();
    for (const symbol of symbols) {
      this.#watch(() => exchange.watchTrades(symbol));
      this.#watch(() => exchange.watchOrderBook(symbol));
    }
    this.#watch(async () => this.#decide(await exchange.watchBidsAsks(symbols)));
    const giveUpAtMs = performance.now() + FIRST_ANSWER_MS;
    while (this.#streamsAcked < 2 * symbols.length + 1) {
      if (performance.now() > giveUpAtMs) throw new Error('ccxt.pro was not subscribed in time');
      await new Promise((done) => setTimeout(done, 10));
    }
  }

  hasHandled(framesCount: number): boolean {
    return this.#framesCount >= framesCount;
  }

  async notes(): Promise<Readonly<Record<string, number>>> {
    return { messages: this.#framesCount, loops: this.#loopsCount, orders: this.#ordersCount };
  }

  async stop(): Promise<void> {
    this.#isEnding = true;
    await this.#exchange?.close();
  }

  #watch(next: () => Promise<unknown>): void {
    const loop = async (): Promise<void> => {
      while (!this.#isEnding) {
        try {
          await next();
          this.#loopsCount += 1;
        } catch (error) {
          if (this.#isEnding) return;
          throw error;
        }
      }
    };
    void loop();
  }

  /** One look at each message, before ccxt's own: how the end of the tape is noticed. */
  #countMessages(exchange: CcxtPro): void {
    const handle = exchange.handleMessage.bind(exchange);
    exchange.handleMessage = (client, message) => {
      if (typeof message === 'object' && message !== null && 'stream' in message) {
        this.#framesCount += 1;
      } else this.#streamsAcked += 1;
      handle(client, message);
    };
  }

  /** With a script: buys when the size at the bid is the word to. */
  async #decide(
    tickers: Readonly<Record<string, { bidVolume?: number; ask?: number }>>,
  ): Promise<void> {
    if (!this.#setup.provokesOrders) return;
    for (const [symbol, { bidVolume, ask }] of Object.entries(tickers)) {
      if (bidVolume !== Number(TRIGGER_SIZE) || ask === undefined) continue;
      this.#ordersCount += 1;
      await this.#exchange?.createOrder(symbol, 'limit', 'buy', 0.003, ask, {
        timeInForce: 'IOC',
        newClientOrderId: `bench-${this.#ordersCount}`,
      });
    }
  }
}
