import type { Difference, Place, ReasonCount } from './difference.ts';

/** A stretch of the night that was not compared. */
export interface Uncompared {
  readonly file: string;
  readonly why: string;
  /** As far as anybody knows. */
  readonly eventsCount: number;
}

/** What came of deciding a night again. */
export interface ReplayReport {
  /** Something was compared, all of it is the same, and nothing in the files was damaged. */
  readonly isIdentical: boolean;
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
