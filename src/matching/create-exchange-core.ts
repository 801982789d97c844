/** The exchange behind its door: brings the market to the moment of each call, then acts. */
import { InvariantBroken } from '../domain/assert.ts';
import { BoundedMap } from '../domain/bounded.ts';
import { parseSignedDecimal } from '../domain/decimal.ts';
import { Random } from '../domain/random.ts';
import { adoptPast } from './adopt.ts';
import type {
  AccountPast,
  AccountSetup,
  AccountView,
  CancelParams,
  CancelReplaceParams,
  DepthView,
  ExchangeCore,
  ExchangeCoreSetup,
  LedgerTruth,
  ListRef,
  ListWindow,
  OcoParams,
  OrderParams,
  OrderRef,
  Outcome,
  Refused,
  TopView,
} from './exchange-core.ts';
import type { ExchangeState, StateChange } from './exchange-state.ts';
import { exportAll, exportIds, exportTouched } from './export-state.ts';
import type { MarketHappening, OrderListView, OrderView } from './happening.ts';
import { House } from './house.ts';
import { MarketGenerator } from './market-generator.ts';
import { MarketViews } from './market-views.ts';
import {
  amend,
  assessEntry,
  cancel,
  cancelAll,
  cancelReplace,
  hasFunds,
  submit,
} from './order-entry.ts';
import { cancelList, findList, submitOco } from './order-lists.ts';
import { RecordedMarket, type RecordedMessage } from './recorded-market.ts';
import {
  IDS_DISAGREE,
  INSUFFICIENT_BALANCE,
  missingEither,
  NO_SUCH_ORDER,
  NO_SUCH_ORDER_LIST,
} from './refusal.ts';
import { restoreState } from './restore-state.ts';
import { SCALE } from './scale.ts';
import type { SymbolRules, SymbolStatus } from './symbol-rules.ts';

const SYMBOLS_MAX = 10_000;

/** Opens an exchange. Its happenings start with the opening of the market, at the first `advance`. */
export function createExchangeCore(setup: ExchangeCoreSetup): ExchangeCore {
  return new Exchange(setup);
}

