import { NumberRanges } from './number-ranges.ts';
import type { MissingPart } from './replay-report.ts';

/** What a killed process had heard and not yet put down is a second, and what the disk needs for it. */
export const LOST_MS_MAX = 2_000;

/** Records of one life that some other place holds and the capture does not. */
export interface Absent {
  decisionsCount: number;
  rowsCount: number;
  fromMs: number;
  toMs: number;
}

/** One start and what came of it, as far as anybody tells. Moments are Unix ms. */
export interface RecordedLife {
  readonly epoch: number;
  /** Its numbers count from its start: it is whole, or its begin must be told to be missing. */
  isFromStart: boolean;
  isInCapture: boolean;
  /** Of the first and the last event that the capture holds; of the start, when it holds none. */
  firstAtMs: number | undefined;
  lastAtMs: number | undefined;
  /** The capture holds the outcome with which it ended. */
  hasStop: boolean;
  /** When it stopped, by a row that another record holds. */
  stopToldAtMs: number | undefined;
  comparedOutcomesCount: number;
  comparedDecisionsCount: number;
  comparedRowsCount: number;
  rowsCount: number;
  /** Of the decisions that the capture holds, compared or not. */
  readonly decisions: NumberRanges;
  absent: Absent | undefined;
  /** The decision log holds one of these decisions, too. */
  isLogged: boolean;
}

export function newLife(epoch: number): RecordedLife {
  return {
    epoch,
    isFromStart: true,
    isInCapture: false,
    firstAtMs: undefined,
    lastAtMs: undefined,
    hasStop: false,
    stopToldAtMs: undefined,
    comparedOutcomesCount: 0,
    comparedDecisionsCount: 0,
    comparedRowsCount: 0,
    rowsCount: 0,
    decisions: new NumberRanges(),
    absent: undefined,
    isLogged: false,
  };
}

/** Another place holds a record of it. */
export function noteAbsent(
  life: RecordedLife,
  what: 'decisionsCount' | 'rowsCount',
  atMs: number,
): void {
  life.absent ??= { decisionsCount: 0, rowsCount: 0, fromMs: atMs, toMs: atMs };
  life.absent[what] += 1;
  life.absent.fromMs = Math.min(life.absent.fromMs, atMs);
  life.absent.toMs = Math.max(life.absent.toMs, atMs);
}

/** Counted by the capture's own numbers already. */
export function isInHole({ decisions }: RecordedLife, seq: number): boolean {
  return seq < decisions.max;
}

/** By its numbers it took decisions of which the capture holds nothing; `undefined` when it holds all. */
export function tellHoles(life: RecordedLife): MissingPart | undefined {
  const { epoch, decisions, isFromStart, firstAtMs, lastAtMs } = life;
  const decisionsCount = decisions.missingFrom(isFromStart ? 1 : decisions.min);
  if (decisionsCount === 0) return undefined;
  const why = 'by their numbers they were taken, and the capture holds none of them';
  return { epoch, why, decisionsCount, rowsCount: 0, fromMs: firstAtMs, toMs: lastAtMs };
}

/** A process that is gone of a sudden takes its last second along, and nothing more. */
export function isLostWithProcess(life: RecordedLife, { toMs }: Absent): boolean {
  const { hasStop, stopToldAtMs, lastAtMs } = life;
  if (hasStop || stopToldAtMs !== undefined || lastAtMs === undefined) return false;
  return toMs <= lastAtMs + LOST_MS_MAX;
}

/** `isRunning`: its process still writes. */
export function tellAbsent(life: RecordedLife, absent: Absent, isRunning: boolean): MissingPart {
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
