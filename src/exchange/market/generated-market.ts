import type { ExchangeCore } from '../../matching/exchange-core.ts';
import type { MarketHappening } from '../../matching/happening.ts';

const NAP_MS_MAX = 250;

/** Wakes the core whenever its made-up market has something to do. */
export class GeneratedMarket {
  readonly #core: ExchangeCore;
  readonly #nowMs: () => number;
  readonly #tell: (happenings: readonly MarketHappening[]) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    core: ExchangeCore,
    nowMs: () => number,
    tell: (happenings: readonly MarketHappening[]) => void,
  ) {
    this.#core = core;
    this.#nowMs = nowMs;
    this.#tell = tell;
  }

  start(): void {
    this.#tell(this.#core.advance(this.#nowMs()));
    const dueMs = (this.#core.nextAtMs() ?? Number.POSITIVE_INFINITY) - this.#nowMs();
    this.#timer = setTimeout(() => this.start(), Math.max(1, Math.min(NAP_MS_MAX, dueMs)));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
