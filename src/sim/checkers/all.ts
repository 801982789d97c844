import type { CheckerKind } from '../checker.ts';

/** Every invariant that a night is held to, in the order of the report. */
export const CHECKERS: readonly CheckerKind[] = [];
