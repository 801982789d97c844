import { formatPrice, type Instrument } from '../domain/instrument.ts';
import type { Reason } from '../domain/reason.ts';
import { type Price, price, type UnixMs } from '../domain/units.ts';
import type { ExitSettings } from './limits.ts';
import { averageTicks, ticksBelow, tickWorth } from './price-scale.ts';

/** Never reached by a price: no such exit. */
const NEVER_BELOW = 0;
const NEVER_ABOVE = Number.MAX_SAFE_INTEGER;

/** What is compared, as it was set when the position last changed. */
export interface ExitRulesState {
  readonly instrument: Instrument;
  readonly openedAtMs?: UnixMs | undefined;
  readonly stopTicks: number;
  readonly targetTicks: number;
  readonly trailingTicks: number;
  readonly bestTicks: number;
}

/**
 * When one long position is left, as whole ticks that are only compared on each price. The best bid
 * counts: it is what we could sell at. The best price since the entry is not in the journal: after a
 * restart trailing begins anew, and the stop holds meanwhile.
 */
export class ExitRules {
  readonly #settings: ExitSettings;
  #instrument: Instrument;
  #openedAtMs: UnixMs | undefined;
  #stopTicks = NEVER_BELOW;
  #targetTicks = NEVER_ABOVE;
  #trailingTicks = NEVER_BELOW;
  #bestTicks = 0;

  constructor(settings: ExitSettings, instrument: Instrument) {
    this.#settings = settings;
    this.#instrument = instrument;
  }

  /** Sets the distances for a position of `base` coins that cost `cost`, both positive. */
  aim(
    instrument: Instrument,
    position: { readonly base: bigint; readonly cost: bigint; readonly openedAtMs: UnixMs },
  ): void {
    const settings = this.#settings;
    const worth = tickWorth(instrument);
    if (
      position.openedAtMs !== this.#openedAtMs ||
      instrument.version !== this.#instrument.version
    ) {
      this.#bestTicks = 0;
      this.#trailingTicks = NEVER_BELOW;
    }
    this.#instrument = instrument;
    this.#openedAtMs = position.openedAtMs;
    this.#stopTicks = averageTicks(worth, position, -settings.stopBps, 'down');
    this.#targetTicks = settings.targetEnabled
      ? averageTicks(worth, position, settings.targetBps, 'up')
      : NEVER_ABOVE;
  }

  /** The position is closed; the next one will count in these steps. */
  rest(instrument: Instrument): void {
    this.#instrument = instrument;
    this.#openedAtMs = undefined;
    this.#stopTicks = NEVER_BELOW;
    this.#targetTicks = NEVER_ABOVE;
    this.#trailingTicks = NEVER_BELOW;
    this.#bestTicks = 0;
  }

  /** Why the position must be left at this best bid, now; `undefined`: it stays. */
  findReason(bidTicks: number, nowMs: number): Reason | undefined {
    if (this.#openedAtMs === undefined) return undefined;
    if (bidTicks > this.#bestTicks) {
      this.#bestTicks = bidTicks;
      if (this.#settings.trailingEnabled) {
        this.#trailingTicks = ticksBelow(bidTicks, this.#settings.trailingBps);
      }
    }
    if (bidTicks <= this.#stopTicks) {
      return { code: 'STOP_EXIT', bid: this.#text(bidTicks), stop: this.#text(this.#stopTicks) };
    }
    if (bidTicks <= this.#trailingTicks) {
      return {
        code: 'TRAILING_EXIT',
        bid: this.#text(bidTicks),
        trailing: this.#text(this.#trailingTicks),
        best: this.#text(this.#bestTicks),
      };
    }
    if (bidTicks >= this.#targetTicks) {
      return {
        code: 'TARGET_EXIT',
        bid: this.#text(bidTicks),
        target: this.#text(this.#targetTicks),
      };
    }
    return this.findTimeReason(nowMs);
  }

  /** As `findReason`, by the clock alone. */
  findTimeReason(nowMs: number): Reason | undefined {
    if (this.#openedAtMs === undefined || !this.#settings.holdingEnabled) return undefined;
    const heldMs = nowMs - this.#openedAtMs;
    if (heldMs < this.#settings.holdingMsMax) return undefined;
    return { code: 'TIME_EXIT', heldMs, limitMs: this.#settings.holdingMsMax };
  }

  get stopPrice(): Price | undefined {
    return this.#stopTicks > NEVER_BELOW ? price(this.#stopTicks) : undefined;
  }
  get targetPrice(): Price | undefined {
    return this.#targetTicks < NEVER_ABOVE ? price(this.#targetTicks) : undefined;
  }
  get trailingPrice(): Price | undefined {
    return this.#trailingTicks > NEVER_BELOW ? price(this.#trailingTicks) : undefined;
  }

  save(): ExitRulesState {
    return {
      instrument: this.#instrument,
      openedAtMs: this.#openedAtMs,
      stopTicks: this.#stopTicks,
      targetTicks: this.#targetTicks,
      trailingTicks: this.#trailingTicks,
      bestTicks: this.#bestTicks,
    };
  }

  load(state: ExitRulesState): void {
    this.#instrument = state.instrument;
    this.#openedAtMs = state.openedAtMs;
    this.#stopTicks = state.stopTicks;
    this.#targetTicks = state.targetTicks;
    this.#trailingTicks = state.trailingTicks;
    this.#bestTicks = state.bestTicks;
  }

  #text(ticks: number): string {
    return formatPrice(this.#instrument, price(ticks));
  }
}
