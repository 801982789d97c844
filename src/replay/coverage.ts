import { createHash } from 'node:crypto';
import { BoundedMap } from '../domain/bounded.ts';
import type { Started } from '../domain/event.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import { encodeRow } from '../journal/row-codec.ts';
import { findOpenEnd, tellCutEnd } from './life-end.ts';
import {
  isInHole,
  isLostWithProcess,
  newLife,
  noteAbsent,
  type RecordedLife,
  tellAbsent,
  tellHoles,
} from './recorded-life.ts';
import type { CoverageReport, MissingPart, OpenEnd } from './replay-report.ts';
import type { Witness } from './witness.ts';

const LIVES_MAX = 100_000;
/** Rows come with orders: far fewer in all nights that a folder can hold. */
const ROWS_MAX = 5_000_000;
const DIGEST_LENGTH = 22;

/**
 * How far. `life`: no life behind the last one. `part`: nothing behind the last event. `unknownPart`: what other
 * files of its life hold, and nobody knows how much of its own the chosen one holds.
 */
export type Asked = 'all' | 'life' | 'part' | 'unknownPart';

/**
 * How much of what was recorded was compared. The capture numbers its own records; that its end is missing
 * only others know: the next start, which was told all rows of the journal, the journal and the decision log.
 */
export class Coverage {
  readonly #lives = new BoundedMap<number, RecordedLife>('replay.lives', LIVES_MAX, 'refuse');
  /** Digests of journal rows, those of the capture and those that were counted as absent. */
  readonly #rows = new BoundedMap<string, true>('replay.rows', ROWS_MAX, 'refuse');
  /** When each start was, by its number. */
  readonly #starts = new BoundedMap<number, number>('replay.starts', LIVES_MAX, 'refuse');
  #life: RecordedLife | undefined;
  #sinceMs = Number.POSITIVE_INFINITY;
  #isTailEmpty = false;

  /** A header of another life than before. */
  lifeBegins(epoch: number): void {
    const isFirst = this.#lives.size === 0;
    this.#life = this.#lives.get(epoch) ?? this.#addLife(epoch);
    this.#life.isInCapture = true;
    this.#life.isFromStart = !isFirst;
  }

  /** The life goes on with an event. */
  heard(atMs: number): void {
    const life = this.#life;
    if (life === undefined) return;
    life.firstAtMs ??= atMs;
    life.lastAtMs = atMs;
    this.#sinceMs = Math.min(this.#sinceMs, atMs);
  }

