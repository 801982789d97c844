import type { CollectionSize } from '../domain/bounded.ts';
import type { CheckResult } from '../domain/decision.ts';
import type { ClientOrderId, DecisionId, StrategyId } from '../domain/ids.ts';
import type { Instrument, SymbolId, VenueId } from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type {
  Approved,
  Order,
  OrderClass,
  OrderIntent,
  OrderReport,
  ReportSource,
  SendableOrder,
  Side,
  TimeInForce,
} from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import {
  type Amount,
  type Lots,
  NO_AMOUNT,
  NO_LOTS,
  type Price,
  type UnixMs,
  unixMs,
} from '../domain/units.ts';
import type { AccountCodec, AnswerHealth, VenueAnswer, VenueQuestion } from '../domain/venue.ts';
import { type Environment, formatDecisionId } from './client-id.ts';
import { EMPTY_STEP, type ExecutionStep, type ReconcileScope } from './execution-step.ts';
import type { ExecutionLimits } from './limits.ts';

export interface OrderDeskSetup {
  readonly venue: VenueId;
  readonly codec: AccountCodec;
  readonly instruments: readonly Instrument[];
  readonly limits: ExecutionLimits;
  readonly epoch: number;
  readonly environment: Environment;
  readonly accountTag: string;
  /** One counter for all questions of the desk above, so that answers find their asker. */
  readonly nextRequestId: () => number;
}

/** What a strategy or an exit would like to send. */
export interface OrderWish {
  readonly decisionId: DecisionId;
  readonly strategy: StrategyId;
  readonly class: OrderClass;
  readonly instrument: Instrument;
  readonly side: Side;
  readonly timeInForce: TimeInForce;
  readonly price: Price;
  readonly quantity: Lots;
  readonly reason: Reason;
}

/** Lots that may still be bought or sold by what is under way. */
export interface InFlight {
  readonly buyLots: Lots;
  readonly sellLots: Lots;
}

/** What working orders hold back: quote for buys, lots of the base for sells. */
export interface LockedFunds {
  readonly quote: Amount;
  readonly baseLots: Lots;
}

/** Everything about our orders at one venue: their life, what became of them, and the proof of it. */
export class OrderDesk {
  readonly setup: OrderDeskSetup;

  constructor(setup: OrderDeskSetup) {
    this.setup = setup;
  }

  /** Rebuilds everything from the journal's rows, oldest first. Once, before anything else. */
  restore(_rows: readonly JournalRow[], _atMs: UnixMs): ExecutionStep {
    return EMPTY_STEP;
  }
  /** An id for a new chain of decision records. */
  nextDecisionId(): DecisionId {
    return formatDecisionId(this.setup.epoch, 0);
  }
  /** A wish with its client order id: what the risk gate looks at. Nothing is remembered yet. */
  prepare(_wish: OrderWish, _atMs: UnixMs): OrderIntent {
    throw new Error('later');
  }
  /** INITIALIZED, and the effect `persistIntent`. */
  open(
    _intent: Approved<OrderIntent>,
    _checks: readonly CheckResult[],
    _atMs: UnixMs,
  ): ExecutionStep {
    return EMPTY_STEP;
  }
  /**
   * The journal has the intent. With `guard` (the re-check at send said no) or too old: VOID. Else
   * SUBMITTED, and the effect `persistSubmitted`. `venueNowMs` is our estimate of the venue clock.
   */
  onIntentDurable(
    _order: SendableOrder,
    _guard: Reason | undefined,
    _atMs: UnixMs,
    _venueNowMs: UnixMs,
  ): ExecutionStep {
    return EMPTY_STEP;
  }
  /** The journal has that it leaves: the one effect `placeOrder` this order will ever have. */
  onSubmittedDurable(_order: SendableOrder, _atMs: UnixMs): ExecutionStep {
    return EMPTY_STEP;
  }
  /** The event `orderAnswered`. */
  onOrderAnswer(_id: ClientOrderId, _answer: VenueAnswer, _atMs: UnixMs): ExecutionStep {
    return EMPTY_STEP;
  }
  /** An order as the venue describes it, from the account socket (`userStream`). */
  onReport(_report: OrderReport, _source: ReportSource, _atMs: UnixMs): ExecutionStep {
    return EMPTY_STEP;
  }
  /** The event `cancelAnswered`. */
  onCancelAnswer(_id: ClientOrderId, _answer: VenueAnswer, _atMs: UnixMs): ExecutionStep {
    return EMPTY_STEP;
  }
  /** Whether this desk asked the question. */
  owns(_requestId: number): boolean {
    return false;
  }
  /** The event `venueAnswered`, when `owns` says that the question was ours. */
  onVenueAnswer(
    _requestId: number,
    _question: VenueQuestion,
    _answer: VenueAnswer,
    _atMs: UnixMs,
  ): ExecutionStep {
    return EMPTY_STEP;
  }
  /** The answer to `balancesToCompare`: whether the account equals the portfolio, all fills booked. */
  onBalancesCompared(_agree: boolean, _atMs: UnixMs): ExecutionStep {
    return EMPTY_STEP;
  }
  /** At least four times a second. All that is due: unproven orders, questions, cancels, reconciliation. */
  onTick(_atMs: UnixMs, _venueNowMs: UnixMs): ExecutionStep {
    return EMPTY_STEP;
  }
  /** Asks the venue to cancel, until the order has ended. Nothing happens for one that has. */
  requestCancel(_id: ClientOrderId, _reason: Reason, _atMs: UnixMs): ExecutionStep {
    return EMPTY_STEP;
  }
  /** `requestCancel` for all orders under way of these classes. */
  cancelAll(_classes: readonly OrderClass[], _reason: Reason, _atMs: UnixMs): ExecutionStep {
    return EMPTY_STEP;
  }
  /** Asks the venue for everything. `start` and `gap` close `isReconciled` until they are through. */
  startReconciliation(_scope: ReconcileScope, _atMs: UnixMs): ExecutionStep {
    return EMPTY_STEP;
  }
  /** Trouble in an answer to a question that is not ours (depth, time): limits and bans count for all. */
  onHealth(_health: AnswerHealth, _usedWeight: number | undefined, _atMs: UnixMs): ExecutionStep {
    return EMPTY_STEP;
  }
  /** Counts a question of somebody else against the shared budget; `false`: not now. */
  mayAsk(_question: VenueQuestion, _atMs: UnixMs): boolean {
    return true;
  }
  /** New grids and filters. */
  useInstruments(_instruments: readonly Instrument[]): void {}

