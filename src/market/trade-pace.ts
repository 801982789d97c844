import type { UnixMs } from '../domain/units.ts';
import { GapHistogram, type GapHistogramState } from './gap-histogram.ts';

/** Trades must have been seen so often before their silence says anything. */
const TRADES_LEARNED = 50;
/** No trade stream is called silent sooner. */
const SILENCE_MS_MIN = 60_000;

/** `null`: none on this subscription yet. */
export interface TradePaceState {
  readonly lastAtMs: UnixMs | null;
  readonly count: number;
  readonly gaps: GapHistogramState;
}

/** How often a symbol is traded, learned from its own trades. */
export class TradePace {
  #lastAtMs: UnixMs | undefined;
  #count = 0;
  readonly #gaps = new GapHistogram();

  onTrade(atMs: UnixMs): void {
    if (this.#lastAtMs !== undefined) this.#gaps.add(atMs - this.#lastAtMs);
    this.#lastAtMs = atMs;
    this.#count += 1;
  }

  /** What was not heard meanwhile is no pause of the market. */
  onInterrupted(): void {
    this.#lastAtMs = undefined;
  }

  /** Longer than `factor` times the longest usual pause. */
  isSilent(atMs: UnixMs, factor: number): boolean {
    if (this.#lastAtMs === undefined || this.#count < TRADES_LEARNED) return false;
    const silentMs = atMs - this.#lastAtMs;
    return silentMs >= SILENCE_MS_MIN && silentMs > factor * this.#gaps.quantileMs(0.999);
  }

  save(): TradePaceState {
    return { lastAtMs: this.#lastAtMs ?? null, count: this.#count, gaps: this.#gaps.save() };
  }
  load(state: TradePaceState): void {
    this.#lastAtMs = state.lastAtMs ?? undefined;
    this.#count = state.count;
    this.#gaps.load(state.gaps);
  }
}
