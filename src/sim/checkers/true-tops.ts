import type { MarketHappening, TopChanged } from '../../matching/happening.ts';

/** Kept per market; the older half goes when twice as many are there. */
const TOPS_KEPT = 256;

/** The best bid and ask as the exchange itself had them in the last seconds, by its name of the market. */
export class TrueTops {
  readonly #windowMs: number;
  readonly #tops = new Map<string, TimedTop[]>();

  /** How old what the daemon acts upon may rightly be. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  onHappening(happening: MarketHappening, atMs: number): void {
    if (happening.type !== 'topChanged') return;
    if (happening.bidPrice === 0 || happening.askPrice === 0) return;
    const known = this.#tops.get(happening.symbol);
    if (known === undefined) {
      this.#tops.set(happening.symbol, [{ top: happening, atMs }]);
      return;
    }
    known.push({ top: happening, atMs });
    if (known.length >= 2 * TOPS_KEPT) known.splice(0, TOPS_KEPT);
  }

  /** Every top that held at some moment of the window. Empty: the market never had one. */
  heldWithin(symbol: string, atMs: number): readonly TopChanged[] {
    const known = this.#tops.get(symbol) ?? [];
    const held: TopChanged[] = [];
    for (let i = known.length - 1; i >= 0; i--) {
      const one = known[i];
      if (one === undefined) break;
      held.push(one.top);
      // This one held already when the window began.
      if (one.atMs <= atMs - this.#windowMs) break;
    }
    return held;
  }
}

interface TimedTop {
  readonly top: TopChanged;
  readonly atMs: number;
}
