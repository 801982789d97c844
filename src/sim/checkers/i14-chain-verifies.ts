import { createHash, type Hash } from 'node:crypto';
import type { DeskEvent } from '../../domain/event.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import { CHAIN_START, chainHash } from '../../journal/hash-chain.ts';
import { encodeRow } from '../../journal/row-codec.ts';
import { type ChainedRow, hashedTextOf } from '../../store/journal-table.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import { readJournalFile } from '../journal-file.ts';
import type { SimNight } from '../night.ts';

/**
 * The journal file as the night leaves it: each row follows the row before by number and hash, from the
 * first one on, and the rows are exactly those that the night was told would survive, in that order.
 * Starts and stops are the store's own rows, which nobody is told of: they are not compared.
 */
class ChainVerifies implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  readonly #told: Hash = createHash('sha256');
  #toldCount = 0;
  /** Rows of an earlier night in the same file; `undefined`: no daemon has started yet. */
  #olderCount: number | undefined;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('I14', night);
  }

  onEvent(event: DeskEvent): void {
    if (event.type !== 'started') return;
    const foundCount = event.rows.filter(isTold).length;
    this.#olderCount ??= foundCount - this.#toldCount;
    const expectedCount = this.#olderCount + this.#toldCount;
    this.tally.check(
      foundCount === expectedCount,
      () => `a start found ${foundCount} rows, ${expectedCount} had been told to survive`,
    );
  }

  onDurable(rows: readonly JournalRow[]): void {
    for (const row of rows) {
      if (!isTold(row)) continue;
      this.#toldCount += 1;
      this.#told.update(encodeRow(row)).update('\n');
    }
  }

  finish(): void {
    const rows = readJournalFile(this.#night.daemon.journalPath);
    let last: ChainedRow | undefined;
    for (const row of rows) {
      this.#checkLink(row, last);
      last = row;
    }
    this.#checkContent(rows.filter(isTold).slice(this.#olderCount ?? 0));
  }

  #checkLink(row: ChainedRow, last: ChainedRow | undefined): void {
    const previousHash = last?.hash ?? CHAIN_START;
    const hash = chainHash(previousHash, hashedTextOf(row));
    const isNext = row.id === (last?.id ?? 0) + 1;
    this.tally.check(
      isNext && row.prevHash === previousHash && row.hash === hash,
      () =>
        `row ${row.id} after row ${last?.id ?? 0}: it names ${row.prevHash} before it and hashes ` +
        `to ${hash}; expected ${previousHash} and ${row.hash}`,
    );
  }

  #checkContent(rows: readonly ChainedRow[]): void {
    const found = createHash('sha256');
    for (const { body } of rows) found.update(body).update('\n');
    const [foundHash, toldHash] = [found.digest('hex'), this.#told.digest('hex')];
    this.tally.check(
      foundHash === toldHash,
      () =>
        `the file holds ${rows.length} rows (${foundHash}), ` +
        `${this.#toldCount} had been told to survive (${toldHash})`,
    );
  }
}

function isTold({ type }: { readonly type: string }): boolean {
  return type !== 'started' && type !== 'stopped';
}

export const chainVerifies: CheckerKind = {
  id: 'I14',
  claim:
    'the hash chain of the journal holds from its first row, and no row told to survive is lost',
  make: (night) => new ChainVerifies(night),
};
