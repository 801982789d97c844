import type { JournalRow } from '../../domain/journal-row.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { OURS } from '../venue.ts';
import { isOwnId } from './own-orders.ts';

const CLEAR_MS_MAX = 5_000;

/**
 * Five seconds after a halt none of our own orders rests at the venue any more, by the venue's own book,
 * if nothing was wrong with the way there meanwhile.
 */
class HaltClears implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  /** `undefined`: not halted, or judged. */
  #haltedAtMs: number | undefined;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('L7', night);
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) {
      if (row.type !== 'mode') continue;
      this.#haltedAtMs = row.to === 'HALTED' ? atMs : undefined;
    }
  }

  /** The clock of five seconds runs only while nothing is wrong. */
  onSecond(atMs: number): void {
    if (this.#haltedAtMs === undefined) return;
    const { daemon, faults, venue } = this.#night;
    if (
      daemon.life === undefined ||
      faults.active.some((fault) => faults.familyOf(fault) !== 'operator')
    ) {
      this.#haltedAtMs = atMs;
      return;
    }
    if (atMs - this.#haltedAtMs < CLEAR_MS_MAX) return;
    this.#haltedAtMs = undefined;
    const left = venue.core
      .openOrders(OURS, undefined)
      .filter(({ clientOrderId }) => isOwnId(clientOrderId));
    this.tally.check(
      left.length === 0,
      () =>
        `${left.length} of our orders rest ${CLEAR_MS_MAX} ms after a halt, allowed are 0: ` +
        left.map(({ clientOrderId, status }) => `${clientOrderId} ${status}`).join(', '),
    );
  }
}

export const haltClears: CheckerKind = {
  id: 'L7',
  claim: 'five seconds after a halt none of our own orders rests at the venue',
  make: (night) => new HaltClears(night),
};