  /** Its rows are those of all lives before it. */
  started(event: Started): void {
    if (this.#life !== undefined) this.#life.isFromStart = true;
    this.startedBehind(event);
  }

  /** A start behind all that was asked for was told the rows of the lives before it. */
  startedBehind({ rows, epoch, atMs }: Started): void {
    this.#takeRows(rows);
    this.#starts.set(epoch, atMs);
  }

  /** Files behind the last one that holds anything hold nothing. */
  tailIsEmpty(): void {
    this.#isTailEmpty = true;
  }

  outcome(text: string, isCompared: boolean): void {
    const life = this.#life;
    if (life === undefined) return;
    if (isCompared) life.comparedOutcomesCount += 1;
    if (text.startsWith('decision ')) {
      const seq = seqOf(text);
      if (seq !== undefined) life.decisions.add(seq);
      if (isCompared) life.comparedDecisionsCount += 1;
    } else if (text.startsWith('row ')) {
      this.#rows.set(digest(text.slice('row '.length)), true);
      life.rowsCount += 1;
      if (isCompared) life.comparedRowsCount += 1;
    } else if (text.startsWith('stop ')) life.hasStop = true;
  }

  assess(witness: Witness | undefined, asked: Asked): CoverageReport {
    this.#takeRows(witness?.rows ?? []);
    const loggedSince = this.#askLog(witness);
    const end = this.#life;
    const lives = [...this.#lives.values()]
      .filter((life) => life.firstAtMs !== undefined || !isBehind(life, end, asked))
      .sort((a, b) => a.epoch - b.epoch);
    const last = lives.at(-1);
    const missing: MissingPart[] = [];
    const lost: MissingPart[] = [];
    const openEnds: OpenEnd[] = [];
    for (const life of lives) {
      const holes = tellHoles(life);
      if (holes !== undefined) missing.push(holes);
      if (isBehind(life, end, asked)) continue;
      const isRunning = life === last && isHeld(witness);
      const { absent } = life;
      if (absent !== undefined) {
        const parts = isLostWithProcess(life, absent) ? lost : missing;
        parts.push(tellAbsent(life, absent, isRunning));
      }
      const cut = tellCutEnd(life);
      if (cut !== undefined && absent === undefined) missing.push(cut);
      const nextStartAtMs = this.#findNextStart(life);
      // Of a life that decided nothing the log has nothing to show, but that it reaches back so far.
      const isLogged = life.isLogged || (life.decisions.size === 0 && life.epoch >= loggedSince);
      const open = findOpenEnd(life, { nextStartAtMs, isLogged, isRunning });
      if (open !== undefined) openEnds.push(open);
    }
    const isRestTold = loggedSince < Number.POSITIVE_INFINITY || (witness?.rows.length ?? 0) > 0;
    const isTailOpen = this.#isTailEmpty && !isRestTold;
    // Whoever is told that its end is open knows that there may be more behind it.
    if (last !== undefined && last.epoch !== openEnds.at(-1)?.epoch) {
      const why = isTailOpen ? EMPTY_TAIL : findUnknownRest(last, asked, witness);
      if (why !== undefined) openEnds.push({ epoch: last.epoch, why, lastAtMs: last.lastAtMs });
    }
    const sum = (of: (life: RecordedLife) => number): number =>
      lives.reduce((total, life) => total + of(life), 0);
    const absentOf = (of: 'decisionsCount' | 'rowsCount'): number =>
      [...missing, ...lost].reduce((total, part) => total + part[of], 0);
    const comparedDecisions = sum((life) => life.comparedDecisionsCount);
    const comparedRows = sum((life) => life.comparedRowsCount);
    return {
      lives: {
        compared: lives.filter((life) => life.comparedOutcomesCount > 0).length,
        recorded: lives.length,
      },
      decisions: {
        compared: comparedDecisions,
        recorded: sum((life) => life.decisions.size) + absentOf('decisionsCount'),
      },
      rows: {
        compared: comparedRows,
        recorded: sum((life) => life.rowsCount) + absentOf('rowsCount'),
      },
      missing,
      lost,
      openEnds,
      isEndKnown: openEnds.length === 0,
    };
  }

  /**
   * Counts what the decision log holds and the capture does not. Returns the number of the first start whose
   * decisions would all be in it, for it forgets the oldest first; infinity when it is none of this capture.
   */
  #askLog(witness: Witness | undefined): number {
    let since = Number.POSITIVE_INFINITY;
    let isOurs = false;
    for (const { epoch, seq, atMs } of witness?.decisionsSince(this.#sinceMs) ?? []) {
      since = Math.min(since, epoch);
      const life = this.#lives.get(epoch) ?? this.#addLater(epoch);
      if (life === undefined) continue;
      if (life.decisions.has(seq)) {
        isOurs = true;
        life.isLogged = true;
      } else if (this.#isAsked(life, atMs) && !isInHole(life, seq))
        noteAbsent(life, 'decisionsCount', atMs);
    }
    return isOurs ? since : Number.POSITIVE_INFINITY;
  }

  #findNextStart(life: RecordedLife): number | undefined {
    const later = [...this.#starts.keys()].filter((epoch) => epoch > life.epoch);
    return later.length === 0 ? undefined : this.#starts.get(Math.min(...later));
  }

  #addLife(epoch: number): RecordedLife {
    const life = newLife(epoch);
    this.#lives.set(epoch, life);
    return life;
  }

  /** A life of which the capture holds nothing; `undefined` when it was before all that is asked for. */
  #addLater(epoch: number): RecordedLife | undefined {
    const [first] = this.#lives.keys();
    return first !== undefined && epoch > first ? this.#addLife(epoch) : undefined;
  }

  #takeRows(rows: readonly JournalRow[]): void {
    let life: RecordedLife | undefined;
    for (const row of rows) {
      if (row.type === 'started') {
        this.#starts.set(row.epoch, row.atMs);
        life = this.#lives.get(row.epoch) ?? this.#addLater(row.epoch);
        if (life !== undefined) life.lastAtMs ??= row.atMs;
      } else if (life === undefined) {
        // Of a life before the first of the capture.
      } else if (row.type === 'stopped') life.stopToldAtMs = row.atMs;
      else if (this.#isAsked(life, row.atMs)) this.#takeRow(life, row);
    }
  }

  #takeRow(life: RecordedLife, row: JournalRow): void {
    const key = digest(encodeRow(row));
    if (this.#rows.has(key)) return;
    this.#rows.set(key, true);
    noteAbsent(life, 'rowsCount', row.atMs);
  }

  /** The first life may begin in its middle: somebody asked for it, or the ring has removed the begin. */
  #isAsked(life: RecordedLife, atMs: number): boolean {
    return life.isFromStart || life.firstAtMs === undefined || atMs >= life.firstAtMs;
  }
}

function isHeld(witness: Witness | undefined): boolean {
  return witness?.isRunning === true;
}

/** What it lacks was not asked for. */
function isBehind({ epoch }: RecordedLife, end: RecordedLife | undefined, asked: Asked): boolean {
  if (asked === 'all' || end === undefined) return false;
  return asked === 'life' ? epoch > end.epoch : epoch >= end.epoch;
}

const EMPTY_TAIL = 'behind it there is a file that holds nothing';

/** Why more may have been recorded, behind the last life that anybody knows of or in it; `undefined` when not. */
function findUnknownRest(
  { hasStop }: RecordedLife,
  asked: Asked,
  witness: Witness | undefined,
): string | undefined {
  if (asked === 'unknownPart' && !hasStop)
    return 'nobody knows how much of it the file held, and how much the others hold';
  if (asked !== 'all') return undefined;
  if (hasStop && isHeld(witness))
    return 'a later daemon runs, and no file of the capture is of that life';
  if ((witness?.notes.length ?? 0) === 0) return undefined;
  return 'what lies beside the capture could not be asked for more';
}

/** The number of a decision as its record spells it; `undefined` when that is damaged. */
function seqOf(text: string): number | undefined {
  const seq = /^decision \{"atMs":[\d.]+,"seq":(\d+),/.exec(text)?.[1];
  return seq === undefined ? undefined : Number(seq);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64').slice(0, DIGEST_LENGTH);
}
