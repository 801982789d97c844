import { expect, test } from 'vitest';
import type { OrderStateName } from '../../src/domain/order.ts';
import { isLegal, type OrderEventType } from '../../src/execution/order-state.ts';
import {
  ENDS_OF_RECOVERY,
  RECOVERY_WAYS,
  WAYS_BESIDE_ROWS,
  WAYS_OF_ROWS,
  WAYS_OF_START,
  WAYS_OF_STEPS,
} from '../../src/sim/cells/recovery-branches.ts';

const AT_VENUE = ['ACCEPTED', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'EXPIRED'] as const;

/** Where each event of the protocol leads: a new one does not compile until it stands here. */
const LEADS_TO: Readonly<Record<OrderEventType, readonly OrderStateName[]>> = {
  submitted: ['SUBMITTED'],
  voided: ['VOID'],
  notSent: ['VOID'],
  refused: ['REJECTED'],
  lost: ['UNKNOWN'],
  provenAbsent: ['ABSENT'],
  parked: ['DEAD'],
  reported: AT_VENUE,
  appeared: AT_VENUE,
};

function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(table).filter((key): key is K => key in table);
}

// The simulated world knows nothing of the daemon's own protocol: its table must be held against it here.
test('every step of the protocol out of these states has a way of recovery or a reason, and no other step has', () => {
  for (const from of keysOf(WAYS_OF_STEPS)) {
    for (const to of keysOf(WAYS_OF_STEPS[from])) {
      const told = WAYS_OF_STEPS[from][to];
      const isStep = keysOf(LEADS_TO).some(
        (event) => LEADS_TO[event].includes(to) && isLegal(from, event),
      );
      if (from === to) expect(told, `${from} to ${to}`).toBe('same');
      else expect(told !== 'illegal', `${from} to ${to} is ${told}`).toBe(isStep);
    }
  }
});

test('each way of recovery can be shown, by a row, a fact of the start, or what the daemon does', () => {
  const shown = new Set<string>([
    ...Object.values(WAYS_OF_ROWS).flatMap((ways) => (ways === 'none' ? [] : ways)),
    ...Object.values(WAYS_OF_START).flat(),
    ...WAYS_BESIDE_ROWS,
  ]);
  expect([...shown].sort()).toEqual(Object.keys(RECOVERY_WAYS).sort());
  const inTables = [...Object.values(WAYS_OF_STEPS), ENDS_OF_RECOVERY].flatMap((table) =>
    Object.values(table).filter((told) => told.includes('.')),
  );
  for (const way of inTables) expect(shown).toContain(way);
});
