import type { ExchangeCore } from '../matching/exchange-core.ts';
import type { MarketHappening } from '../matching/happening.ts';
import type { SymbolStatus } from '../matching/symbol-rules.ts';
import { RateLimits } from '../matching/wire/rate-limits.ts';
import { toUserEvent } from '../matching/wire/user-events.ts';
import { ApiKeys } from './api-keys.ts';
import type { ExchangeClock } from './exchange-clock.ts';
import type { ExchangeSettings } from './exchange-options.ts';
import type { FaultControls, FaultTarget } from './faults/fault.ts';
import { FaultBoard } from './faults/fault-board.ts';
import { MarketPublisher } from './market/market-publisher.ts';
import { StreamHub } from './market/stream-hub.ts';
import type { Venue } from './operations/operation.ts';
import { RequestDesk } from './request-desk.ts';
import type { StateStore } from './state/state-store.ts';
import { WireLog } from './wire-log.ts';
import { UserStreams } from './ws/user-streams.ts';
import type { WsServer } from './ws/ws-server.ts';

/** The exchange between its pure core and its doors: who must hear what, at which time, with which fault. */
export class Exchange implements Venue, FaultControls {
  readonly core: ExchangeCore;
  readonly clock: ExchangeClock;
  readonly limits: RateLimits;
  readonly keys: ApiKeys;
  readonly hub = new StreamHub();
  readonly users = new UserStreams();
  readonly wireLog = new WireLog();
  readonly faults: FaultBoard;
  readonly desk: RequestDesk;
  readonly publisher: MarketPublisher;
  #ws: WsServer | undefined;
  #coreMs = 0;
  #isPlayed = false;
  readonly #store: StateStore | undefined;

  constructor(
    core: ExchangeCore,
    settings: ExchangeSettings,
    about: {
      readonly clock: ExchangeClock;
      readonly random: () => number;
      /** Streams a recording brings itself; nothing else of the market is then made from the core's own trades. */
      readonly recordedStreams: ReadonlySet<string> | undefined;
      readonly store: StateStore | undefined;
    },
  ) {
    this.core = core;
    this.clock = about.clock;
    this.#store = about.store;
    this.limits = new RateLimits(settings.rateLimits);
    this.keys = new ApiKeys(settings.keys);
    this.faults = new FaultBoard(this, () => this.clock.wallMs(), about.random);
    this.desk = new RequestDesk(this, this.faults, this.wireLog);
    this.#isPlayed = about.recordedStreams !== undefined;
    this.publisher = new MarketPublisher({
      core,
      hub: this.hub,
      nowMs: () => this.clock.nowMs(),
      skewMs: () => this.clock.skewMs,
      quiet: (stream) => about.recordedStreams?.has(stream) ?? false,
    });
  }

  /** The doors exist only after the exchange they open to. */
  attach(ws: WsServer): void {
    this.#ws = ws;
  }

  coreNowMs(): number {
    this.#coreMs = Math.max(this.#coreMs, this.clock.nowMs() - this.clock.skewMs);
    return this.#coreMs;
  }

  tell(happenings: readonly MarketHappening[]): void {
    this.#keep(happenings);
    const eventAtMs = this.clock.nowMs();
    for (const happening of happenings) {
      // A recording is shown as recorded: our own trades match against it and leave no trace in it.
      if (!this.#isPlayed) this.publisher.onHappening(happening);
      const event = toUserEvent(happening, eventAtMs);
      if (event !== undefined) this.users.publish(event);
      if (isFirstFill(happening)) {
        this.limits.countOrders(this.clock.wallMs(), happening.order.accountKey, -1);
      }
    }
  }

  /** Written down before anybody hears of it: the answer to a request leaves after its happenings were told. */
  #keep(happenings: readonly MarketHappening[]): void {
    // Closed: every connection is cut, and nobody can hear of it any more.
    if (!this.#store?.isOpen) return;
    if (this.#store.isDueForRewrite) this.#store.rewrite(this.core.exportState());
    else this.#store.keep(this.core.exportChange(happenings));
  }

  settleBook(symbol: string): void {
    if (this.#isPlayed) return;
    this.tell(this.core.advance(this.coreNowMs()));
    this.publisher.flushFastDepth(symbol);
  }

  closeConnections(target: FaultTarget, code: number | undefined): number {
    return this.#ws?.closeConnections(target, code) ?? 0;
  }

  freezeConnections(target: FaultTarget): () => void {
    return this.#ws?.freezeConnections(target) ?? (() => undefined);
  }

  shutDownConnections(closeAfterMs: number): void {
    const ws = this.#ws;
    ws?.announceShutdown();
    setTimeout(() => ws?.closeConnections({}, 1001), closeAfterMs).unref();
  }

  terminateUserStreams(): void {
    this.users.terminateAll(this.clock.nowMs());
  }

  shiftClock(shiftMs: number): void {
    this.clock.skewMs += shiftMs;
  }

  banAddress(durationMs: number): void {
    this.limits.ban(this.clock.wallMs(), durationMs);
  }

  revokeKey(apiKey: string): void {
    this.keys.revoke(apiKey);
  }

  setSymbolStatus(symbol: string, status: SymbolStatus): void {
    this.core.setStatus(symbol, status);
  }
}

/** The first fill of an order gives its place in the order count back. */
function isFirstFill(
  happening: MarketHappening,
): happening is MarketHappening & { readonly type: 'orderUpdated' } {
  return (
    happening.type === 'orderUpdated' &&
    happening.fill !== undefined &&
    happening.order.executedQty === happening.fill.quantity
  );
}
