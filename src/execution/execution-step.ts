import type { Effect } from '../domain/effect.ts';
import type { FaultId } from '../domain/fault.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { Fill, Order, OrderReport, OrderStateName, ReportSource } from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import type { AccountReport } from '../domain/venue.ts';

/** A fill counted for the first time. `late`: the order had already ended without it. */
export interface BookedFill {
  readonly fill: Fill;
  readonly order: Order;
  readonly source: ReportSource;
  readonly late: boolean;
}

/** An order went from one state to another. `order` is how it is now; `from` is `undefined` for a new one. */
export interface OrderChange {
  readonly order: Order;
  readonly from: OrderStateName | undefined;
  readonly to: OrderStateName;
  readonly reason: Reason;
  /** `undefined` when the desk decided by itself. */
  readonly source: ReportSource | undefined;
}

/** What somebody above the desk must act on. The fault of it is already among the effects. */
export type Finding =
  /** Everything was answered and the balances agree: what we believe is proven. */
  | { readonly type: 'reconciled'; readonly scope: ReconcileScope }
  /** Balances disagreed twice: no new exposure. Ends with the next `reconciled`. */
  | { readonly type: 'balancesDiffer' }
  /** Ours by its id, and the journal does not have it: halt. */
  | { readonly type: 'orphan'; readonly report: OrderReport }
  /** Ours by its id, from a later epoch: somebody else trades this account with our journal. Halt, exit 75. */
  | { readonly type: 'splitBrain'; readonly report: OrderReport; readonly epoch: number }
  /** An order that was proven never to have been taken is at the venue after all: halt. */
  | { readonly type: 'lateAppearance'; readonly order: Order }
  /** Two orders at the venue carry one client id: halt. */
  | { readonly type: 'duplicateOrder'; readonly order: Order }
  /** The venue took an order and the account socket does not mention it: the socket is stale. */
  | { readonly type: 'streamSilent'; readonly order: Order }
  /** Refusals in a row reached the limit: the strategy is latched for the symbol. */
  | { readonly type: 'refusalsLatched'; readonly order: Order };

/** `start` and `gap` close the gate until they are through; `light` and `full` are the periodic ones. */
export type ReconcileScope = 'start' | 'gap' | 'full' | 'light';

/**
 * What one call of the desk leads to. In this order: append `rows` (committed at once when `commitNow`),
 * book `newFills`, record `changes`, perform `effects`, act on `findings`; then, if there is an account
 * to compare, compare it with the portfolio and tell the desk by `onBalancesCompared`.
 */
export interface ExecutionStep {
  readonly rows: readonly JournalRow[];
  /** A row that must be on disk before the effects: a cancel leaves the process. */
  readonly commitNow: boolean;
  readonly newFills: readonly BookedFill[];
  readonly changes: readonly OrderChange[];
  readonly effects: readonly Effect[];
  readonly findings: readonly Finding[];
  readonly balancesToCompare: AccountReport | undefined;
}

/** The common answer: nothing to do. Shared, so that a tick allocates nothing. */
export const EMPTY_STEP: ExecutionStep = Object.freeze({
  rows: Object.freeze([]),
  commitNow: false,
  newFills: Object.freeze([]),
  changes: Object.freeze([]),
  effects: Object.freeze([]),
  findings: Object.freeze([]),
  balancesToCompare: undefined,
});

/** Collects one step. */
export class StepBuilder {
  readonly rows: JournalRow[] = [];
  readonly newFills: BookedFill[] = [];
  readonly changes: OrderChange[] = [];
  readonly effects: Effect[] = [];
  readonly findings: Finding[] = [];
  commitNow = false;
  balancesToCompare: AccountReport | undefined;

  fault(
    fault: FaultId,
    severity: 'warn' | 'error',
    detail: Readonly<Record<string, string | number | boolean>>,
  ): void {
    this.effects.push({ type: 'raiseFault', fault, severity, detail });
  }

  log(
    event: string,
    message: string,
    detail: Readonly<Record<string, string | number | boolean>>,
  ): void {
    this.effects.push({ type: 'logChange', event, message, detail });
  }

  finish(): ExecutionStep {
    const isEmpty =
      this.rows.length === 0 &&
      this.newFills.length === 0 &&
      this.changes.length === 0 &&
      this.effects.length === 0 &&
      this.findings.length === 0 &&
      this.balancesToCompare === undefined;
    if (isEmpty) return EMPTY_STEP;
    return {
      rows: this.rows,
      commitNow: this.commitNow,
      newFills: this.newFills,
      changes: this.changes,
      effects: this.effects,
      findings: this.findings,
      balancesToCompare: this.balancesToCompare,
    };
  }
}
