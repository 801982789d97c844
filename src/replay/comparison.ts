import { createHash, type Hash } from 'node:crypto';
import type { DeskEvent } from '../domain/event.ts';
import { parseOutcome } from '../store/capture-outcome.ts';
import { DifferenceList, type Place } from './difference.ts';

const NOTHING: readonly string[] = Object.freeze([]);
const HASH_DIGITS = 16;

/** What the recorded process did beside what is done now, event by event. */
export class Comparison {
  readonly differences = new DifferenceList();
  /** Counted as decided now; `outcomes`: recorded ones, each of which was compared. */
  readonly counts = { events: 0, outcomes: 0, decisions: 0, rows: 0, orders: 0, cancels: 0 };
  readonly #recordedHash = createHash('sha256');
  readonly #decidedHash = createHash('sha256');
  readonly #isExact: boolean;
  #file = '';
  #event: DeskEvent | undefined;
  #decided: readonly string[] = NOTHING;
  #met = 0;

  /** `isExact`: every character counts. Else what `withoutLimits` leaves. */
  constructor(isExact: boolean) {
    this.#isExact = isExact;
  }

  /** Over all outcomes that were compared, in order. */
  hashes(): { readonly recorded: string; readonly decided: string } {
    const digest = (hash: Hash): string => hash.copy().digest('hex').slice(0, HASH_DIGITS);
    return { recorded: digest(this.#recordedHash), decided: digest(this.#decidedHash) };
  }

  /** The next event, and what it causes now. What it caused then comes by `recorded`. */
  decided(file: string, event: DeskEvent, outcomes: readonly string[]): void {
    this.#file = file;
    this.#event = event;
    this.#decided = outcomes;
    this.#met = 0;
    this.counts.events += 1;
    for (const text of outcomes) this.#count(text);
  }

  recorded(text: string): void {
    const decided = this.#decided[this.#met];
    this.#met += 1;
    this.counts.outcomes += 1;
    this.#recordedHash.update(text).update('\n');
    if (decided !== undefined) this.#decidedHash.update(decided).update('\n');
    this.differences.countReason(text, 'recorded');
    if (decided !== undefined) this.differences.countReason(decided, 'decided');
    if (decided === undefined || !this.#isSame(text, decided)) {
      this.differences.add(this.#place(), text, decided);
    }
  }

  /**
   * Nothing more was recorded of the event. `isWhole`: what it causes now and was not recorded is a
   * difference; else the record is cut off there, and proves nothing.
   */
  close(isWhole: boolean): void {
    const rest = this.#decided.slice(this.#met);
    this.#decided = NOTHING;
    this.#met = 0;
    if (!isWhole) return;
    for (const text of rest) {
      this.#decidedHash.update(text).update('\n');
      this.differences.countReason(text, 'decided');
      this.differences.add(this.#place(), undefined, text);
    }
  }

  /** Something else than an outcome is not the same. */
  differs(recorded: string | undefined, decided: string | undefined): void {
    this.differences.add(this.#place(), recorded, decided);
  }

  #isSame(recorded: string, decided: string): boolean {
    if (recorded === decided) return true;
    return !this.#isExact && withoutLimits(recorded) === withoutLimits(decided);
  }

  #place(): Place {
    const { type = 'nothing', atMs = 0 } = this.#event ?? {};
    return { file: this.#file, eventNumber: this.counts.events, eventType: type, atMs };
  }

  #count(text: string): void {
    const { counts } = this;
    if (text.startsWith('decision')) counts.decisions += 1;
    else if (text.startsWith('row')) counts.rows += 1;
    else if (text.startsWith('place')) counts.orders += 1;
    else if (text.startsWith('cancel')) counts.cancels += 1;
  }
}

/**
 * An outcome without its running number, which one decision more shifts in all that follow, and without
 * its checks, which hold every limit: with another limit a decision is another one when something
 * comes of it.
 */
function withoutLimits(text: string): string {
  const outcome = parseOutcome(text);
  if (outcome === undefined) return text;
  const { seq: _seq, checks: _checks, ...rest } = outcome.value;
  return `${outcome.kind} ${JSON.stringify(rest)}`;
}
