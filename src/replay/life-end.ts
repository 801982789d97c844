import { LOST_MS_MAX, type RecordedLife } from './recorded-life.ts';
import type { MissingPart, OpenEnd } from './replay-report.ts';

/** Who may know how far a life went, beside the capture. */
export interface Vouchers {
  /** The start behind it. */
  readonly nextStartAtMs: number | undefined;
  /** The decision log held whatever this life decided: what the capture lacks of it has been counted. */
  readonly isLogged: boolean;
  readonly isRunning: boolean;
}

/**
 * It stopped by itself, a journal row says so, and the capture does not hold the outcome with which it
 * ended: its end is missing, whatever was in it. `undefined` when that cannot be said.
 */
export function tellCutEnd(life: RecordedLife): MissingPart | undefined {
  const { epoch, hasStop, stopToldAtMs, lastAtMs, isInCapture } = life;
  if (hasStop || stopToldAtMs === undefined) return undefined;
  const why = isInCapture
    ? 'it stopped by itself, and no file of the capture reaches that far'
    : 'it stopped by itself, and no file of the capture is of that life';
  return { epoch, why, decisionsCount: 0, rowsCount: 0, fromMs: lastAtMs, toMs: stopToldAtMs };
}

/**
 * A life that did not stop was gone of a sudden and took two seconds along at the most, or the capture is
 * cut off: journal rows cannot tell, there may be none for hours. The decision log can, for it has a record
 * every few seconds, and so can a start that came at once. `undefined`: its end is known.
 */
export function findOpenEnd(life: RecordedLife, vouchers: Vouchers): OpenEnd | undefined {
  const { epoch, hasStop, stopToldAtMs, lastAtMs } = life;
  if (hasStop || stopToldAtMs !== undefined || vouchers.isLogged) return undefined;
  if (isFollowedAtOnce(lastAtMs, vouchers.nextStartAtMs)) return undefined;
  const why = vouchers.isRunning
    ? 'the daemon runs, and there is no decision log that tells how far it is'
    : 'it did not stop by itself, and there is no decision log that tells how far it went';
  return { epoch, why, lastAtMs };
}

function isFollowedAtOnce(lastAtMs: number | undefined, nextAtMs: number | undefined): boolean {
  if (lastAtMs === undefined || nextAtMs === undefined) return false;
  return nextAtMs >= lastAtMs && nextAtMs - lastAtMs <= LOST_MS_MAX;
}
