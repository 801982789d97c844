import type { CheckerKind } from '../checker.ts';
import { writeAhead } from './i01-write-ahead.ts';
import { sentOnce } from './i02-sent-once.ts';
import { oneSignalOneIntent } from './i03-one-signal-one-intent.ts';
import { unknownGates } from './i05-unknown-gates.ts';
import { limitsHold } from './i06-limits-hold.ts';
import { modeAllows } from './i07-mode-allows.ts';
import { sameBooks } from './i08-same-books.ts';
import { fillOnce } from './i09-fill-once.ts';
import { transitions } from './i10-transitions.ts';
import { inactionExplained } from './i11-inaction-explained.ts';
import { chainVerifies } from './i14-chain-verifies.ts';
import { venueRules } from './i17-venue-rules.ts';
import { exactNumbers } from './i25-exact-numbers.ts';
import { ordersEnd } from './l01-orders-end.ts';
import { comesBack } from './l02-comes-back.ts';

/** Every invariant that a night is held to, in the order of the report. */
export const CHECKERS: readonly CheckerKind[] = [
  writeAhead,
  sentOnce,
  oneSignalOneIntent,
  unknownGates,
  limitsHold,
  modeAllows,
  sameBooks,
  fillOnce,
  transitions,
  inactionExplained,
  chainVerifies,
  venueRules,
  exactNumbers,
  ordersEnd,
  comesBack,
];
