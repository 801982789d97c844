import type { CoverageHits } from '../coverage.ts';
import { CELLS, type Cell } from './cells.ts';
import { IMPOSSIBLE } from './impossible.ts';

/** What the nights of a corpus have shown together. */
export interface CoverageReport {
  /** Cells that a night can show. */
  readonly possibleCount: number;
  readonly hitCount: number;
  /** Of the possible ones, 0 to 100. */
  readonly percent: number;
  /** Possible, and no night has shown them. */
  readonly missing: readonly Cell[];
  readonly impossible: readonly { readonly cell: Cell; readonly reason: string }[];
  /** Said to be impossible, and hit: the list of them is wrong, and the run has failed. */
  readonly wronglyImpossible: readonly Cell[];
  /** Hit, and in no list: a watcher and the cells disagree, and the run has failed. */
  readonly unheardOf: readonly Cell[];
}

/** Hits of several nights, added up. */
export function mergeCoverage(all: readonly CoverageHits[]): CoverageHits {
  const merged: Record<Cell, number> = {};
  for (const hits of all) {
    for (const [cell, count] of Object.entries(hits)) merged[cell] = (merged[cell] ?? 0) + count;
  }
  return merged;
}

/** Holds what was hit against everything there is. */
export function reportCoverage(
  merged: CoverageHits,
  impossible: ReadonlyMap<Cell, string> = IMPOSSIBLE,
): CoverageReport {
  const isHit = (cell: Cell): boolean => (merged[cell] ?? 0) > 0;
  const possible = CELLS.filter((cell) => !impossible.has(cell));
  const missing = possible.filter((cell) => !isHit(cell));
  const hitCount = possible.length - missing.length;
  const known = new Set(CELLS);
  return {
    possibleCount: possible.length,
    hitCount,
    percent: (hitCount / possible.length) * 100,
    missing,
    impossible: [...impossible].map(([cell, reason]) => ({ cell, reason })),
    wronglyImpossible: [...impossible.keys()].filter(isHit),
    unheardOf: Object.keys(merged).filter((cell) => !known.has(cell)),
  };
}
