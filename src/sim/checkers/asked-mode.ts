import type { DeskEvent, OperatorWord } from '../../domain/event.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { Mode } from '../../domain/mode.ts';

type ModeRow = Extract<JournalRow, { type: 'mode' }>;

export const MODE_OF: Readonly<Record<OperatorWord, Mode>> = {
  pause: 'OBSERVING',
  resume: 'ACTIVE',
  reduce: 'REDUCING',
  halt: 'HALTED',
  flatten: 'HALTED',
};

/** As it stands in the journal when a person has taken the halt file away while the daemon was down. */
export const RELEASED = 'data/HALT was removed';

/** A word that a daemon has heard and not yet written down. */
export interface OwedWord {
  readonly word: OperatorWord;
  readonly sinceMs: number;
}

/**
 * What a person wants, from the moment on at which a daemon has heard it, whatever the daemon makes of it.
 * Over a start it is what the journal tells of it: a word that never came to be a row died with its process.
 */
export class AskedMode {
  /** `undefined`: no person has ever spoken. */
  mode: Mode | undefined;
  owed: OwedWord | undefined;
  /** The last row of a mode. */
  #row: ModeRow | undefined;
  /** As a start would find it. */
  #written: Mode | undefined;

  onEvent(event: DeskEvent, atMs: number): void {
    if (event.type === 'started') {
      this.#row = undefined;
      this.#written = undefined;
      for (const row of event.rows) if (row.type === 'mode') this.#note(row);
      this.mode = this.#written;
    }
    if (event.type !== 'operatorSpoke') return;
    const { word } = event;
    this.mode = MODE_OF[word];
    this.owed = this.#says(word) ? undefined : { word, sinceMs: atMs };
  }

  onLifeEnded(): void {
    this.mode = this.#written;
    this.owed = undefined;
  }

  /** The word that this row writes down, if one was owed. */
  onRow(row: ModeRow): OwedWord | undefined {
    this.#note(row);
    if (row.cause === RELEASED) this.mode = row.to;
    const { owed } = this;
    if (owed === undefined || !this.#says(owed.word)) return undefined;
    this.owed = undefined;
    return owed;
  }

  #note(row: ModeRow): void {
    this.#row = row;
    if (row.actor === 'operator' && row.to !== 'RECOVERING') this.#written = row.to;
  }

  /** Whether the last row is this very word of a person. */
  #says(word: OperatorWord): boolean {
    const row = this.#row;
    if (row?.actor !== 'operator' || row.to !== MODE_OF[word]) return false;
    return row.cause.startsWith(`${word} by `);
  }
}
