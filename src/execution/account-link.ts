import type { ConnectBudget } from '../domain/connect-budget.ts';
import type { Effect } from '../domain/effect.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { Instrument, VenueId } from '../domain/instrument.ts';
import type { Balance, OrderReport } from '../domain/order.ts';
import type { UnixMs } from '../domain/units.ts';
import type { AccountCodec, SocketRefusal } from '../domain/venue.ts';
import type { RequestLimiter } from './request-limiter.ts';

/** How patient we are with the account socket. Venue numbers are Binance spot's. */
export interface AccountStreamLimits {
  /** An `openSocket` that has not opened by then is dropped. */
  readonly openTimeoutMs: number;
  /** A subscription that is not acknowledged by then is dropped. */
  readonly subscribeTimeoutMs: number;
  /** The venue pings every 20 s; three missed pings and a margin mean that nobody is there. */
  readonly silenceMsMax: number;
  /** The venue ends a connection after 24 h; we leave first. */
  readonly rotateAfterMs: number;
  /** Part of `rotateAfterMs` by which rotations are spread, 0 to 1. */
  readonly rotateJitterRatio: number;
  readonly reconnectDelayMsMin: number;
  readonly reconnectDelayMsMax: number;
  /** A subscription that lives this long makes the next reconnect fast again. */
  readonly stableAfterMs: number;
  /** Subscriptions ended by the venue in a row on one socket before we try a new socket. */
  readonly resubscribesMax: number;
}

export const DEFAULT_ACCOUNT_STREAM_LIMITS: AccountStreamLimits = Object.freeze({
  openTimeoutMs: 10_000,
  subscribeTimeoutMs: 5_000,
  silenceMsMax: 65_000,
  rotateAfterMs: 23 * 3_600_000,
  rotateJitterRatio: 0.03,
  reconnectDelayMsMin: 250,
  reconnectDelayMsMax: 30_000,
  stableAfterMs: 60_000,
  resubscribesMax: 3,
});

/** One life of the account socket. */
export interface AccountLink {
  readonly connection: ConnectionId;
  phase: 'opening' | 'subscribing' | 'live';
  /** Since when it is in this phase. */
  phaseSinceMs: number;
  lastHeardAtMs: number;
  rotateAtMs: number;
  /** Our id of the subscribe request under way. */
  requestId: string;
  resubscribesCount: number;
}

export interface AccountStreamSetup {
  readonly venue: VenueId;
  readonly codec: AccountCodec;
  readonly instruments: readonly Instrument[];
  readonly limits: AccountStreamLimits;
  /** Uniform in [0, 1), from the core's own generator: spreads reconnects. */
  readonly random: () => number;
  /** Of the whole venue, shared with the market feed. */
  readonly connects: ConnectBudget;
  readonly standing: Pick<RequestLimiter, 'isAway' | 'countSubscription'>;
}

/** What a checkpoint keeps of the account socket and its successors. */
export interface AccountStreamState {
  readonly instruments: readonly Instrument[];
  readonly current?: Readonly<AccountLink> | undefined;
  readonly next?: Readonly<AccountLink> | undefined;
  readonly leaving?: ConnectionId | undefined;
  readonly connectionsCount: number;
  readonly requestsCount: number;
  readonly failuresInRow: number;
  readonly connectAtMs?: number | undefined;
  readonly isStopped: boolean;
  readonly downSinceMs?: number | undefined;
}

/** What one call leads to: reports go to the order desk, balances to whoever shows them. */
export interface StreamStep {
  readonly effects: readonly Effect[];
  readonly report: OrderReport | undefined;
  readonly balances: { readonly balances: readonly Balance[]; readonly atMs: UnixMs } | undefined;
  /** Events may be missing from before now: reconcile with scope `gap` (at the first time `start`). */
  readonly hasGap: boolean;
  /**
   * What became of a signed subscription: taken, so that the key is right; or refused, with what that says of our
   * standing. `undefined`: none was answered.
   */
  readonly subscription: 'accepted' | SocketRefusal | undefined;
}

export const QUIET_STREAM_STEP: StreamStep = Object.freeze({
  effects: Object.freeze([]),
  report: undefined,
  balances: undefined,
  hasGap: false,
  subscription: undefined,
});

export function effectsOnly(effects: readonly Effect[]): StreamStep {
  return { ...QUIET_STREAM_STEP, effects };
}

export function closeSocket(
  connection: ConnectionId,
  how: 'close' | 'terminate',
  cause: string,
): Effect {
  return { type: 'closeSocket', connection, how, cause };
}
