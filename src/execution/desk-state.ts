import { BoundedMap, type BoundedState, type CollectionSize } from '../domain/bounded.ts';
import type { ClientOrderId } from '../domain/ids.ts';
import type { Instrument, SymbolId, VenueId } from '../domain/instrument.ts';
import type { AccountCodec } from '../domain/venue.ts';
import type { Environment } from './client-id.ts';
import { ExternalOrders, type ExternalOrdersState } from './external-orders.ts';
import { FillLedger, type FillLedgerState } from './fill-ledger.ts';
import type { ExecutionLimits } from './limits.ts';
import { OrderRegistry, type OrderRegistryState } from './order-registry.ts';
import { Questions, type QuestionsState } from './questions.ts';
import { RefusalLatch, type RefusalLatchState } from './refusal-latch.ts';
import { RequestLimiter, type RequestLimiterState } from './request-limiter.ts';

export interface OrderDeskSetup {
  readonly venue: VenueId;
  readonly codec: AccountCodec;
  readonly instruments: readonly Instrument[];
  readonly limits: ExecutionLimits;
  readonly epoch: number;
  readonly environment: Environment;
  /** Four lower-case letters or digits from a hash of the key's fingerprint. */
  readonly accountTag: string;
  /** What the venue was asked before there was an order desk counts too; `undefined`: nothing. */
  readonly limiter?: RequestLimiter | undefined;
  /** One counter for all questions of the desk above, so that answers find their asker. */
  readonly nextRequestId: () => number;
}

export interface ExecutionCounters {
  placed: number;
  /** Fills that were told again by another source. */
  duplicateFills: number;
  lateFills: number;
  /** Answers about orders that nobody remembers, or to questions given up. */
  strayAnswers: number;
  /** Orders that became UNKNOWN. */
  unknowns: number;
  /** Fills that no event brought and a question found. */
  foundFills: number;
}

/** What a checkpoint keeps of it. */
export interface SharedDeskState {
  readonly registry: OrderRegistryState;
  readonly fills: FillLedgerState;
  readonly externals: ExternalOrdersState;
  readonly limiter: RequestLimiterState;
  readonly questions: QuestionsState;
  readonly refusals: RefusalLatchState;
  readonly counters: Readonly<ExecutionCounters>;
  readonly awaitingStream: BoundedState<readonly [ClientOrderId, number]>;
  readonly instruments: readonly Instrument[];
  readonly lastActivityAtMs: number;
}

/** What the parts of the order desk share. */
export class DeskState {
  readonly setup: OrderDeskSetup;
  readonly registry: OrderRegistry;
  readonly fills: FillLedger;
  readonly externals: ExternalOrders;
  readonly limiter: RequestLimiter;
  readonly questions: Questions;
  readonly refusals: RefusalLatch;
  readonly counters: ExecutionCounters = {
    placed: 0,
    duplicateFills: 0,
    lateFills: 0,
    strayAnswers: 0,
    unknowns: 0,
    foundFills: 0,
  };
  /** Orders that an answer accepted and the account socket has not mentioned, and since when. */
  readonly awaitingStream = new BoundedMap<ClientOrderId, number>(
    'orders_awaiting_stream',
    1_000,
    'dropOldest',
  );
  instruments: readonly Instrument[];
  /** Our clock, when an order last left or news of one came: balances are in motion around it. */
  lastActivityAtMs = 0;

  constructor(setup: OrderDeskSetup) {
    const { limits } = setup;
    this.setup = setup;
    this.instruments = setup.instruments;
    this.registry = new OrderRegistry(limits.liveOrdersMax, limits.endedOrdersMax);
    this.fills = new FillLedger(limits.tradeIdsMax);
    this.externals = new ExternalOrders(limits.externalOrdersMax);
    this.limiter = setup.limiter ?? new RequestLimiter(limits);
    this.questions = new Questions(setup.venue, this.limiter, setup.nextRequestId);
    this.refusals = new RefusalLatch(limits.refusalsInRowMax, limits.refusalLatchMs);
  }

  get limits(): ExecutionLimits {
    return this.setup.limits;
  }

  findInstrument(symbol: SymbolId): Instrument | undefined {
    return this.instruments.find((instrument) => instrument.symbol === symbol);
  }

  /**
   * Own trades from here on include every fill that may be missing: all fills of an order have ids
   * above those that were booked when its intent was made. `undefined`: nothing is known yet.
   */
  fillsFrom(symbol: SymbolId): number | undefined {
    let after = this.fills.highestSeen(symbol);
    for (const tracked of this.registry.live()) {
      if (tracked.symbol !== symbol) continue;
      if (tracked.fillsAfter === undefined) return undefined;
      if (after === undefined || tracked.fillsAfter < after) after = tracked.fillsAfter;
    }
    return after === undefined ? undefined : after + 1;
  }

  save(): SharedDeskState {
    return {
      registry: this.registry.save(),
      fills: this.fills.save(),
      externals: this.externals.save(),
      limiter: this.limiter.save(),
      questions: this.questions.save(),
      refusals: this.refusals.save(),
      counters: { ...this.counters },
      awaitingStream: this.awaitingStream.save(),
      instruments: this.instruments,
      lastActivityAtMs: this.lastActivityAtMs,
    };
  }

  load(state: SharedDeskState): void {
    this.registry.load(state.registry);
    this.fills.load(state.fills);
    this.externals.load(state.externals);
    this.limiter.load(state.limiter);
    this.questions.load(state.questions);
    this.refusals.load(state.refusals);
    Object.assign(this.counters, state.counters);
    this.awaitingStream.load(state.awaitingStream);
    this.instruments = state.instruments;
    this.lastActivityAtMs = state.lastActivityAtMs;
  }

  collections(): readonly CollectionSize[] {
    return [
      ...this.registry.collections(),
      ...this.fills.collections(),
      ...this.externals.collections(),
      ...this.questions.collections(),
      ...this.refusals.collections(),
      this.awaitingStream,
    ];
  }
}

/** 1, 2, 4 ... times the smallest delay, up to the largest. */
export function backoffMs(limits: ExecutionLimits, failuresCount: number): number {
  const doublings = Math.min(20, Math.max(0, failuresCount - 1));
  return Math.min(limits.retryDelayMsMax, limits.retryDelayMsMin * 2 ** doublings);
}
