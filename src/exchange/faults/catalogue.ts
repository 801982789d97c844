import { ban } from './ban.ts';
import { clockShift } from './clock-shift.ts';
import { close } from './close.ts';
import { delay } from './delay.ts';
import { drop } from './drop.ts';
import { duplicate } from './duplicate.ts';
import { endUserStream } from './end-user-stream.ts';
import { errorAfter } from './error-after.ts';
import { errorBefore } from './error-before.ts';
import type { FaultKind } from './fault.ts';
import { halfOpen } from './half-open.ts';
import { loseAnswer } from './lose-answer.ts';
import { malform } from './malform.ts';
import { rateLimit } from './rate-limit.ts';
import { refuse } from './refuse.ts';
import { reorder } from './reorder.ts';
import { revokeKey } from './revoke-key.ts';
import { shutdown } from './shutdown.ts';
import { stall } from './stall.ts';
import { symbolStatus } from './symbol-status.ts';

/** Every fault the exchange can have. A new one is a file beside these and a line here. */
export const FAULT_CATALOGUE: readonly FaultKind[] = [
  ban,
  clockShift,
  close,
  delay,
  drop,
  duplicate,
  endUserStream,
  errorAfter,
  errorBefore,
  halfOpen,
  loseAnswer,
  malform,
  rateLimit,
  refuse,
  reorder,
  revokeKey,
  shutdown,
  stall,
  symbolStatus,
];
