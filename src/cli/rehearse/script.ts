import type { Act } from './act.ts';
import { halfOpenAccount, userStreamEnded } from './acts/account-faults.ts';
import {
  bookGap,
  garbage,
  halfOpenMarket,
  reconnectStorm,
  silentStall,
} from './acts/feed-faults.ts';
import { banned, rateLimited } from './acts/limit-faults.ts';
import { diskFull, wallClockBack, wallClockForward } from './acts/machine-faults.ts';
import { manualOrder } from './acts/operator-faults.ts';
import {
  answerLost,
  duplicateFill,
  errorAfterAcceptance,
  fillBeforeAck,
  orderNeverArrived,
} from './acts/order-faults.ts';
import { killed, machineSlept } from './acts/process-faults.ts';

/** The bad night: scenes one after another, the acts of one scene at the same time. */
export const SCRIPT: readonly (readonly Act[])[] = [
  [answerLost],
  [duplicateFill],
  [fillBeforeAck],
  [bookGap],
  [rateLimited],
  [userStreamEnded],
  [orderNeverArrived, silentStall],
  [manualOrder],
  [halfOpenMarket],
  [machineSlept],
  [garbage],
  [banned],
  // Halfway: sockets have a budget for five minutes, which a night of two uses up; a start has a new one.
  [killed],
  [wallClockBack],
  [halfOpenAccount, errorAfterAcceptance],
  [wallClockForward],
  // After a start: a socket that was replaced a moment ago comes back more slowly each time.
  [reconnectStorm],
  [diskFull],
];
