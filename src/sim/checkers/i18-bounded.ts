import { existsSync, statSync } from 'node:fs';
import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent } from '../../domain/event.ts';
import { saveDesk } from '../../pipeline/checkpoint.ts';
import { encodeCheckpoint } from '../../pipeline/checkpoint-text.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { DeskGrowth } from './desk-growth.ts';

const MINUTE_MS = 60_000;
const WAL_BYTES_MAX = 64_000_000;
/** All that a desk knows, written down: 300 kB on a usual evening, most of it books and order histories. */
const DESK_CHARS_MAX = 4_000_000;
const DESK_EVERY_MINUTES = 30;
/** Answers that somebody waits for at once: a few questions a second, none for longer than 20 s. */
const WAITING_MAX = 200;

/**
 * Nothing in the daemon grows without end. Looked at each minute: every bounded collection that the desk
 * shows, effects that nobody has taken, answers still waited for, and the journal's write-ahead log; now
 * and then all that the desk knows, collection by collection, whether it lists them or not. Heap and memory
 * belong to the process that runs many nights.
 */
class Bounded implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  #nextAtMs: number;
  #minutesCount = 0;
  #waitingCount = 0;
  /** Of all starts: what is known of an order is read again from the journal. */
  #ordersCount = 0;
  readonly #growth = new DeskGrowth();

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('I18', night);
    this.#nextAtMs = night.startMs + MINUTE_MS;
  }

  onLifeBegan(): void {
    this.#waitingCount = 0;
    this.#growth.forget();
  }

  onEffect(effect: Effect): void {
    const { type } = effect;
    if (type === 'placeOrder') this.#ordersCount += 1;
    if (type === 'askVenue' || type === 'placeOrder' || type === 'cancelOrder') {
      this.#waitingCount += 1;
    }
  }

  onEvent(event: DeskEvent): void {
    if ('answer' in event) this.#waitingCount -= 1;
  }

  onSecond(atMs: number): void {
    if (atMs < this.#nextAtMs) return;
    this.#nextAtMs = atMs + MINUTE_MS;
    this.#minutesCount += 1;
    this.#lookAtDesk();
    this.#lookAtJournal();
    this.#compare('answers waited for', this.#waitingCount, WAITING_MAX);
  }

  #lookAtDesk(): void {
    const { life } = this.#night.daemon;
    if (life === undefined) return;
    for (const { name, size, limit } of life.desk.collections()) this.#compare(name, size, limit);
    this.#compare('effects that nobody took', life.desk.out.length, 0);
    if (this.#minutesCount % DESK_EVERY_MINUTES !== 0 || life.desk.phase !== 'running') return;
    const saved = saveDesk(life.desk);
    this.#compare(
      'characters of all that the desk knows',
      encodeCheckpoint(saved).length,
      DESK_CHARS_MAX,
    );
    const grown = this.#growth.look(saved, this.#ordersCount);
    this.tally.check(grown.length === 0, () => grown.join('; '));
  }

  #lookAtJournal(): void {
    const path = `${this.#night.daemon.journalPath}-wal`;
    const bytes = existsSync(path) ? statSync(path).size : 0;
    this.#compare('bytes of the write-ahead log', bytes, WAL_BYTES_MAX);
  }

  #compare(what: string, size: number, limit: number): void {
    this.tally.check(size <= limit, () => `${what}: ${size}, limit ${limit}`);
  }
}

export const bounded: CheckerKind = {
  id: 'I18',
  claim:
    'nothing in the daemon grows beyond its limit, the write-ahead log of its journal included',
  make: (night) => new Bounded(night),
};
