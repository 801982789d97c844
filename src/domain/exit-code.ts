/** What the supervisor and a person read from the exit code. PM2 does not restart 75, 76 and 78. */
export const EXIT = {
  clean: 0,
  panic: 70,
  journal: 74,
  locked: 75,
  foreign: 76,
  settings: 78,
} as const;

/** A restart cures none of these: whoever supervises leaves the process down. */
export const STAYS_DOWN: readonly number[] = [EXIT.locked, EXIT.foreign, EXIT.settings];
