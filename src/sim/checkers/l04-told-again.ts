import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent } from '../../domain/event.ts';
import { FAULT_RAISED_MS, type FaultId } from '../../domain/fault.ts';
import { DISK_REDUCING_BYTES } from '../../pipeline/setup.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { VenueReach } from './venue-reach.ts';

/** The machine is looked at each second, and what the venue trades each minute. */
const NOTICED_MS_MAX = 90_000;
/** That a key is refused shows with the next signed question: there is one at least every five minutes. */
const REFUSED_MS_MAX = 310_000;

/** While one of these lasts, the list of what the venue trades may not come through, or say nothing. */
const HIDES_LISTINGS: ReadonlySet<string> = new Set([
  'network.down',
  'network.deaf',
  'network.lossy',
  'network.slow',
  'rest.down',
  'network.captive_portal',
  'network.address_changed',
  'venue.rate_limited',
  'venue.banned',
  'firewall.refused',
  'venue.overloaded',
  'weight.mistold',
  'venue.maintenance',
  'questions.fail',
  'symbol.status_unknown',
]);

/** Something wrong that anybody can see from outside for as long as it lasts. */
interface Condition {
  readonly fault: FaultId;
  /** After so long it must have been seen. */
  readonly noticedMsMax: number;
  /** Only the venue can tell: what could not be heard need not be noticed, but once noticed it is told again. */
  readonly isTheVenues?: true;
  readonly holds: (night: SimNight) => boolean;
}

const CONDITIONS: readonly Condition[] = [
  {
    fault: 'disk.low',
    noticedMsMax: NOTICED_MS_MAX,
    holds: ({ machine }) => machine.diskFreeBytes < DISK_REDUCING_BYTES,
  },
  {
    fault: 'venue.auth_lost',
    noticedMsMax: REFUSED_MS_MAX,
    holds: ({ venue }) => !venue.keyRefusals.isEmpty,
  },
  {
    fault: 'symbol.halted',
    noticedMsMax: NOTICED_MS_MAX,
    isTheVenues: true,
    holds: ({ venue }) => venue.core.symbols().some(({ status }) => status !== 'TRADING'),
  },
];

/**
 * What lasts is told again before it counts as over: a fault stands raised for five minutes after it was
 * told. Alarms, which a person gets again every four hours, join when there are any. Orders without a
 * proof are L1's.
 */
class ToldAgain implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  #lifeBeganAtMs: number;
  readonly #toldAtMs = new Map<FaultId, number>();
  /** True time since which a condition holds. */
  readonly #sinceMs = new Map<FaultId, number>();
  readonly #untold = new Set<FaultId>();
  readonly #reach: VenueReach;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('L4', night);
    this.#lifeBeganAtMs = night.startMs;
    this.#reach = new VenueReach(night, ({ name }) => HIDES_LISTINGS.has(name));
  }

  onLifeBegan(_life: number, atMs: number): void {
    this.#lifeBeganAtMs = atMs;
    this.#toldAtMs.clear();
    this.#untold.clear();
    this.#reach.onLifeBegan(atMs);
  }

  onEvent(event: DeskEvent, atMs: number): void {
    this.#reach.onEvent(event, atMs);
  }

  onEffect(effect: Effect, atMs: number): void {
    if (effect.type !== 'raiseFault') return;
    this.#toldAtMs.set(effect.fault, atMs);
    this.#untold.delete(effect.fault);
  }

  onSecond(atMs: number): void {
    this.#reach.onSecond(atMs);
    const { life } = this.#night.daemon;
    for (const condition of CONDITIONS) {
      const { fault } = condition;
      if (!condition.holds(this.#night)) {
        this.#sinceMs.delete(fault);
        this.#untold.delete(fault);
        continue;
      }
      const sinceMs = this.#sinceMs.get(fault) ?? atMs;
      this.#sinceMs.set(fault, sinceMs);
      const seenMs = atMs - this.#visibleSinceMs(condition, sinceMs);
      if (life === undefined || seenMs < condition.noticedMsMax || this.#untold.has(fault))
        continue;
      this.#checkTold(fault, seenMs, atMs);
    }
  }

  #visibleSinceMs({ fault, isTheVenues }: Condition, sinceMs: number): number {
    const lastsSinceMs = Math.max(sinceMs, this.#lifeBeganAtMs);
    // What this life has told of it, it has heard: no network excuses that it is not told again.
    const isHeard = (this.#toldAtMs.get(fault) ?? Number.NEGATIVE_INFINITY) >= lastsSinceMs;
    return isTheVenues && !isHeard ? Math.max(lastsSinceMs, this.#reach.sinceMs) : lastsSinceMs;
  }

  #checkTold(fault: FaultId, seenMs: number, atMs: number): void {
    const toldAtMs = this.#toldAtMs.get(fault) ?? Number.NEGATIVE_INFINITY;
    const isRaised = atMs - toldAtMs <= FAULT_RAISED_MS;
    if (!isRaised) this.#untold.add(fault);
    this.tally.check(
      isRaised,
      () =>
        `${fault} lasts for ${Math.round(seenMs)} ms of this life and was told ` +
        `${Math.round(atMs - toldAtMs)} ms ago, it counts as raised for ${FAULT_RAISED_MS} ms`,
    );
  }
}

export const toldAgain: CheckerKind = {
  id: 'L4',
  claim: 'what lasts is told again before it counts as over',
  make: (night) => new ToldAgain(night),
};
