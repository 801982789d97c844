import type { Started } from '../../domain/event.ts';
import type { JournalRowType } from '../../domain/journal-row.ts';
import type { Mode } from '../../domain/mode.ts';
import type { OrderStateName } from '../../domain/order.ts';

/** A state in which a start can find an order that still needs looking after. */
export type FoundState = Exclude<
  OrderStateName,
  'FILLED' | 'CANCELED' | 'EXPIRED' | 'REJECTED' | 'ABSENT' | 'VOID'
>;

/** What a start makes of each. A table, so that a new state does not compile until it stands here. */
export const FOUND_STATES: Readonly<Record<FoundState, string>> = {
  INITIALIZED: 'a start finds an order that never left, and voids it',
  SUBMITTED: 'a start finds an order that may have left: it is unproven from now on',
  UNKNOWN: 'a start finds an unproven order, and asks for it on',
  ACCEPTED: 'a start finds an order that the venue had, and asks what became of it',
  PARTIALLY_FILLED: 'a start finds an order that was partly filled, and asks for the rest',
  DEAD: 'a start finds a parked order, and asks for it on',
};

/** Every other way through a start, a gap or the proof of an outcome. */
export const RECOVERY_WAYS = {
  'start.first': 'the first start of a journal',
  'start.clean': 'a start after a clean stop',
  'start.unclean': 'a start after a process that was gone of a sudden',
  'start.interrupted': 'the process is gone before its recovery is through',
  'start.crash_loop': 'too many starts in a short time',
  'start.cancel_wanted': 'a start finds an order that was to be canceled',
  'start.halt_kept': 'a start finds the halt file, and stays halted',
  'start.halt_released':
    'a start finds a halt in the journal without its file: a person released it',
  'start.word_kept': "a start goes where a person's word leads, other than a halt",
  'recovering.active': 'RECOVERING ends in ACTIVE',
  'recovering.reducing': 'RECOVERING ends in REDUCING',
  'recovering.observing': 'RECOVERING ends in OBSERVING',
  'recovering.halted': 'RECOVERING ends in HALTED',
  'held.observing': 'the machine itself steps back to OBSERVING',
  'held.released': 'what the machine held back for is over, and it trades again',
  'halted.machine': 'the machine halts itself',
  'halted.resumed': 'a person resumes what was halted',
  'gap.reconciled':
    'the account socket is lost and comes back: the venue is asked for what was missed',
  'unknown.found': 'an unproven order is found at the venue',
  'unknown.refused': 'an unproven order turns out to be refused',
  'unknown.absent': 'an unproven order is proven never to have been taken',
  'unknown.parked': 'an order stays unproven for ten minutes',
  'dead.found': 'a parked order is found at the venue',
  'dead.absent': 'a parked order is proven never to have been taken',
  'ended.appeared': 'the venue has an order that counted as refused, absent or never sent',
  'fill.missed': 'a question finds a fill that no event brought',
  'fill.late': 'a fill comes after its order had ended',
  'cancel.repeated': 'a cancel is asked for again',
  'external.found': 'an order at the venue is not ours',
} as const satisfies Record<string, string>;

export type RecoveryWay = keyof typeof RECOVERY_WAYS;

/** States in which an order counts as unproven, or as one that never was: whatever comes next is a recovery. */
export type AstrayState = 'UNKNOWN' | 'DEAD' | 'REJECTED' | 'ABSENT' | 'VOID';

/** Why a step shows no way of recovery. */
export type NoWay =
  /** It stays what it is. */
  | 'same'
  /** The protocol has no such step. */
  | 'illegal'
  /** An answer that says so belongs to a request of this process, which waited for it for seconds at the most. */
  | 'too late';

/**
 * What each step out of these states shows. A table, so that a new state does not compile until somebody has said
 * what it means that an order comes from there, or comes there.
 */
