import { type BoundedList, BoundedMap, type CollectionSize } from '../domain/bounded.ts';
import type { Effect } from '../domain/effect.ts';
import type { HealthSampled, Started } from '../domain/event.ts';
import type { StrategyId } from '../domain/ids.ts';
import type { Instrument, SymbolId } from '../domain/instrument.ts';
import type { Mode } from '../domain/mode.ts';
import type { Balance } from '../domain/order.ts';
import type { Random } from '../domain/random.ts';
import { type UnixMs, unixMs } from '../domain/units.ts';
import type { Listed, MarketCodec } from '../domain/venue.ts';
import type { AccountStream } from '../execution/account-stream.ts';
import type { OrderDesk } from '../execution/order-desk.ts';
import type { RequestLimiter } from '../execution/request-limiter.ts';
import type { MarketFeed, MarketSink } from '../market/feed.ts';
import type { Portfolio } from '../portfolio/portfolio.ts';
import type { MarketView } from '../signal/market-view.ts';
import type { SignalSink, StrategyHost } from '../signal/strategy-host.ts';
import type { AbsentSymbol } from './absent-symbols.ts';
import type { DecisionRecorder } from './decisions.ts';
import type { DeniedExit } from './denied-exits.ts';
import type { ListingRound } from './listing-round.ts';
import type { Listings } from './listings.ts';
import type { ModeState } from './modes.ts';
import type { DeskSetup, VenueSetup } from './setup.ts';
import type { SkewWatch } from './skew-watch.ts';
import type { StaleRuns } from './stale-runs.ts';

/** Where the venue's balance and our books differed at the last comparison; decimal text. */
export interface ToldMismatch {
  readonly asset: string;
  readonly expected: string;
  readonly actual: string;
  readonly difference: string;
}

/** Everything about one venue once its instruments are known. */
export interface VenueDesk {
  readonly setup: VenueSetup;
  /** As the venue lists them now, on the steps of the start. Never reordered. */
  instruments: readonly Instrument[];
  /** What this life does without. */
  absent: readonly AbsentSymbol[];
  readonly listings: Listings;
  readonly marketCodec: MarketCodec;
  readonly feed: MarketFeed;
  readonly orders: OrderDesk;
  readonly stream: AccountStream;
  readonly host: StrategyHost;
  /** By `Instrument.index`; made from the first best bid and ask. */
  readonly views: (MarketView | undefined)[];
  readonly marketSink: MarketSink;
  readonly signalSink: SignalSink;
  readonly stale: StaleRuns;
  /** As the venue last reported them, by asset. */
  readonly balances: BoundedMap<string, Balance>;
  /** When our orders left, newest last. */
  readonly orderTimes: BoundedList<number>;
  /** By strategy and symbol (`keyOf`). */
  readonly lastOrderAtMs: BoundedMap<string, UnixMs>;
  readonly exitRetryAtMs: BoundedMap<string, number>;
  readonly deniedExits: BoundedMap<string, DeniedExit>;
  mismatches: readonly ToldMismatch[];
  hasOpening: boolean;
  hasReconciledOnce: boolean;
  clockOffsetMs: number | undefined;
  /** What was told of clocks that differ too much. */
  readonly skew: SkewWatch;
}

/** Of a symbol that the venue does not simply tell about. */
export interface BootDoubt {
  /** Looks in a row that did not find it. */
  readonly missingCount: number;
  /** Times in a row that it alone brought no answer while others did. */
  readonly silentCount: number;
  readonly text: string;
}

/** What the desk asked about a venue before it could trade there. */
export interface BootQuestion {
  readonly setup: VenueSetup;
  requestId: number | undefined;
  round: ListingRound | undefined;
  /** What the venue has said so far, by symbol, and when. */
  readonly found: BoundedMap<SymbolId, { readonly listed: Listed; readonly atMs: number }>;
  /** By symbol: what stands against asking for it together with others, or for it at all. */
  readonly doubts: BoundedMap<SymbolId, BootDoubt>;
  /** What the journal holds there; `undefined`: nobody needed to know yet. */
  held: ReadonlySet<SymbolId> | undefined;
  /** Questions before the order desk counts them. */
  readonly limiter: RequestLimiter;
  /** When it is asked next, whatever has come of it until then. */
  retryAtMs: number;
  /** Rounds of asking. */
  triesCount: number;
  /** Why the venue is not furnished yet; empty before the first answer. */
  trouble: string;
}

/**
 * All state of the daemon. It changes only inside `handle`, from events alone; `out` collects the
 * effects of the event being handled.
 */
export class Desk {
  readonly setup: DeskSetup;
  phase: 'idle' | 'booting' | 'running' | 'stopping' | 'stopped' = 'idle';
  nowMs: UnixMs = unixMs(0);
  out: Effect[] = [];
  started: Started | undefined;
  mode: ModeState = {
    mode: 'RECOVERING',
    actor: 'machine',
    cause: 'not started',
    sinceMs: unixMs(0),
  };
  /** Where RECOVERING leads. */
  targetMode: ModeState | undefined;
  /** Why the machine holds back by itself; the mode comes back when all are gone. */
  readonly holds = new BoundedMap<string, Mode>('mode_holds', 16, 'refuse');
  flattening = false;
  /** The last life was flattening; this one goes on with it once everything is proven. */
  mustGoOnFlattening = false;
  announcedReady = false;
  /** When the first order of this journal left. */
  firstOrderAtMs: UnixMs | undefined;
  health: HealthSampled | undefined;
  lastTickAtMs = 0;
  stopCause = '';
  stopBeganAtMs = 0;
  readonly venues: VenueDesk[] = [];
  readonly boots: BootQuestion[] = [];
  portfolio: Portfolio | undefined;
  recorder: DecisionRecorder | undefined;
  /** From the seed of the start on. */
  generator: Random | undefined;
  /** Questions asked so far, of all rooms. */
  requestsCount = 0;

  constructor(setup: DeskSetup) {
    this.setup = setup;
  }

  /** One counter for all questions of all rooms, so that an answer finds its asker. */
  readonly nextRequestId = (): number => {
    this.requestsCount += 1;
    return this.requestsCount;
  };

  /** Uniform in [0, 1). */
  readonly random = (): number => this.generator?.float() ?? 0;

  push(effects: readonly Effect[]): void {
    for (const effect of effects) this.out.push(effect);
  }

  /** Every bounded collection of the desk, for `/metrics`. */
  collections(): readonly CollectionSize[] {
    const all: CollectionSize[] = [this.holds];
    if (this.portfolio !== undefined) all.push(...this.portfolio.collections());
    for (const venue of this.venues) {
      all.push(venue.balances, venue.orderTimes, venue.lastOrderAtMs);
      all.push(venue.exitRetryAtMs, venue.deniedExits);
      all.push(...venue.listings.collections(), ...venue.orders.collections());
    }
    return all;
  }
}

/** Key of a strategy on a symbol. */
export function keyOf(strategy: StrategyId, instrument: Instrument): string {
  return `${strategy}|${instrument.symbol}`;
}

/** The venue's clock as we estimate it; ours while it is not measured. */
export function venueNowMs(desk: Desk, venue: VenueDesk): UnixMs {
  return unixMs(desk.nowMs + (venue.feed.clockOffsetMs() ?? 0));
}
