import type { Effect } from '../../domain/effect.ts';
import type { ClientOrderId, DecisionId } from '../../domain/ids.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { OrderIntent } from '../../domain/order.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { hasEnded, ProjectedOrders, stateAfter } from './projected-orders.ts';

/** Signals of the last hours. The oldest can make no order any more: an intent lives a second. */
const SIGNALS_KEPT = 20_000;

/** A moment by the daemon's own clock, which never falls within one of its lives. */
interface Moment {
  readonly life: number;
  readonly atMs: number;
}

/**
 * A signal makes one order at most. What was refused, lost or proven absent is never asked for again:
 * the next order of that strategy and market needs a signal that came after the outcome.
 */
class OneSignalOneIntent implements Checker {
  readonly tally: Tally;
  readonly #orders = new ProjectedOrders();
  /** When the signal came, or the rule of a position, that began a chain. */
  readonly #signals = new Map<DecisionId, Moment>();
  readonly #usedBy = new Map<DecisionId, ClientOrderId>();
  /** The last order by strategy, market and class. */
  readonly #last = new Map<string, ClientOrderId>();
  readonly #outcomes = new Map<ClientOrderId, Moment>();
  #life = 0;

  constructor(night: SimNight) {
    this.tally = new Tally('I3', night);
  }

  onLifeBegan(life: number): void {
    this.#life = life;
  }

  onEffect(effect: Effect): void {
    if (effect.type !== 'recordDecision') return;
    const { stage, outcome, decisionId, atMs } = effect.record;
    if ((stage !== 'signal' && stage !== 'exit') || outcome !== 'passed') return;
    this.#signals.set(decisionId, { life: this.#life, atMs });
    for (const oldest of this.#signals.keys()) {
      if (this.#signals.size <= SIGNALS_KEPT) return;
      this.#signals.delete(oldest);
    }
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) {
      if (row.type === 'intent') this.#onIntent(row.intent);
      const order = this.#orders.take(row, atMs);
      if (order !== undefined && stateAfter(row) !== undefined && hasEnded(order.state)) {
        this.#outcomes.set(order.intent.clientOrderId, { life: this.#life, atMs: row.atMs });
      }
    }
  }

  #onIntent(intent: OrderIntent): void {
    const { clientOrderId, decisionId } = intent;
    const signal = this.#signals.get(decisionId);
    this.tally.check(
      signal?.life === this.#life,
      () => `${clientOrderId} comes from ${decisionId}, of which this life recorded no signal`,
    );
    const before = this.#usedBy.get(decisionId);
    this.tally.check(
      before === undefined,
      () => `${decisionId} made ${before} and then ${clientOrderId} as well`,
    );
    this.#usedBy.set(decisionId, clientOrderId);
    if (signal !== undefined) this.#checkSuccession(intent, signal);
  }

  #checkSuccession(intent: OrderIntent, signal: Moment): void {
    const key = `${intent.strategy} ${intent.venue} ${intent.symbol} ${intent.class}`;
    const lastId = this.#last.get(key);
    this.#last.set(key, intent.clientOrderId);
    if (lastId === undefined) return;
    const outcome = this.#outcomes.get(lastId);
    this.tally.check(
      outcome !== undefined && !this.#orders.open.has(lastId) && isAfter(signal, outcome),
      () =>
        `${intent.clientOrderId} follows ${lastId}, which ` +
        (outcome === undefined ? 'has not ended' : `ended at ${outcome.atMs}`) +
        `, upon a signal of ${signal.atMs}`,
    );
  }
}

function isAfter(one: Moment, other: Moment): boolean {
  return one.life > other.life || one.atMs >= other.atMs;
}

export const oneSignalOneIntent: CheckerKind = {
  id: 'I3',
  claim: 'a signal makes one order at most, and no outcome is followed by the same wish again',
  make: (night) => new OneSignalOneIntent(night),
};