// biome-ignore format: a table
export const WAYS_OF_STEPS: Readonly<Record<AstrayState, Readonly<Record<OrderStateName, RecoveryWay | NoWay>>>> = {
  UNKNOWN: {
    INITIALIZED: 'illegal', SUBMITTED: 'illegal', UNKNOWN: 'same', DEAD: 'unknown.parked',
    ACCEPTED: 'unknown.found', PARTIALLY_FILLED: 'unknown.found', FILLED: 'unknown.found',
    CANCELED: 'unknown.found', EXPIRED: 'unknown.found',
    REJECTED: 'unknown.refused', ABSENT: 'unknown.absent', VOID: 'too late',
  },
  DEAD: {
    INITIALIZED: 'illegal', SUBMITTED: 'illegal', UNKNOWN: 'illegal', DEAD: 'same',
    ACCEPTED: 'dead.found', PARTIALLY_FILLED: 'dead.found', FILLED: 'dead.found',
    CANCELED: 'dead.found', EXPIRED: 'dead.found',
    REJECTED: 'too late', ABSENT: 'dead.absent', VOID: 'too late',
  },
  REJECTED: {
    INITIALIZED: 'illegal', SUBMITTED: 'illegal', UNKNOWN: 'illegal', DEAD: 'illegal',
    ACCEPTED: 'ended.appeared', PARTIALLY_FILLED: 'ended.appeared', FILLED: 'ended.appeared',
    CANCELED: 'ended.appeared', EXPIRED: 'ended.appeared',
    REJECTED: 'same', ABSENT: 'illegal', VOID: 'illegal',
  },
  ABSENT: {
    INITIALIZED: 'illegal', SUBMITTED: 'illegal', UNKNOWN: 'illegal', DEAD: 'illegal',
    ACCEPTED: 'ended.appeared', PARTIALLY_FILLED: 'ended.appeared', FILLED: 'ended.appeared',
    CANCELED: 'ended.appeared', EXPIRED: 'ended.appeared',
    REJECTED: 'illegal', ABSENT: 'same', VOID: 'illegal',
  },
  VOID: {
    INITIALIZED: 'illegal', SUBMITTED: 'illegal', UNKNOWN: 'illegal', DEAD: 'illegal',
    ACCEPTED: 'ended.appeared', PARTIALLY_FILLED: 'ended.appeared', FILLED: 'ended.appeared',
    CANCELED: 'ended.appeared', EXPIRED: 'ended.appeared',
    REJECTED: 'illegal', ABSENT: 'illegal', VOID: 'same',
  },
};

/** What RECOVERING ends in, mode by mode. */
export const ENDS_OF_RECOVERY: Readonly<Record<Mode, RecoveryWay | NoWay>> = {
  ACTIVE: 'recovering.active',
  REDUCING: 'recovering.reducing',
  OBSERVING: 'recovering.observing',
  HALTED: 'recovering.halted',
  RECOVERING: 'same',
};

type StartFact = Exclude<keyof Started, 'type' | 'atMs' | 'epoch' | 'seed'>;

/** What a start can be told of the past, and the ways it shows. A new fact does not compile until it stands here. */
export const WAYS_OF_START: Readonly<Record<StartFact, readonly RecoveryWay[]>> = {
  rows: ['start.first', 'start.cancel_wanted'],
  clean: ['start.clean', 'start.unclean'],
  recentStartsCount: ['start.crash_loop'],
  haltLatched: ['start.halt_kept'],
};

/** Told by what the daemon does, and by no row. */
export const WAYS_BESIDE_ROWS = [
  'gap.reconciled',
  'cancel.repeated',
] as const satisfies readonly RecoveryWay[];

/** Kinds of rows that no way of its own is told by: a new kind does not compile until somebody has looked. */
type Plain = 'none';

/** The ways that a row of each kind can show by itself, its order and the life it stands in being known. */
// biome-ignore format: a table
export const WAYS_OF_ROWS: Readonly<Record<JournalRowType, readonly RecoveryWay[] | Plain>> = {
  started: ['start.interrupted'],
  mode: ['start.halt_released', 'start.word_kept', 'recovering.active', 'recovering.reducing', 'recovering.observing', 'recovering.halted', 'held.observing', 'held.released', 'halted.machine', 'halted.resumed'],
  reported: ['unknown.found', 'dead.found', 'ended.appeared'],
  rejected: ['unknown.refused'],
  absent: ['unknown.absent', 'dead.absent'],
  dead: ['unknown.parked'],
  filled: ['fill.missed', 'fill.late'],
  external: ['external.found'],
  intent: 'none', submitted: 'none', voided: 'none', unknown: 'none', cancelRequested: 'none',
  regridded: 'none', opening: 'none', dayOpened: 'none', stopped: 'none',
};
