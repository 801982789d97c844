import type { ExchangeCore } from '../../src/matching/exchange-core.ts';
import type { MarketHappening } from '../../src/matching/happening.ts';
import { toWire } from '../../src/matching/scale.ts';

/** Who makes the market of a night which is not generated, and who trades with the maker now and then. */
export const MAKER = 'maker';
export const PASSER = 'passer-by';

/** The best prices that a test wants, as decimal text. */
export interface Quote {
  readonly bid: string;
  readonly ask: string;
  readonly bidQuantity: string;
  readonly askQuantity: string;
}

/** By symbol; the smallest trade that every symbol here takes is worth 5 USDT. */
const START: Readonly<Record<string, Quote & { readonly trade: string }>> = {
  BTCUSDT: { bid: '60000.00', ask: '60000.01', bidQuantity: '5', askQuantity: '5', trade: '0.001' },
  ETHUSDT: { bid: '3000.00', ask: '3000.01', bidQuantity: '90', askQuantity: '90', trade: '0.01' },
};

/** A market that a test holds in its hand: one bid and one ask per symbol, quoted anew at each step. */
export class MadeMarket {
  readonly #core: ExchangeCore;
  readonly #quotes = new Map<string, Quote>();
  #steps = 0;

  constructor(core: ExchangeCore) {
    this.#core = core;
    for (const { symbol } of core.symbols()) this.set(symbol, {});
  }

  set(symbol: string, quote: Partial<Quote>): void {
    const before = this.#quotes.get(symbol) ?? START[symbol];
    if (before === undefined) throw new Error(`no prices to begin with for ${symbol}`);
    this.#quotes.set(symbol, { ...before, ...quote });
  }

  /** One small trade at the old quote of each symbol, then the new one. A best price is told once, when all is done. */
  step(nowMs: number): readonly MarketHappening[] {
    this.#steps += 1;
    return [...this.#quotes].flatMap(([symbol, quote]) => {
      const all: MarketHappening[] = [];
      if (this.#steps > 1) all.push(...this.#trade(symbol, nowMs));
      all.push(...this.#core.cancelAll(MAKER, symbol, nowMs).happenings);
      all.push(...this.#place(MAKER, symbol, 'BUY', quote.bid, quote.bidQuantity, nowMs));
      all.push(...this.#place(MAKER, symbol, 'SELL', quote.ask, quote.askQuantity, nowMs));
      const top = all.findLast(({ type }) => type === 'topChanged');
      return all.filter((one) => one.type !== 'topChanged' || one === top);
    });
  }

  #trade(symbol: string, nowMs: number): readonly MarketHappening[] {
    const side = this.#steps % 2 === 0 ? 'BUY' : 'SELL';
    const top = this.#core.top(symbol);
    const price = toWire((side === 'BUY' ? top?.askPrice : top?.bidPrice) ?? 0);
    return this.#place(PASSER, symbol, side, price, START[symbol]?.trade ?? '0', nowMs);
  }

  #place(
    account: string,
    symbol: string,
    side: 'BUY' | 'SELL',
    price: string,
    quantity: string,
    nowMs: number,
  ): readonly MarketHappening[] {
    const timeInForce = account === MAKER ? 'GTC' : 'IOC';
    const order = { symbol, side, type: 'LIMIT', timeInForce, price, quantity } as const;
    const newClientOrderId = `${side}-${this.#steps}`;
    const { answer, happenings } = this.#core.submit(
      account,
      { ...order, newClientOrderId },
      nowMs,
    );
    if (answer.type === 'refused') throw new Error(`no market: ${answer.msg}`);
    return happenings;
  }
}
