import type { JournalRow } from '../../domain/journal-row.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import type { SimRequest } from '../request.ts';
import { isUnproven, ProjectedOrders } from './projected-orders.ts';

/** The daemon looks at its clock ten times a second. */
const TICK_MS = 100;

/** While what became of an order is not proven, nothing is added to what we may hold of its market. */
class UnknownGates implements Checker {
  readonly tally: Tally;
  readonly #orders = new ProjectedOrders();
  readonly #limitMs: number;
  /** True time at which each order left: the wait begins with the first byte, not with the row. */
  readonly #leftAtMs = new Map<string, number>();

  constructor(night: SimNight) {
    this.tally = new Tally('I5', night);
    this.#limitMs = night.setup.execution.unknownAfterMs + TICK_MS;
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) this.#orders.take(row, atMs);
  }

  onRequest(request: SimRequest, atMs: number): void {
    if (request.kind !== 'place') return;
    const { clientOrderId, symbol, side } = request.order;
    this.#leftAtMs.set(clientOrderId, atMs);
    if (side === 'SELL') return;
    let unproven = 'none';
    for (const { intent, state, submittedAtMs } of this.#orders.open.values()) {
      if (intent.symbol !== symbol || intent.clientOrderId === clientOrderId) continue;
      if (!isUnproven(state)) continue;
      const waitedMs = atMs - (this.#leftAtMs.get(intent.clientOrderId) ?? submittedAtMs ?? atMs);
      if (state === 'SUBMITTED' && waitedMs <= this.#limitMs) continue;
      unproven = `${intent.clientOrderId}, ${state} ${Math.round(waitedMs)} ms after it left`;
    }
    this.tally.check(
      unproven === 'none',
      () => `${clientOrderId} buys ${symbol} beside ${unproven}, limit is ${this.#limitMs} ms`,
    );
  }
}

export const unknownGates: CheckerKind = {
  id: 'I5',
  claim: 'nothing is bought in a market where the outcome of an order is not proven',
  make: (night) => new UnknownGates(night),
};
