import type { JournalRow } from '../../domain/journal-row.ts';
import type { Mode } from '../../domain/mode.ts';
import type { OrderStateName } from '../../domain/order.ts';
import { FOUND_STATES, type FoundState, type RecoveryWay } from './recovery-branches.ts';

export type ModeRow = Extract<JournalRow, { type: 'mode' }>;
export type FilledRow = Extract<JournalRow, { type: 'filled' }>;

/** As it stands in the journal when a person has taken the halt file away while the daemon was down. */
const RELEASED = 'data/HALT was removed';

const END_OF_RECOVERY: Readonly<Record<Mode, RecoveryWay | undefined>> = {
  ACTIVE: 'recovering.active',
  REDUCING: 'recovering.reducing',
  OBSERVING: 'recovering.observing',
  HALTED: 'recovering.halted',
  RECOVERING: undefined,
};

/** What a change of the mode shows. `hasHeardPerson`: a person has spoken to this very life. */
export function waysOfMode(row: ModeRow, hasHeardPerson: boolean): readonly RecoveryWay[] {
  const { from, to, actor, cause } = row;
  const isMachine = actor === 'machine';
  const ways: (RecoveryWay | undefined)[] = [];
  if (from === 'RECOVERING') {
    ways.push(END_OF_RECOVERY[to]);
    if (!isMachine && !hasHeardPerson) ways.push('start.word_kept');
  } else {
    if (isMachine && to === 'OBSERVING') ways.push('held.observing');
    if (isMachine && to === 'ACTIVE') ways.push('held.released');
  }
  if (isMachine && to === 'HALTED') ways.push('halted.machine');
  if (!isMachine && from === 'HALTED') {
    ways.push(cause === RELEASED ? 'start.halt_released' : 'halted.resumed');
  }
  return ways.filter((way) => way !== undefined);
}

/** What an order shows by coming from one state to another. */
export function wayOfStep(from: OrderStateName, to: OrderStateName): RecoveryWay | undefined {
  if (from === 'UNKNOWN') {
    if (to === 'ABSENT') return 'unknown.absent';
    if (to === 'REJECTED') return 'unknown.refused';
    if (to === 'DEAD') return 'unknown.parked';
    return isAtVenue(to) ? 'unknown.found' : undefined;
  }
  if (from === 'DEAD') {
    if (to === 'ABSENT') return 'dead.absent';
    return isAtVenue(to) ? 'dead.found' : undefined;
  }
  const isGone = from === 'REJECTED' || from === 'ABSENT' || from === 'VOID';
  return isGone && isAtVenue(to) ? 'ended.appeared' : undefined;
}

export function wayOfFill({ late, source }: FilledRow): RecoveryWay | undefined {
  if (late) return 'fill.late';
  return source === 'query' ? 'fill.missed' : undefined;
}

export function isFoundState(state: OrderStateName): state is FoundState {
  return state in FOUND_STATES;
}

/** Only the venue puts an order there. */
function isAtVenue(state: OrderStateName): boolean {
  // biome-ignore format: it reads as a list
  switch (state) {
    case 'ACCEPTED':
    case 'PARTIALLY_FILLED':
    case 'FILLED':
    case 'CANCELED':
    case 'EXPIRED':
      return true;
    default:
      return false;
  }
}