  /** What we believe is proven: the last `start` or `gap` is through and balances did not differ since. */
  isReconciled(): boolean {
    return false;
  }
  /** The venue told us to stay away until then (429, 418); `undefined`: it did not. */
  findBlockedUntilMs(_atMs: UnixMs): UnixMs | undefined {
    return undefined;
  }
  /** No entry leaves before this. */
  leaseWaitEndMs(): UnixMs {
    return unixMs(0);
  }
  findOrder(_id: ClientOrderId): Order | undefined {
    return undefined;
  }
  /** All remembered orders, ended ones included, oldest first. */
  orders(): readonly Order[] {
    return [];
  }
  /** Orders that have not ended: they may still fill. */
  openOrders(): readonly Order[] {
    return [];
  }
  /** Working orders at the venue that are not ours. */
  externalOrders(): readonly OrderReport[] {
    return [];
  }
  /** UNKNOWN and DEAD orders of a symbol: nobody may add exposure there. */
  unknownOn(_symbol: SymbolId): readonly Order[] {
    return [];
  }
  /** UNKNOWN and DEAD orders of all symbols. */
  unknownCount(): number {
    return 0;
  }
  /** The venue counted fills of the symbol that are not booked yet: the position is not what we think. */
  isUnsettled(_symbol: SymbolId): boolean {
    return false;
  }
  /** What may still be bought and sold, the worst of filled and unfilled; fills counted but not booked included. */
  inFlightWorstCase(_symbol: SymbolId): InFlight {
    return { buyLots: NO_LOTS, sellLots: NO_LOTS };
  }
  /** What our orders under way hold back on a symbol. */
  lockedFunds(_symbol: SymbolId): LockedFunds {
    return { quote: NO_AMOUNT, baseLots: NO_LOTS };
  }
  /** An order of this strategy and symbol is under way. */
  isPending(_strategy: StrategyId, _symbol: SymbolId): boolean {
    return false;
  }
  /** Refusals in a row of this strategy and symbol. */
  refusalsInRow(_strategy: StrategyId, _symbol: SymbolId): number {
    return 0;
  }
  /** Three refusals in a row: latched until an operator or a day has passed. */
  isRefusalLatched(_strategy: StrategyId, _symbol: SymbolId, _atMs: UnixMs): boolean {
    return false;
  }
  /** An operator lets all latched pairs go. */
  releaseRefusals(): void {}
  /** The smallest trade id that could be missing, for each symbol; for the store's checks. */
  counters(): ExecutionCounters {
    return { placed: 0, duplicateFills: 0, lateFills: 0, strayAnswers: 0, unknowns: 0 };
  }
  /** Sizes of all collections, for `/metrics`. */
  collections(): readonly CollectionSize[] {
    return [];
  }
}

export interface ExecutionCounters {
  readonly placed: number;
  readonly duplicateFills: number;
  readonly lateFills: number;
  readonly strayAnswers: number;
  readonly unknowns: number;
}
