import type { CheckerKind } from '../checker.ts';
import { writeAhead } from './i01-write-ahead.ts';
import { sentOnce } from './i02-sent-once.ts';
import { sameBooks } from './i08-same-books.ts';
import { fillOnce } from './i09-fill-once.ts';

/** Every invariant that a night is held to, in the order of the report. */
export const CHECKERS: readonly CheckerKind[] = [writeAhead, sentOnce, sameBooks, fillOnce];
