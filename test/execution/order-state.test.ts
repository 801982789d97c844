import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvariantBroken } from '../../src/domain/assert.ts';
import { venueOrderId } from '../../src/domain/ids.ts';
import type { OrderReport, OrderState, OrderStateName } from '../../src/domain/order.ts';
import { lots, unixMs } from '../../src/domain/units.ts';
import {
  isEnded,
  mergeStatus,
  type OrderEvent,
  type OrderEventType,
  transition,
} from '../../src/execution/order-state.ts';

const AT = unixMs(1_000);
const V = venueOrderId('1');
const PROOF = { httpStatus: 400, code: -1013, text: 'refused' };
const REASON = { code: 'STALE_DATA' } as const;

// One of each: the compiler asks for a new line when the type grows.
const STATES: { readonly [K in OrderStateName]: Extract<OrderState, { type: K }> } = {
  INITIALIZED: { type: 'INITIALIZED' },
  SUBMITTED: { type: 'SUBMITTED', sentAtMs: AT, leaseEndMs: AT },
  UNKNOWN: { type: 'UNKNOWN', sinceMs: AT, leaseEndMs: AT, cause: { type: 'restart' } },
  ACCEPTED: { type: 'ACCEPTED', venueOrderId: V },
  PARTIALLY_FILLED: { type: 'PARTIALLY_FILLED', venueOrderId: V },
  FILLED: { type: 'FILLED', venueOrderId: V },
  CANCELED: { type: 'CANCELED', venueOrderId: V },
  EXPIRED: { type: 'EXPIRED', venueOrderId: V, text: '' },
  REJECTED: { type: 'REJECTED', proof: PROOF },
  ABSENT: { type: 'ABSENT', proof: '' },
  VOID: { type: 'VOID', reason: REASON },
  DEAD: { type: 'DEAD', sinceMs: AT, leaseEndMs: AT },
};

const reported = (to: Extract<OrderEvent, { type: 'reported' }>['to']): OrderEvent => ({
  type: 'reported',
  to,
  venueOrderId: V,
  text: '',
});
const appeared: OrderEvent = { type: 'appeared', to: 'ACCEPTED', venueOrderId: V, text: '' };

const EVENTS: { readonly [K in OrderEventType]: readonly OrderEvent[] } = {
  submitted: [{ type: 'submitted', sentAtMs: AT, leaseEndMs: AT }],
  voided: [{ type: 'voided', reason: REASON }],
  notSent: [{ type: 'notSent', reason: REASON }],
  refused: [{ type: 'refused', proof: PROOF }],
  lost: [{ type: 'lost', sinceMs: AT, cause: { type: 'restart' } }],
  provenAbsent: [{ type: 'provenAbsent', proof: '' }],
  parked: [{ type: 'parked' }],
  reported: [
    reported('ACCEPTED'),
    reported('PARTIALLY_FILLED'),
    reported('FILLED'),
    reported('CANCELED'),
    reported('EXPIRED'),
  ],
  appeared: [appeared],
};

/** The protocol, written down a second time: from -> event -> to. */
const PROTOCOL = `
INITIALIZED submitted SUBMITTED
INITIALIZED voided VOID
SUBMITTED notSent VOID
UNKNOWN notSent VOID
DEAD notSent VOID
SUBMITTED refused REJECTED
UNKNOWN refused REJECTED
DEAD refused REJECTED
SUBMITTED lost UNKNOWN
UNKNOWN provenAbsent ABSENT
DEAD provenAbsent ABSENT
UNKNOWN parked DEAD
SUBMITTED reported ACCEPTED
SUBMITTED reported PARTIALLY_FILLED
SUBMITTED reported FILLED
SUBMITTED reported CANCELED
SUBMITTED reported EXPIRED
UNKNOWN reported ACCEPTED
UNKNOWN reported PARTIALLY_FILLED
UNKNOWN reported FILLED
UNKNOWN reported CANCELED
UNKNOWN reported EXPIRED
DEAD reported ACCEPTED
DEAD reported PARTIALLY_FILLED
DEAD reported FILLED
DEAD reported CANCELED
DEAD reported EXPIRED
ACCEPTED reported PARTIALLY_FILLED
ACCEPTED reported FILLED
ACCEPTED reported CANCELED
ACCEPTED reported EXPIRED
PARTIALLY_FILLED reported FILLED
PARTIALLY_FILLED reported CANCELED
PARTIALLY_FILLED reported EXPIRED
CANCELED reported FILLED
EXPIRED reported FILLED
REJECTED appeared ACCEPTED
ABSENT appeared ACCEPTED
VOID appeared ACCEPTED`
  .trim()
  .split('\n');

const PAIRS = Object.values(STATES).flatMap((state) =>
  Object.values(EVENTS)
    .flat()
    .map((event) => ({ state, event, to: 'to' in event ? event.to : '' })),
);

test('every pair of state and event does what the protocol says, and all others panic', () => {
  const done: string[] = [];
  for (const { state, event, to } of PAIRS) {
    try {
      const next = transition(state, event);
      done.push(`${state.type} ${event.type} ${next.type}`);
    } catch (error) {
      expect(error, `${state.type} ${event.type} ${to}`).toBeInstanceOf(InvariantBroken);
    }
  }
  expect(done.sort()).toEqual([...PROTOCOL].sort());
});

test('the lease of an order goes with it into UNKNOWN and DEAD', () => {
  const leaseEndMs = unixMs(4_000);
  const unknown = transition(
    { type: 'SUBMITTED', sentAtMs: AT, leaseEndMs },
    { type: 'lost', sinceMs: unixMs(2_000), cause: { type: 'restart' } },
  );
  expect(unknown).toMatchObject({ type: 'UNKNOWN', leaseEndMs, sinceMs: 2_000 });
  expect(transition(unknown, { type: 'parked' })).toEqual({
    type: 'DEAD',
    leaseEndMs,
    sinceMs: 2_000,
  });
});

const QUANTITY = lots(10);
const name = fc.constantFrom<OrderStateName>(
  'SUBMITTED',
  'UNKNOWN',
  'ACCEPTED',
  'PARTIALLY_FILLED',
);
const status = fc.constantFrom<OrderReport['status']>(
  'NEW',
  'PARTIALLY_FILLED',
  'FILLED',
  'CANCELED',
  'EXPIRED',
);

test('a report never takes an order back', () => {
  fc.assert(
    fc.property(name, status, status, fc.nat(10), (from, first, second, filled) => {
      const once = mergeStatus(from, first, lots(filled), QUANTITY) ?? from;
      const twice = mergeStatus(once, second, lots(filled), QUANTITY) ?? once;
      if (isEnded(once)) expect(isEnded(twice)).toBe(true);
      if (filled >= QUANTITY) expect(twice).toBe('FILLED');
      expect(mergeStatus(twice, second, lots(filled), QUANTITY)).toBeUndefined();
    }),
  );
});