class Exchange extends MarketViews implements ExchangeCore {
  readonly #generator: MarketGenerator | undefined;
  readonly #recorded = new BoundedMap<string, RecordedMarket>(
    'matching.recorded',
    SYMBOLS_MAX,
    'refuse',
  );

  constructor(setup: ExchangeCoreSetup) {
    const { market, startAtMs } = setup;
    const isHidden = market.type === 'recorded';
    const openings = (setup.state?.openings ?? 0) + 1;
    const random = Random.fromSeed(seedOf(`${setup.seed}/ids`, openings));
    super(new House(setup.symbols, random, { nowMs: startAtMs, isHidden, openings }));
    if (setup.state) restoreState(this.house, setup.state);
    for (const account of setup.accounts) {
      if (this.account(account.accountKey) === undefined) this.addAccount(account);
    }
    if (market.type === 'generated') {
      const { pace = 1, actsPerSecond, ordersPerSide } = market;
      const seed = seedOf(market.seed, openings);
      this.#generator = new MarketGenerator(this.house, {
        seed,
        pace,
        actsPerSecond,
        ordersPerSide,
        startAtMs,
      });
    } else if (isHidden) {
      for (const engine of this.house.engines()) {
        this.#recorded.set(engine.rules.symbol, new RecordedMarket(this.house, engine));
      }
    }
  }

  advance(nowMs: number): readonly MarketHappening[] {
    this.#bringTo(nowMs);
    return this.house.take();
  }

  nextAtMs(): number | undefined {
    return this.#generator?.nextAtMs();
  }

  feedRecorded(message: RecordedMessage, nowMs: number): readonly MarketHappening[] {
    this.#bringTo(nowMs);
    // A recording may carry symbols nobody asked for.
    this.#recorded.get(message.symbol)?.feed(message);
    return this.house.take();
  }

  submit(accountKey: string, params: OrderParams, nowMs: number) {
    return this.#act(nowMs, () => submit(this.house, accountKey, params));
  }

  test(accountKey: string, params: OrderParams, nowMs: number): Refused | undefined {
    // The market's happenings stay in the house for the next call that hands them out.
    this.#bringTo(nowMs);
    const entry = assessEntry(this.house, accountKey, params);
    if ('code' in entry) return entry;
    return hasFunds(entry) ? undefined : INSUFFICIENT_BALANCE;
  }

  cancel(accountKey: string, params: CancelParams, nowMs: number) {
    return this.#act(nowMs, () => cancel(this.house, accountKey, params));
  }

  cancelAll(accountKey: string, symbol: string, nowMs: number) {
    return this.#act(nowMs, () => cancelAll(this.house, accountKey, symbol));
  }

  cancelReplace(accountKey: string, params: CancelReplaceParams, nowMs: number) {
    return this.#act(nowMs, () => cancelReplace(this.house, accountKey, params));
  }

  amend(accountKey: string, params: Parameters<ExchangeCore['amend']>[1], nowMs: number) {
    return this.#act(nowMs, () => amend(this.house, accountKey, params));
  }

  submitOco(accountKey: string, params: OcoParams, nowMs: number) {
    return this.#act(nowMs, () => submitOco(this.house, accountKey, params));
  }

  cancelList(accountKey: string, symbol: string, ref: ListRef, nowMs: number) {
    return this.#act(nowMs, () => cancelList(this.house, accountKey, symbol, ref));
  }

  order(accountKey: string, ref: OrderRef): OrderView | Refused {
    if (ref.orderId === undefined && ref.origClientOrderId === undefined) {
      return missingEither('origClientOrderId', 'orderId');
    }
    const found = this.house.archive.find(accountKey, ref);
    if (found === 'disagree') return IDS_DISAGREE;
    return found ?? NO_SUCH_ORDER;
  }

  openOrders(accountKey: string, symbol: string | undefined): readonly OrderView[] {
    return this.house.openViews(accountKey, symbol);
  }

  allOrders(accountKey: string, window: ListWindow): readonly OrderView[] {
    return this.house.archive.all(accountKey, window);
  }

  myTrades(accountKey: string, window: ListWindow & { readonly orderId?: number | undefined }) {
    return this.house.archive.fills(accountKey, window);
  }

  orderList(accountKey: string, ref: ListRef): OrderListView | Refused {
    return findList(this.house, accountKey, ref)?.view() ?? NO_SUCH_ORDER_LIST;
  }

  orderLists(accountKey: string): readonly OrderListView[] {
    return this.house.archive.lists(accountKey).map((list) => list.view());
  }

  account(accountKey: string): AccountView | undefined {
    return this.house.ledger.account(accountKey)?.view();
  }

  depth(symbol: string, limit: number): DepthView | undefined {
    const recorded = this.#recorded.get(symbol);
    if (recorded) return recorded.depth(limit);
    const engine = this.house.engine(symbol);
    return (
      engine && {
        lastUpdateId: engine.print.updateId,
        bids: engine.bids.depth(limit),
        asks: engine.asks.depth(limit),
      }
    );
  }

  top(symbol: string): TopView | undefined {
    const recorded = this.#recorded.get(symbol);
    return recorded ? recorded.top() : this.house.engine(symbol)?.print.top;
  }

  setStatus(symbol: string, status: SymbolStatus): void {
    const engine = this.house.engine(symbol);
    if (engine) engine.rules = { ...engine.rules, status };
  }

  setRules(rules: SymbolRules): void {
    const engine = this.house.engine(rules.symbol);
    if (engine) engine.rules = rules;
  }

  addAccount(setup: AccountSetup): void {
    this.house.ledger.open(setup).updatedAtMs = this.house.nowMs;
  }

  adopt(accountKey: string, past: AccountPast): void {
    adoptPast(this.house, accountKey, past);
  }

  moveFunds(accountKey: string, asset: string, delta: string, nowMs: number) {
    this.#bringTo(nowMs);
    const account = this.house.ledger.account(accountKey);
    const amount = parseSignedDecimal(delta, SCALE);
    if (account === undefined || amount === undefined) {
      throw new InvariantBroken(`cannot move ${delta} ${asset} of ${accountKey}`);
    }
    if (this.house.ledger.deposit(account, asset, amount)) {
      this.house.emit({
        type: 'fundsMoved',
        atMs: this.house.nowMs,
        accountKey,
        asset,
        delta: amount,
      });
    }
    return this.house.take();
  }

  ledger(): LedgerTruth {
    return this.house.ledger.truth();
  }

  exportState(): ExchangeState {
    return exportAll(this.house);
  }

  exportChange(happenings: readonly MarketHappening[]): StateChange {
    return { ids: exportIds(this.house), accounting: exportTouched(this.house, happenings) };
  }

  #act<Answer>(nowMs: number, act: () => Answer | Refused): Outcome<Answer> {
    this.#bringTo(nowMs);
    const answer = act();
    return { answer, happenings: this.house.take() };
  }

  #bringTo(nowMs: number): void {
    if (this.#generator) this.#generator.advance(nowMs);
    else this.house.nowMs = Math.max(this.house.nowMs, nowMs);
  }
}

/** The first opening is the seed's own; a later one must not make the same names and the same market again. */
function seedOf(seed: string, openings: number): string {
  return openings === 1 ? seed : `${seed}/${openings}`;
}
