import type { CheckerKind } from '../checker.ts';
import { accountProven } from './account-proven.ts';
import { crashLoop } from './crash-loop.ts';
import { writeAhead } from './i01-write-ahead.ts';
import { sentOnce } from './i02-sent-once.ts';
import { oneSignalOneIntent } from './i03-one-signal-one-intent.ts';
import { freshData } from './i04-fresh-data.ts';
import { unknownGates } from './i05-unknown-gates.ts';
import { limitsHold } from './i06-limits-hold.ts';
import { modeAllows } from './i07-mode-allows.ts';
import { sameBooks } from './i08-same-books.ts';
import { fillOnce } from './i09-fill-once.ts';
import { transitions } from './i10-transitions.ts';
import { inactionExplained } from './i11-inaction-explained.ts';
import { noFalseAlarm } from './i13-no-false-alarm.ts';
import { chainVerifies } from './i14-chain-verifies.ts';
import { singleWriter } from './i16-single-writer.ts';
import { venueRules } from './i17-venue-rules.ts';
import { bounded } from './i18-bounded.ts';
import { trueBook } from './i19-true-book.ts';
import { settingsInForce } from './i22-settings-in-force.ts';
import { cancelsTold } from './i23-cancels-told.ts';
import { exactNumbers } from './i25-exact-numbers.ts';
import { ordersEnd } from './l01-orders-end.ts';
import { comesBack } from './l02-comes-back.ts';
import { tradesOn } from './l03-trades-on.ts';
import { toldAgain } from './l04-told-again.ts';
import { stopsInTime } from './l06-stops-in-time.ts';
import { haltClears } from './l07-halt-clears.ts';
import { quickReturn } from './l08-quick-return.ts';
import { positionLeft } from './position-left.ts';
import { snapshotsPaced } from './snapshot-pace.ts';
import { symbolsAsked } from './symbols-asked.ts';
import { toldEarnings } from './told-earnings.ts';

/** Every invariant that a night is held to, in the order of the report. */
export const CHECKERS: readonly CheckerKind[] = [
  writeAhead,
  sentOnce,
  oneSignalOneIntent,
  freshData,
  unknownGates,
  limitsHold,
  modeAllows,
  sameBooks,
  fillOnce,
  transitions,
  inactionExplained,
  noFalseAlarm,
  chainVerifies,
  singleWriter,
  venueRules,
  bounded,
  trueBook,
  settingsInForce,
  cancelsTold,
  exactNumbers,
  ordersEnd,
  comesBack,
  tradesOn,
  toldAgain,
  stopsInTime,
  haltClears,
  quickReturn,
  snapshotsPaced,
  positionLeft,
  symbolsAsked,
  crashLoop,
  toldEarnings,
  accountProven,
];
