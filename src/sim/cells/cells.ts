import type { OrderStateName } from '../../domain/order.ts';
import type { ReasonCode } from '../../domain/reason.ts';
import { CHECKS, SEND_CHECKS } from '../../risk/checks.ts';
import type { ExitCode } from '../checkers/exit-levels.ts';
import { FAULT_FAMILIES, type FaultFamily } from '../fault.ts';
import {
  FOUND_STATES,
  type FoundState,
  RECOVERY_WAYS,
  type RecoveryWay,
} from './recovery-branches.ts';

/** Something that some night of the corpus must have seen: `SUBMITTED x rest`, `start finds UNKNOWN`, `deny STALE_DATA`. */
export type Cell = string;

/** All states. A table, so that a new state does not compile until it stands here. */
const ORDER_STATES: Readonly<Record<OrderStateName, true>> = {
  INITIALIZED: true,
  SUBMITTED: true,
  UNKNOWN: true,
  ACCEPTED: true,
  PARTIALLY_FILLED: true,
  FILLED: true,
  CANCELED: true,
  EXPIRED: true,
  REJECTED: true,
  ABSENT: true,
  VOID: true,
  DEAD: true,
};

/** An order was in this state while something of this family was wrong. */
export function stateCell(state: OrderStateName, family: FaultFamily): Cell {
  return `${state} x ${family}`;
}

export function foundCell(state: FoundState): Cell {
  return `start finds ${state}`;
}

export function wayCell(way: RecoveryWay): Cell {
  return `way ${way}`;
}

/** The gate, or the second look before an order leaves, said no for this reason. */
export function denyCell(code: ReasonCode): Cell {
  return `deny ${code}`;
}

/** All reasons to leave a position. A table, so that a new one does not compile until it stands here. */
const EXIT_CODES: Readonly<Record<ExitCode, true>> = {
  SIGNAL_EXIT: true,
  STOP_EXIT: true,
  TARGET_EXIT: true,
  TRAILING_EXIT: true,
  TIME_EXIT: true,
  OPERATOR_EXIT: true,
};

/** An exit was written down for this reason. */
export function exitCell(code: ExitCode): Cell {
  return `exit ${code}`;
}

export function isExitCode(code: ReasonCode): code is ExitCode {
  return code in EXIT_CODES;
}

const GATE_CODES: ReadonlySet<ReasonCode> = new Set(
  [...CHECKS, ...SEND_CHECKS].map(({ code }) => code),
);

/** Whether the gate can give this reason. An order is also void because it was found unsent. */
export function isGateCode(code: ReasonCode): boolean {
  return GATE_CODES.has(code);
}

/** Every cell there is, made from the lists that the program itself works by. */
export const CELLS: readonly Cell[] = [
  ...keysOf(ORDER_STATES).flatMap((state) =>
    FAULT_FAMILIES.map((family) => stateCell(state, family)),
  ),
  ...keysOf(FOUND_STATES).map(foundCell),
  ...keysOf(RECOVERY_WAYS).map(wayCell),
  ...[...GATE_CODES].map(denyCell),
  ...keysOf(EXIT_CODES).map(exitCell),
];

function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): K[] {
  const keys: K[] = [];
  for (const key in table) keys.push(key);
  return keys;
}
