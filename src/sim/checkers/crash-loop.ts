import type { DeskEvent } from '../../domain/event.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import type { SimRequest } from '../request.ts';

/** Starts within so long are a loop. */
const WINDOW_MS = 600_000;
/** The clock of the daemon may be a little apart from true time, within the window and at its end. */
const CLOCK_MS = 2_000;
/** What moves the daemon's clock, or takes rows away, changes what a start can count. */
const MISCOUNTS = /^(clock|venue_clock|journal)\./;

/**
 * A start that is one too many within ten minutes trades nothing for a while: it says OBSERVING, or HALTED, once
 * it has recovered, and no entry or exit leaves. Starts are counted here as they happen.
 */
class CrashLoop implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  readonly #startsAtMs: number[] = [];
  #heldUntilMs = 0;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('crash.loop', night);
  }

  onLifeBegan(): void {
    this.#heldUntilMs = 0;
  }

  /** The row of a start is durable before the core hears of it. */
  onEvent(event: DeskEvent, atMs: number): void {
    if (event.type !== 'started') return;
    this.#startsAtMs.push(atMs);
    const { crashLoopStarts, crashLoopClearMs } = this.#night.setup.recovery;
    const sinceMs = atMs - WINDOW_MS + CLOCK_MS;
    const count = this.#startsAtMs.filter((startedAtMs) => startedAtMs >= sinceMs).length;
    const isMiscounted = this.#night.faults.recentNames().some((name) => MISCOUNTS.test(name));
    if (count < crashLoopStarts || isMiscounted) return;
    this.#heldUntilMs = atMs + crashLoopClearMs - CLOCK_MS;
  }

  onFaultBegan({ name }: { readonly name: string }): void {
    if (MISCOUNTS.test(name)) this.#heldUntilMs = 0;
  }

  onRequest(request: SimRequest, atMs: number): void {
    if (request.kind !== 'place' || request.order.class === 'protective') return;
    if (atMs >= this.#heldUntilMs) return;
    this.tally.check(
      false,
      () => `${request.order.clientOrderId}, ${request.order.class}, leaves ${this.#tell(atMs)}`,
    );
  }

  onSecond(atMs: number): void {
    const mode = this.#night.daemon.life?.desk.mode;
    if (atMs >= this.#heldUntilMs || mode === undefined || mode.mode === 'RECOVERING') return;
    this.tally.check(
      mode.mode === 'OBSERVING' || mode.mode === 'HALTED',
      () => `the daemon is ${mode.mode} (${mode.cause}) ${this.#tell(atMs)}`,
    );
  }

  #tell(atMs: number): string {
    const leftMs = Math.round(this.#heldUntilMs - atMs);
    return `in a crash loop of ${this.#night.setup.recovery.crashLoopStarts} starts, ${leftMs} ms before it counts as over`;
  }
}

export const crashLoop: CheckerKind = {
  id: 'crash.loop',
  claim: 'a start that is one too many within ten minutes observes and trades nothing',
  make: (night) => new CrashLoop(night),
};
