import type { BoundedMap } from '../domain/bounded.ts';
import { EXIT_RETRY_MS } from './setup.ts';

/** As a run of equal skips: closed after so long at most. */
const TOLD_EVERY_MS = 10_000;
/** A rule that was not tried for so long has ended meanwhile: its next denial is a new one. */
const RUN_GAP_MS_MAX = 2 * EXIT_RETRY_MS;

/** The last denial of an exit that a rule of its position wants. */
export interface DeniedExit {
  /** The rule, and all that said no. */
  readonly why: string;
  readonly toldAtMs: number;
  readonly lastAtMs: number;
  /** Equal denials since the one that was told. */
  readonly untoldCount: number;
}

/**
 * One more denial of what `key` holds. Such an exit is tried every second, all night if need be: denials that equal the
 * one before are told every ten seconds, all others at once. Returns how many were not told since the last that was;
 * `undefined`: this one need not be told either.
 */
export function countDenial(
  denied: BoundedMap<string, DeniedExit>,
  key: string,
  why: string,
  atMs: number,
): number | undefined {
  const before = denied.get(key);
  const isEqual = before?.why === why && Math.abs(atMs - before.lastAtMs) <= RUN_GAP_MS_MAX;
  const untoldCount = before?.untoldCount ?? 0;
  if (isEqual && atMs - before.toldAtMs < TOLD_EVERY_MS) {
    denied.set(key, { ...before, lastAtMs: atMs, untoldCount: untoldCount + 1 });
    return undefined;
  }
  denied.set(key, { why, toldAtMs: atMs, lastAtMs: atMs, untoldCount: 0 });
  return untoldCount;
}
