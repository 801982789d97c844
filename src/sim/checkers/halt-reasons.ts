import type { DeskEvent, OperatorWord } from '../../domain/event.ts';
import { EXIT } from '../../domain/exit-code.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { Mode } from '../../domain/mode.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import type { LifeEnd } from '../listener.ts';
import type { SimNight } from '../night.ts';
import { OURS } from '../venue.ts';
import { MODE_OF } from './asked-mode.ts';
import { isOwnId } from './own-orders.ts';

type ModeRow = Extract<JournalRow, { type: 'mode' }>;

/** Below this nothing more may be written, by the design. */
const DISK_BYTES_MIN = 100_000_000;
const OWN_ID = /\bov[0-9a-z]{19}\b/;
const TWIN = /\bepoch (\d+)$/;
/** Epoch inside an id of ours, in base 36. */
const EPOCH_AT = [7, 11] as const;

/**
 * What a halt may be entered for: a person's word, a disk that is full or took no row, and an order at
 * the exchange that contradicts the journal. A halt lasts until somebody is awake; one for anything
 * that passes by itself, as a limit of the venue does, costs the night. Proof is what the exchange,
 * the machine and the person did; the cause that the daemon names only says which of it to look for.
 */
export class HaltReasons {
  readonly #night: SimNight;
  /** The last word of a person that a daemon has heard, over all starts. */
  #word: OperatorWord | undefined;
  #diskFreeBytes = Number.POSITIVE_INFINITY;
  #epoch = 0;
  /** Some start has halted, or had to end as one that must be halted, and no person has spoken since. */
  #isLatched = false;
  /** Orders that claim to be ours, by id, with the numbers that the exchange gave them. */
  readonly #atVenue = new Map<string, Set<number>>();
  /** As the journal that the daemon has now tells it. */
  #intended = new Set<string>();
  readonly #neverTaken = new Set<string>();

  constructor(night: SimNight) {
    this.#night = night;
  }

  /** What a person has asked for, `undefined` before the first word. */
  get askedMode(): Mode | undefined {
    return this.#word === undefined ? undefined : MODE_OF[this.#word];
  }

  onHappening(happening: MarketHappening): void {
    if (happening.type !== 'orderUpdated') return;
    const { accountKey, clientOrderId, orderId } = happening.order;
    if (accountKey !== OURS || !isOwnId(clientOrderId)) return;
    const known = this.#atVenue.get(clientOrderId) ?? new Set<number>();
    this.#atVenue.set(clientOrderId, known.add(orderId));
  }

  /** What is wrong with the halt in which a start finds itself; `undefined`: nothing, or it is none. */
  onEvent(event: DeskEvent): string | undefined {
    switch (event.type) {
      case 'operatorSpoke':
        this.#word = event.word;
        this.#isLatched ||= MODE_OF[event.word] === 'HALTED';
        return undefined;
      case 'healthSampled':
        this.#diskFreeBytes = event.diskFreeBytes ?? Number.POSITIVE_INFINITY;
        return undefined;
      case 'started':
        this.#epoch = event.epoch;
        this.#intended = new Set();
        for (const row of event.rows) this.#note(row);
        return event.haltLatched && !this.#isLatched
          ? 'a start found the halt file, nobody had asked for a halt and no disk had failed'
          : undefined;
      default:
        return undefined;
    }
  }

  onLifeEnded({ exitCode }: LifeEnd): void {
    if (exitCode !== EXIT.journal) return;
    const { faults } = this.#night;
    const isDisk = faults.recentNames().some((name) => faults.familyOf({ name }) === 'disk');
    this.#isLatched ||= isDisk;
  }

  /** What is wrong with each halt that these rows enter; `undefined` for one that is deserved. */
  onDurable(rows: readonly JournalRow[]): readonly (string | undefined)[] {
    const found: (string | undefined)[] = [];
    for (const row of rows) {
      this.#note(row);
      if (row.type !== 'mode') continue;
      this.#isLatched = row.to === 'HALTED' || (this.#isLatched && row.actor !== 'operator');
      if (row.to !== 'HALTED') continue;
      const isDeserved = this.#isDeserved(row);
      found.push(
        isDeserved
          ? undefined
          : `halted by the ${row.actor} (${row.cause}): nothing that happened deserves it`,
      );
    }
    return found;
  }

  #note(row: JournalRow): void {
    if (row.type === 'intent') this.#intended.add(row.intent.clientOrderId);
    if (row.type === 'absent' || row.type === 'voided' || row.type === 'rejected') {
      this.#neverTaken.add(row.clientOrderId);
    }
  }

  #isDeserved({ actor, cause }: ModeRow): boolean {
    if (actor === 'operator') return this.askedMode === 'HALTED';
    const twin = TWIN.exec(cause)?.[1];
    if (twin !== undefined) return this.#hasTwin(Number(twin));
    const id = OWN_ID.exec(cause)?.[0];
    if (id === undefined) return this.#diskFreeBytes < DISK_BYTES_MIN;
    const { size } = this.#atVenue.get(id) ?? { size: 0 };
    return size > 1 || (size > 0 && (!this.#intended.has(id) || this.#neverTaken.has(id)));
  }

  #hasTwin(epoch: number): boolean {
    if (epoch <= this.#epoch) return false;
    return [...this.#atVenue.keys()].some(
      (id) => Number.parseInt(id.slice(...EPOCH_AT), 36) === epoch,
    );
  }
}
