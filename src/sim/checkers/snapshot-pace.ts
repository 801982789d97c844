import type { Effect } from '../../domain/effect.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';

const WINDOW_MS = 60_000;
/** Waits are doubled from half a second to half a minute, and begin anew with each subscription: 17 were seen, 23 without waits. */
const QUESTIONS_MAX = 20;

/**
 * A book that never holds, or a venue that cannot answer, is asked ever more rarely: each whole book costs
 * request weight that orders need. Short questions, whether anything has changed, are not counted.
 */
class SnapshotPace implements Checker {
  readonly tally: Tally;
  readonly #wholeLevels: number;
  /** True times of the last minute, of the start that runs, by symbol. */
  readonly #askedAtMs = new Map<string, number[]>();

  constructor(night: SimNight) {
    this.tally = new Tally('snapshots.paced', night);
    this.#wholeLevels = night.setup.feed.snapshotLevels;
  }

  onLifeBegan(): void {
    this.#askedAtMs.clear();
  }

  onEffect(effect: Effect, atMs: number): void {
    if (effect.type !== 'askVenue' || effect.question.type !== 'depth') return;
    const { instrument, limit } = effect.question;
    if (limit < this.#wholeLevels) return;
    const before = this.#askedAtMs.get(instrument.symbol) ?? [];
    const asked = [...before.filter((at) => atMs - at < WINDOW_MS), atMs];
    this.#askedAtMs.set(instrument.symbol, asked);
    this.tally.check(
      asked.length <= QUESTIONS_MAX,
      () =>
        `the book of ${instrument.symbol} was asked for ${asked.length} times within a minute, ` +
        `allowed are ${QUESTIONS_MAX}`,
    );
  }
}

export const snapshotsPaced: CheckerKind = {
  id: 'snapshots.paced',
  claim: 'no book is asked for more than 20 times a minute, however often it falls apart',
  make: (night) => new SnapshotPace(night),
};
