import type { CheckerKind } from '../checker.ts';
import { writeAhead } from './i01-write-ahead.ts';
import { sentOnce } from './i02-sent-once.ts';
import { sameBooks } from './i08-same-books.ts';
import { fillOnce } from './i09-fill-once.ts';
import { chainVerifies } from './i14-chain-verifies.ts';
import { venueRules } from './i17-venue-rules.ts';
import { ordersEnd } from './l01-orders-end.ts';
import { comesBack } from './l02-comes-back.ts';

/** Every invariant that a night is held to, in the order of the report. */
export const CHECKERS: readonly CheckerKind[] = [
  writeAhead,
  sentOnce,
  sameBooks,
  fillOnce,
  chainVerifies,
  venueRules,
  ordersEnd,
  comesBack,
];
