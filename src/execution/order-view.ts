import type { CollectionSize } from '../domain/bounded.ts';
import type { ClientOrderId, StrategyId } from '../domain/ids.ts';
import type { SymbolId } from '../domain/instrument.ts';
import type { Order, OrderReport } from '../domain/order.ts';
import { type UnixMs, unixMs } from '../domain/units.ts';
import type { DeskState, ExecutionCounters } from './desk-state.ts';
import { type InFlight, type LockedFunds, sumInFlight, sumLocked } from './exposure.ts';

/** What others may ask about our orders. Reading changes nothing. */
export class OrderView {
  readonly #state: DeskState;

  constructor(state: DeskState) {
    this.#state = state;
  }

  /** Whether there is room to remember one more order. The gate's own limit is far below. */
  canOpen(): boolean {
    return !this.#state.registry.isFull;
  }
  /** The venue told us to stay away until then (429, 418); `undefined`: it did not. */
  findBlockedUntilMs(atMs: UnixMs): UnixMs | undefined {
    const untilMs = this.#state.limiter.findBlockedUntilMs(atMs);
    return untilMs === undefined ? undefined : unixMs(untilMs);
  }
  findOrder(id: ClientOrderId): Order | undefined {
    return this.#state.registry.find(id)?.order;
  }
  /** All remembered orders: done ones first, each kind oldest first. */
  orders(): readonly Order[] {
    return [...this.#state.registry.all()].map(({ order }) => order);
  }
  /** Orders that have not ended: they may still fill. */
  openOrders(): readonly Order[] {
    const { registry } = this.#state;
    return registry
      .live()
      .filter((tracked) => !tracked.hasEnded)
      .map(({ order }) => order);
  }
  /** Orders of which is being written down that they leave. */
  leavingCount(): number {
    let count = 0;
    for (const tracked of this.#state.registry.live()) {
      if (tracked.order.state.type === 'SUBMITTED' && !tracked.isPlaced) count += 1;
    }
    return count;
  }
  /** Working orders at the venue that are not ours. */
  externalOrders(): readonly OrderReport[] {
    return this.#state.externals.working();
  }
  /** UNKNOWN and DEAD orders of a symbol: nobody may add exposure there. */
  unknownOn(symbol: SymbolId): readonly Order[] {
    return this.#state.registry
      .live()
      .filter((tracked) => tracked.isUnproven && tracked.symbol === symbol)
      .map(({ order }) => order);
  }
  /** UNKNOWN and DEAD orders of all symbols. */
  unknownCount(): number {
    let count = 0;
    for (const tracked of this.#state.registry.live()) if (tracked.isUnproven) count += 1;
    return count;
  }
  /** The venue counted fills of the symbol that are not booked yet: the position is not what we think. */
  isUnsettled(symbol: SymbolId): boolean {
    return this.#state.registry
      .live()
      .some((tracked) => tracked.symbol === symbol && !tracked.isSettled);
  }
  /** What may still be bought and sold, the worst of filled and unfilled; fills counted but not booked included. */
  inFlightWorstCase(symbol: SymbolId): InFlight {
    return sumInFlight(this.#state.registry.live(), symbol);
  }
  /** What our orders under way hold back on a symbol. */
  lockedFunds(symbol: SymbolId): LockedFunds {
    return sumLocked(this.#state.registry.live(), symbol);
  }
  /** An order of this strategy and symbol is under way, or its fills are. */
  isPending(strategy: StrategyId, symbol: SymbolId): boolean {
    return this.#state.registry
      .live()
      .some((tracked) => tracked.symbol === symbol && tracked.order.intent.strategy === strategy);
  }
  /** Refusals in a row of this strategy and symbol. */
  refusalsInRow(strategy: StrategyId, symbol: SymbolId): number {
    return this.#state.refusals.count(strategy, symbol);
  }
  /** Three refusals in a row: latched until an operator or a day has passed. */
  isRefusalLatched(strategy: StrategyId, symbol: SymbolId, atMs: UnixMs): boolean {
    return this.#state.refusals.isLatched(strategy, symbol, atMs);
  }
  /** Request weight used in the running minute. */
  usedWeight(atMs: UnixMs): number {
    return this.#state.limiter.usedWeight(atMs);
  }
  counters(): Readonly<ExecutionCounters> {
    return this.#state.counters;
  }
  /** Sizes of all collections, for `/metrics`. */
  collections(): readonly CollectionSize[] {
    return this.#state.collections();
  }
}
