/** The process is gone at this very line. Thrown through the core, caught by the life that it ends. */
export class ProcessKilled extends Error {
  override readonly name = 'ProcessKilled';
}

/** The moment of a kill: at the n-th commit of a night, before it reached the disk or right after. */
export interface KillPoint {
  readonly commit: number;
  readonly when: 'before' | 'after';
  /** The power fails in the middle of it: so many bytes of this write are in the log, and none of what came behind. */
  readonly tornBytes?: number | undefined;
}
