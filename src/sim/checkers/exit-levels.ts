import type { ReasonCode } from '../../domain/reason.ts';
import type { SimNight } from '../night.ts';
import type { TruePosition } from './true-positions.ts';

const BPS_WHOLE = 10_000;

type ExitSettings = SimNight['setup']['portfolio']['exits']['standard'];

/** Why a position must be left. A part of the reasons there are. */
export type ExitCode = Extract<ReasonCode, `${string}_EXIT`>;

/**
 * Where the rules of the settings end one position, worked out anew from what it cost. Prices in 10^-8.
 * A tick is left to rounding on each side: nearer than that nobody is called late.
 */
export class ExitLevels {
  readonly #settings: ExitSettings;
  readonly #tick: number;
  readonly #openedAtMs: number;
  readonly #stopAt: number;
  readonly #targetAt: number;
  /** The best bid that the daemon has surely been told of since the position was opened. */
  #best: number;

  /** `position`: an open one. `before`: the levels of the same position before its last execution. */
  constructor(
    settings: ExitSettings,
    { held, cost, openedAtMs }: TruePosition,
    tick: number,
    before: ExitLevels | undefined,
  ) {
    this.#settings = settings;
    this.#tick = tick;
    this.#openedAtMs = openedAtMs ?? 0;
    const average = (Number(cost) / Number(held)) * 10 ** 8;
    this.#stopAt = average * (1 - settings.stopBps / BPS_WHOLE) - tick;
    this.#targetAt = average * (1 + settings.targetBps / BPS_WHOLE) + tick;
    const isSame = before !== undefined && before.#openedAtMs === openedAtMs;
    this.#best = isSame ? before.#best : 0;
  }

  /** The daemon may have forgotten what it saw: trailing begins anew. */
  forget(): void {
    this.#best = 0;
  }

  /** The daemon hears this bid, and has heard of the position. */
  heard(bid: number): void {
    if (bid > this.#best) this.#best = bid;
  }

  /** `undefined`: at this best bid, now, the position may stay. */
  find(bid: number, atMs: number): ExitCode | undefined {
    const { targetEnabled, trailingBps, trailingEnabled } = this.#settings;
    if (bid <= this.#stopAt) return 'STOP_EXIT';
    if (targetEnabled && bid >= this.#targetAt) return 'TARGET_EXIT';
    const trailingAt = this.#best * (1 - trailingBps / BPS_WHOLE) - this.#tick;
    if (trailingEnabled && bid <= trailingAt) return 'TRAILING_EXIT';
    const { holdingEnabled, holdingMsMax } = this.#settings;
    return holdingEnabled && atMs - this.#openedAtMs >= holdingMsMax ? 'TIME_EXIT' : undefined;
  }
}
