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
