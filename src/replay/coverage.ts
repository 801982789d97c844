import { createHash } from 'node:crypto';
import { BoundedMap } from '../domain/bounded.ts';
import type { Started } from '../domain/event.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import { encodeRow } from '../journal/row-codec.ts';
import { NumberRanges } from './number-ranges.ts';
import type { CoverageReport, MissingPart } from './replay-report.ts';
import type { Witness } from './witness.ts';

/** What a killed process had heard and not yet put down is a second, and what the disk needs for it. */
const LOST_MS_MAX = 2_000;
const LIVES_MAX = 100_000;
/** Rows come with orders: far fewer in all nights that a folder can hold. */
const ROWS_MAX = 5_000_000;
const DIGEST_LENGTH = 22;

/**
 * How far. `life`: no life behind the last one. `part`: nothing behind the last event. `unknownPart`: what other
 * files of its life hold, and nobody knows how much of its own the chosen one holds.
 */
export type Asked = 'all' | 'life' | 'part' | 'unknownPart';

/** Records of one life that some other place holds and the capture does not. */
interface Absent {
  decisionsCount: number;
  rowsCount: number;
  fromMs: number;
  toMs: number;
}

interface Life {
  readonly epoch: number;
  /** Its numbers count from its start: it is whole, or its begin must be told to be missing. */
  isFromStart: boolean;
  isInCapture: boolean;
  /** Of the first and the last event that the capture holds; of the start, when it holds none. */
  firstAtMs: number | undefined;
  lastAtMs: number | undefined;
  /** It said that it stops, or another record says so. */
  hasStopped: boolean;
  comparedOutcomesCount: number;
  comparedDecisionsCount: number;
  comparedRowsCount: number;
  rowsCount: number;
  /** Of the decisions that the capture holds, compared or not. */
  readonly decisions: NumberRanges;
  absent: Absent | undefined;
}

/**
 * How much of what was recorded was compared. The capture numbers its own records; that its end is missing
 * only others know: the next start, which was told all rows of the journal, the journal and the decision log.
 */
export class Coverage {
  readonly #lives = new BoundedMap<number, Life>('replay.lives', LIVES_MAX, 'refuse');
  /** Digests of journal rows, those of the capture and those that were counted as absent. */
  readonly #rows = new BoundedMap<string, true>('replay.rows', ROWS_MAX, 'refuse');
  #life: Life | undefined;
  #sinceMs = Number.POSITIVE_INFINITY;
  #isEndTold = false;

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
  started({ rows }: Started): void {
    if (this.#life !== undefined) this.#life.isFromStart = true;
    this.#takeRows(rows);
  }

  /** A start behind all that was asked for was told the rows of the lives before it. */
  startedBehind({ rows }: Started): void {
    this.#takeRows(rows);
    this.#isEndTold = true;
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
    } else if (text.startsWith('stop ')) life.hasStopped = true;
  }

  assess(witness: Witness | undefined, asked: Asked): CoverageReport {
    this.#takeRows(witness?.rows ?? []);
    for (const { epoch, seq, atMs } of witness?.decisionsSince(this.#sinceMs) ?? []) {
      const life = this.#lives.get(epoch) ?? this.#addLater(epoch);
      if (life === undefined || life.decisions.has(seq)) continue;
      if (this.#isAsked(life, atMs) && !isInHole(life, seq)) note(life, 'decisionsCount', atMs);
    }
    const end = this.#life;
    const lives = [...this.#lives.values()].filter(
      (life) => life.isInCapture || (life.absent && !isBehind(life, end, asked)),
    );
    const last = lives.at(-1);
    const missing: MissingPart[] = [];
    const lost: MissingPart[] = [];
    for (const life of lives) {
      const holes = holesOf(life);
      if (holes > 0) missing.push(tellHoles(life, holes));
      if (life.absent === undefined || isBehind(life, end, asked)) continue;
      const isRunning = life === last && isHeld(witness);
      (isLostWithProcess(life, life.absent) ? lost : missing).push(
        tellAbsent(life, life.absent, isRunning),
      );
    }
    const sum = (of: (life: Life) => number): number =>
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
      isEndKnown: asked === 'part' || (asked !== 'unknownPart' && this.#isEndKnown(last, witness)),
    };
  }

  #isEndKnown(last: Life | undefined, witness: Witness | undefined): boolean {
    if (this.#isEndTold || last?.hasStopped === true || isHeld(witness)) return true;
    return (witness?.rows.length ?? 0) > 0;
  }

  #addLife(epoch: number): Life {
    const life: Life = {
      epoch,
      isFromStart: true,
      isInCapture: false,
      firstAtMs: undefined,
      lastAtMs: undefined,
      hasStopped: false,
      comparedOutcomesCount: 0,
      comparedDecisionsCount: 0,
      comparedRowsCount: 0,
      rowsCount: 0,
      decisions: new NumberRanges(),
      absent: undefined,
    };
    this.#lives.set(epoch, life);
    return life;
  }

  /** A life of which the capture holds nothing; `undefined` when it was before all that is asked for. */
  #addLater(epoch: number): Life | undefined {
    const [first] = this.#lives.keys();
    return first !== undefined && epoch > first ? this.#addLife(epoch) : undefined;
  }

