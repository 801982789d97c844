import type { Difference, Place, ReasonCount } from './difference.ts';

/** A stretch of the night that was not compared. */
export interface Uncompared {
  readonly file: string;
  readonly why: string;
  /** As far as anybody knows; decisions and rows as far as the capture holds them. */
  readonly eventsCount: number;
  readonly decisionsCount: number;
  readonly rowsCount: number;
}

/** Records of one life that were made and that the capture does not hold. */
export interface MissingPart {
  /** Of the start; part of every client order id. */
  readonly epoch: number;
  readonly why: string;
  readonly decisionsCount: number;
  readonly rowsCount: number;
  /** When they were made, or between which moments of the capture they are missing. */
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

/** A life of which nobody can tell whether it recorded more than the capture holds. */
export interface OpenEnd {
  readonly epoch: number;
  readonly why: string;
  /** Of the last event that the capture holds. */
  readonly lastAtMs: number | undefined;
}

/** How many there are in all that is known of the night, and how many of them were compared. */
export interface Share {
  readonly compared: number;
  readonly recorded: number;
}

/** How much of the recorded night was compared. */
export interface CoverageReport {
  readonly lives: Share;
  readonly decisions: Share;
  readonly rows: Share;
  /** What should be in the capture and is not. */
  readonly missing: readonly MissingPart[];
  /** What a killed process had not put down, or a running one has not yet. */
  readonly lost: readonly MissingPart[];
  /** Ends that nobody vouches for, of lives that should be there to their end. */
  readonly openEnds: readonly OpenEnd[];
  /** There are none: each life ends in the capture where it ended in the night. */
  readonly isEndKnown: boolean;
}

/**
 * `incomplete`: all that was compared is the same, and of the recorded night something was not compared, or
 * nobody can tell where it ended, or the files are damaged. `nothing`: nothing was compared.
 */
export type Verdict = 'identical' | 'different' | 'incomplete' | 'nothing';

/** What came of deciding a night again. */
export interface ReplayReport {
  readonly verdict: Verdict;
  /** The verdict is `identical`. */
  readonly isIdentical: boolean;
  readonly coverage: CoverageReport;
  /** Places at which the capture itself says that it could not keep up. */
  readonly gapsCount: number;
  readonly eventsCount: number;
  readonly decisionsCount: number;
  readonly rowsCount: number;
  readonly ordersCount: number;
  readonly cancelsCount: number;
  /** Over all outcomes that were compared: of the recorded ones, and of those decided now. */
  readonly recordedHash: string;
  readonly hash: string;
  readonly filesCount: number;
  readonly livesCount: number;
  /** Desks at the begin of a file that were the same, character for character, as the one decided until there. */
  readonly checkpointsCount: number;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly differencesCount: number;
  readonly differences: readonly Difference[];
  /** From here on answers belong to orders that are not the same any more. */
  readonly approximateFrom: Place | undefined;
  readonly changedReasons: readonly ReasonCount[];
  readonly uncompared: readonly Uncompared[];
  /** What is broken in the files: which one, where, what was found and expected. */
  readonly damages: readonly string[];
  /** Another build, other code of a strategy, and what else a reader must know. */
  readonly notes: readonly string[];
}
