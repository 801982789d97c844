/** The state of the whole exchange: engines, ledger, archive, counters, and what happened in this call. */
import { BoundedMap } from '../domain/bounded.ts';
import type { Random } from '../domain/random.ts';
import { Engine, type EngineHouse } from './engine.ts';
import type { IdState, SymbolState } from './exchange-state.ts';
import type { FillView, MarketHappening, OrderView, Side } from './happening.ts';
import { Ledger } from './ledger.ts';
import { Order } from './order.ts';
import { OrderArchive } from './order-archive.ts';
import type { E8 } from './scale.ts';
import type { SymbolRules } from './symbol-rules.ts';

const SYMBOLS_MAX = 10_000;

export class House implements EngineHouse {
  readonly ledger = new Ledger();
  readonly archive = new OrderArchive();
  readonly random: Random;
  /** How often this exchange has been opened, this time included. */
  readonly openings: number;
  readonly #engines = new BoundedMap<string, Engine>('matching.engines', SYMBOLS_MAX, 'refuse');
  #happenings: MarketHappening[] = [];
  #orderId = 0;
  #orderListId = 0;
  #untraded: readonly SymbolState[] = [];
  nowMs: number;

  constructor(
    symbols: readonly SymbolRules[],
    random: Random,
    at: { readonly nowMs: number; readonly isHidden: boolean; readonly openings: number },
  ) {
    this.random = random;
    this.openings = at.openings;
    this.nowMs = at.nowMs;
    for (const rules of symbols) {
      this.#engines.set(rules.symbol, new Engine(rules, this, at.isHidden));
    }
  }

  engine(symbol: string): Engine | undefined {
    return this.#engines.get(symbol);
  }

  engines(): Iterable<Engine> {
    return this.#engines.values();
  }

  nextOrderId(): number {
    this.#orderId += 1;
    return this.#orderId;
  }

  /** The next order comes after `orderId`: an exchange with a past. */
  continueAfter(orderId: number): void {
    this.#orderId = Math.max(this.#orderId, orderId);
  }

  /** The ids of an earlier run are not given again. */
  continueFrom(state: IdState): void {
    this.continueAfter(state.orderId);
    this.#orderListId = state.orderListId;
    this.#untraded = state.symbols.filter(({ symbol }) => !this.#engines.has(symbol));
    for (const { symbol, tradeId, executionId, lastTrade, ...others } of state.symbols) {
      const engine = this.#engines.get(symbol);
      if (engine === undefined) continue;
      engine.print.continueAfter(tradeId, others);
      engine.executionId = executionId;
      if (lastTrade) engine.tape.continueAfter(lastTrade);
    }
  }

  lastIds(): { readonly orderId: number; readonly orderListId: number } {
    return { orderId: this.#orderId, orderListId: this.#orderListId };
  }

  /** Symbols of an earlier run that are not traded now: kept, for they may come back. */
  get untraded(): readonly SymbolState[] {
    return this.#untraded;
  }

  nextOrderListId(): number {
    this.#orderListId += 1;
    return this.#orderListId;
  }

  /** An id in the form the venue makes when a client sends none. */
  makeClientOrderId(): string {
    return this.random.alphanumeric(22);
  }

  /** An order of the market's own participants; it has no name, no report and no limit of funds. */
  marketOrder(
    symbol: string,
    terms: {
      readonly side: Side;
      readonly price: E8;
      readonly quantity: E8;
      readonly timeInForce: 'GTC' | 'IOC';
    },
  ): Order {
    return new Order(
      {
        symbol,
        orderId: this.nextOrderId(),
        clientOrderId: '',
        account: undefined,
        createdAtMs: this.nowMs,
      },
      {
        ...terms,
        type: 'LIMIT',
        quoteOrderQty: 0n,
        stopPrice: 0,
        icebergQty: 0,
        selfTradePrevention: 'NONE',
      },
    );
  }

  emit(happening: MarketHappening): void {
    this.#happenings.push(happening);
  }

  retired(order: Order): void {
    this.archive.ended(order);
    const list = order.list;
    if (list === undefined || list.isDone || list.legs.some((leg) => leg.isOpen)) return;
    list.isDone = true;
    list.atMs = this.nowMs;
    this.emit({ type: 'orderListUpdated', atMs: this.nowMs, list: list.view() });
  }

  filled(fill: FillView): void {
    this.archive.filled(fill);
  }

  /** How many happenings this call has seen so far: a mark for `fillsSince`. */
  mark(): number {
    return this.#happenings.length;
  }

  fillsSince(mark: number, order: Order): readonly FillView[] {
    const fills: FillView[] = [];
    for (let i = mark; i < this.#happenings.length; i++) {
      const happening = this.#happenings[i];
      if (happening?.type !== 'orderUpdated' || happening.order.orderId !== order.orderId) continue;
      if (happening.fill) fills.push(happening.fill);
    }
    return fills;
  }

  /** Says the balances touched since the last call; comes after the reports that touched them. */
  flushBalances(): void {
    for (const account of this.ledger.takeTouchedAccounts()) {
      const balances = account.takeTouched();
      if (balances.length === 0) continue;
      account.updatedAtMs = this.nowMs;
      this.emit({
        type: 'balancesChanged',
        atMs: this.nowMs,
        accountKey: account.key,
        balances,
      });
    }
  }

  /** Everything that happened since the last call, and forgets it. */
  take(): readonly MarketHappening[] {
    this.flushBalances();
    const happenings = this.#happenings;
    this.#happenings = [];
    return happenings;
  }

  openViews(accountKey: string, symbol: string | undefined): readonly OrderView[] {
    return this.archive.open(accountKey, symbol).map((order) => order.view());
  }
}
