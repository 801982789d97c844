import { afterEach, describe, expect, test, vi } from 'vitest';
import { FAULT_FAMILIES, type PlannedFault, type SimFault } from '../../src/sim/fault.ts';
import { SIM_FAULTS } from '../../src/sim/faults/catalogue.ts';
import type { SimNight } from '../../src/sim/night.ts';
import { OURS } from '../../src/sim/venue.ts';
import { occurrenceOf, runShortNight, type ShortNight } from './support/short-night.ts';

const ALL = [...SIM_FAULTS.values()];
/** Until alarms have a way out of the machine, no fault can stand in it. */
const EMPTY_FAMILIES = ['alarm'];
const UNTIL_MS = 100_000;

// Minutes of a night each; slow only where many share the machine.
vi.setConfig({ testTimeout: 120_000 });

let open: SimNight[] = [];
afterEach(() => {
  for (const night of open) night.close();
  open = [];
});

function run(faults: readonly PlannedFault[], untilMs = UNTIL_MS): ShortNight {
  const short = runShortNight(faults, untilMs);
  open.push(short.night);
  return short;
}

let quietDigest: string | undefined;

test('the catalogue has faults of every family, each under a name of its own that says noun.state', () => {
  const families = new Set(ALL.map(({ family }) => family));
  expect([...families].sort()).toEqual(
    FAULT_FAMILIES.filter((family) => !EMPTY_FAMILIES.includes(family)).sort(),
  );
  for (const [name, fault] of SIM_FAULTS) {
    expect(name).toBe(fault.name);
    expect(name).toMatch(/^[a-z_]+\.[a-z_]+$/);
    expect(fault.about).not.toBe('');
  }
});

test('the same short night is heard the same twice', () => {
  expect(run([]).digest).toBe(run([]).digest);
});

describe.each(ALL.map((fault) => [fault.name, fault] as const))('%s', (_, fault: SimFault) => {
  test('does something: the night is heard otherwise than without it', () => {
    quietDigest ??= run([]).digest;
    const plan = occurrenceOf(fault, 'alone');
    expect(run([plan]).digest, JSON.stringify(plan)).not.toBe(quietDigest);
  });

  test('twice at once, it leaves nothing of itself in the world when both are over', () => {
    const first = occurrenceOf(fault, 'first');
    const second = occurrenceOf(fault, 'second', first.atMs + Math.floor(first.durationMs / 2));
    const { night } = run([first, second], second.atMs + second.durationMs + first.durationMs);
    expect(night.faults.isQuiet).toBe(true);

    const { machine, troubles, venue } = night;
    expect(troubles.isQuiet).toBe(true);
    expect(machine.diskFreeBytes).toBeGreaterThan(1_000_000_000);
    expect(Math.abs(machine.systemOffsetMs)).toBeLessThanOrEqual(100);
    expect(machine.rssBytes).toBeLessThan(200_000_000);
    expect(venue.skewMs).toBe(0);
    expect(venue.delisted.isEmpty && venue.keyRefusals.isEmpty).toBe(true);
    expect(venue.listingChanges.isEmpty).toBe(true);
    expect(venue.core.symbols().map(({ status }) => status)).toEqual(['TRADING', 'TRADING']);
    expect(venue.core.symbols().map(({ lot }) => lot.step)).toEqual([1_000, 10_000]);
    expect(venue.core.openOrders(OURS, undefined)).toEqual([]);
  });
});