  #takeRows(rows: readonly JournalRow[]): void {
    let life: Life | undefined;
    for (const row of rows) {
      if (row.type === 'started') {
        life = this.#lives.get(row.epoch) ?? this.#addLater(row.epoch);
        if (life !== undefined) life.lastAtMs ??= row.atMs;
      } else if (life === undefined) {
        // Of a life before the first of the capture.
      } else if (row.type === 'stopped') life.hasStopped = true;
      else if (this.#isAsked(life, row.atMs)) this.#takeRow(life, row);
    }
  }

  #takeRow(life: Life, row: JournalRow): void {
    const key = digest(encodeRow(row));
    if (this.#rows.has(key)) return;
    this.#rows.set(key, true);
    note(life, 'rowsCount', row.atMs);
  }

  /** The first life may begin in its middle: somebody asked for it, or the ring has removed the begin. */
  #isAsked(life: Life, atMs: number): boolean {
    return life.isFromStart || life.firstAtMs === undefined || atMs >= life.firstAtMs;
  }
}

function isHeld(witness: Witness | undefined): boolean {
  return witness?.isRunning === true;
}

function note(life: Life, what: 'decisionsCount' | 'rowsCount', atMs: number): void {
  life.absent ??= { decisionsCount: 0, rowsCount: 0, fromMs: atMs, toMs: atMs };
  life.absent[what] += 1;
  life.absent.fromMs = Math.min(life.absent.fromMs, atMs);
  life.absent.toMs = Math.max(life.absent.toMs, atMs);
}

/** Counted by the capture's own numbers already. */
function isInHole({ decisions }: Life, seq: number): boolean {
  return seq < decisions.max;
}

function holesOf({ decisions, isFromStart }: Life): number {
  return decisions.missingFrom(isFromStart ? 1 : decisions.min);
}

/** What it lacks was not asked for. */
function isBehind({ epoch }: Life, end: Life | undefined, asked: Asked): boolean {
  if (asked === 'all' || end === undefined) return false;
  return asked === 'life' ? epoch > end.epoch : epoch >= end.epoch;
}

/** A process that is gone of a sudden takes its last second along, and nothing more. */
function isLostWithProcess({ hasStopped, lastAtMs }: Life, { toMs }: Absent): boolean {
  return !hasStopped && lastAtMs !== undefined && toMs <= lastAtMs + LOST_MS_MAX;
}

function tellHoles({ epoch, firstAtMs, lastAtMs }: Life, decisionsCount: number): MissingPart {
  const why = 'by their numbers they were taken, and the capture holds none of them';
  return { epoch, why, decisionsCount, rowsCount: 0, fromMs: firstAtMs, toMs: lastAtMs };
}

function tellAbsent(life: Life, absent: Absent, isRunning: boolean): MissingPart {
  const { epoch, isInCapture, lastAtMs } = life;
  const { decisionsCount, rowsCount, fromMs, toMs } = absent;
  const why = isRunning
    ? 'the daemon runs, and has not yet put them down'
    : isLostWithProcess(life, absent)
      ? 'the last moments of a process that was gone of a sudden'
      : isInCapture && lastAtMs !== undefined
        ? 'written down elsewhere, and no file of the capture reaches that far'
        : 'written down elsewhere, and no file of the capture is of that life';
  return { epoch, why, decisionsCount, rowsCount, fromMs, toMs };
}

/** The number of a decision as its record spells it; `undefined` when that is damaged. */
function seqOf(text: string): number | undefined {
  const seq = /^decision \{"atMs":[\d.]+,"seq":(\d+),/.exec(text)?.[1];
  return seq === undefined ? undefined : Number(seq);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64').slice(0, DIGEST_LENGTH);
}
