import type { JournalRow } from '../../domain/journal-row.ts';
import type { OrderStateName } from '../../domain/order.ts';
import { RELEASED } from '../checkers/asked-mode.ts';
import {
  type AstrayState,
  ENDS_OF_RECOVERY,
  FOUND_STATES,
  type FoundState,
  type NoWay,
  type RecoveryWay,
  WAYS_OF_STEPS,
} from './recovery-branches.ts';

export type ModeRow = Extract<JournalRow, { type: 'mode' }>;
export type FilledRow = Extract<JournalRow, { type: 'filled' }>;

/** What a change of the mode shows. `hasHeardPerson`: a person has spoken to this very life. */
export function waysOfMode(row: ModeRow, hasHeardPerson: boolean): readonly RecoveryWay[] {
  const { from, to, actor, cause } = row;
  const isMachine = actor === 'machine';
  const ways: (RecoveryWay | undefined)[] = [];
  if (from === 'RECOVERING') {
    ways.push(wayIn(ENDS_OF_RECOVERY[to]));
    if (!isMachine && !hasHeardPerson) ways.push('start.word_kept');
  } else {
    if (isMachine && to === 'OBSERVING') ways.push('held.observing');
    if (isMachine && to === 'ACTIVE') ways.push('held.released');
  }
  if (isMachine && to === 'HALTED') ways.push('halted.machine');
  if (!isMachine && from === 'HALTED' && to !== 'HALTED') {
    ways.push(cause === RELEASED ? 'start.halt_released' : 'halted.resumed');
  }
  return ways.filter((way) => way !== undefined);
}

/** What an order shows by coming from one state to another. */
export function wayOfStep(from: OrderStateName, to: OrderStateName): RecoveryWay | undefined {
  return isAstray(from) ? wayIn(WAYS_OF_STEPS[from][to]) : undefined;
}

function isAstray(state: OrderStateName): state is AstrayState {
  return state in WAYS_OF_STEPS;
}

function wayIn(told: RecoveryWay | NoWay): RecoveryWay | undefined {
  return told === 'same' || told === 'illegal' || told === 'too late' ? undefined : told;
}

export function wayOfFill({ late, source }: FilledRow): RecoveryWay | undefined {
  if (late) return 'fill.late';
  return source === 'query' ? 'fill.missed' : undefined;
}

export function isFoundState(state: OrderStateName): state is FoundState {
  return state in FOUND_STATES;
}
