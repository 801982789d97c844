import type { Effect } from '../domain/effect.ts';
import type { DeskEvent } from '../domain/event.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { MarketHappening } from '../matching/happening.ts';
import type { SimClock } from './clock.ts';
import type { PlannedFault } from './fault.ts';
import type { LifeEnd, NightListener, WireEntry } from './listener.ts';
import type { SimRequest } from './request.ts';
import type { SocketKind } from './trouble.ts';

type Hook = keyof NightListener;

/** A watcher threw: the night is worth nothing, and it is no fault of the daemon. */
export class WatcherBroke extends Error {
  override readonly name = 'WatcherBroke';
}

/** Tells everybody who watches, in the order in which they were named. */
export class Listeners {
  readonly #clock: SimClock;
  readonly #all: readonly NightListener[];
  /** Most watchers have nothing to say to most hooks, and frames come by the million. */
  readonly #byHook = new Map<Hook, readonly NightListener[]>();

  constructor(clock: SimClock, all: readonly NightListener[]) {
    this.#clock = clock;
    this.#all = all;
  }

  onLifeBegan(life: number): void {
    this.#tell('onLifeBegan', (one, atMs) => one.onLifeBegan?.(life, atMs));
  }
  onLifeEnded(life: number, end: LifeEnd): void {
    this.#tell('onLifeEnded', (one, atMs) => one.onLifeEnded?.(life, end, atMs));
  }
  onEvent(event: DeskEvent): void {
    this.#tell('onEvent', (one, atMs) => one.onEvent?.(event, atMs));
  }
  onEffect(effect: Effect): void {
    this.#tell('onEffect', (one, atMs) => one.onEffect?.(effect, atMs));
  }
  onDurable(rows: readonly JournalRow[]): void {
    this.#tell('onDurable', (one, atMs) => one.onDurable?.(rows, atMs));
  }
  onRequest(request: SimRequest): void {
    this.#tell('onRequest', (one, atMs) => one.onRequest?.(request, atMs));
  }
  onArrived(entry: WireEntry): void {
    this.#tell('onArrived', (one, atMs) => one.onArrived?.(entry, atMs));
  }
  onSocketAsked(kind: SocketKind, connection: ConnectionId): void {
    this.#tell('onSocketAsked', (one, atMs) => one.onSocketAsked?.(kind, connection, atMs));
  }
  onFrameSent(connection: ConnectionId, text: string): void {
    this.#tell('onFrameSent', (one, atMs) => one.onFrameSent?.(connection, text, atMs));
  }
  onFrameMade(stream: string, text: string): void {
    this.#tell('onFrameMade', (one, atMs) => one.onFrameMade?.(stream, text, atMs));
  }
  onHappening(happening: MarketHappening): void {
    this.#tell('onHappening', (one, atMs) => one.onHappening?.(happening, atMs));
  }
  onTwinStarted(epoch: number, isBeside: boolean): void {
    this.#tell('onTwinStarted', (one, atMs) => one.onTwinStarted?.(epoch, isBeside, atMs));
  }
  onTwinRequest(request: SimRequest): void {
    this.#tell('onTwinRequest', (one, atMs) => one.onTwinRequest?.(request, atMs));
  }
  onTwinEnded(end: LifeEnd, isBeside: boolean): void {
    this.#tell('onTwinEnded', (one, atMs) => one.onTwinEnded?.(end, isBeside, atMs));
  }
  onFaultBegan(fault: PlannedFault): void {
    this.#tell('onFaultBegan', (one, atMs) => one.onFaultBegan?.(fault, atMs));
  }
  onFaultEnded(fault: PlannedFault): void {
    this.#tell('onFaultEnded', (one, atMs) => one.onFaultEnded?.(fault, atMs));
  }
  onSecond(): void {
    this.#tell('onSecond', (one, atMs) => one.onSecond?.(atMs));
  }

  #tell(hook: Hook, tell: (one: NightListener, atMs: number) => void): void {
    const { nowMs } = this.#clock;
    for (const one of this.#of(hook)) {
      try {
        tell(one, nowMs);
      } catch (error) {
        throw new WatcherBroke(`${hook} threw`, { cause: error });
      }
    }
  }

  #of(hook: Hook): readonly NightListener[] {
    let found = this.#byHook.get(hook);
    if (found === undefined) {
      found = this.#all.filter((one) => one[hook] !== undefined);
      this.#byHook.set(hook, found);
    }
    return found;
  }
}
