import type { Comparison } from './comparison.ts';
import type { Findings } from './findings.ts';
import type { CoverageReport, Verdict } from './replay-report.ts';

/** All that a verdict is made of. */
export interface Evidence {
  /** The capture holds what the recorded process did, not its input alone. */
  readonly hasOutcomes: boolean;
  /** Desks that were compared and were the same. */
  readonly checkpointsCount: number;
  readonly comparison: Comparison;
  readonly findings: Findings;
  readonly coverage: CoverageReport;
}

/** `identical` only where something was compared, all of it is the same, and nothing that was recorded is left. */
export function judge(evidence: Evidence): Verdict {
  const { counts, differences } = evidence.comparison;
  const { damages, uncompared } = evidence.findings;
  const { missing, isEndKnown } = evidence.coverage;
  if (!evidence.hasOutcomes) return 'nothing';
  if (differences.count > 0) return 'different';
  if (counts.outcomes === 0 && evidence.checkpointsCount === 0) return 'nothing';
  const isWhole = missing.length === 0 && uncompared.length === 0 && damages.length === 0;
  return isWhole && isEndKnown ? 'identical' : 'incomplete';
}
