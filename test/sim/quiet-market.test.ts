import { expect, test } from 'vitest';
import type { DecisionRecord } from '../../src/domain/decision.ts';
import { SimNight } from '../../src/sim/night.ts';
import { loadNightSettings } from '../../src/sim/settings.ts';

const HOUR_MS = 3_600_000;
const TIGHT = { stopBps: 8, targetBps: 8, trailingBps: 6 };

/** One market alone on its socket that says nothing for many seconds between two changes. */
function decideInQuiet(actsPerSecond: number): readonly DecisionRecord[] {
  const records: DecisionRecord[] = [];
  const night = new SimNight({
    seed: 'quiet',
    hours: 2,
    catalogue: new Map(),
    faults: [],
    settings: loadNightSettings({ symbols: ['NKN/USDT'], exits: { standard: TIGHT } }, 60_000),
    market: { type: 'generated', seed: 'quiet', actsPerSecond },
    watchers: () => [
      {
        onEffect: (effect) => {
          if (effect.type === 'recordDecision') records.push(effect.record);
        },
      },
    ],
  });
  night.waitMs(2 * HOUR_MS);
  night.close();
  return records;
}

// A silence of the socket makes the first best price behind it suspect of being late. In a quiet market each of
// them comes behind one: a gate that says late to all of them leaves a stop waiting for the next change, and the next.
for (const actsPerSecond of [0.5, 0.05]) {
  test(`a quiet market, ${actsPerSecond} acts a second: positions are entered and left, and nothing is called late`, () => {
    const records = decideInQuiet(actsPerSecond);
    const accepted = records.filter(
      ({ stage, outcome }) => stage === 'risk' && outcome === 'accepted',
    );
    const entries = accepted.filter(({ inputs }) => inputs?.['orderClass'] === 'entry');
    expect(entries.length).toBeGreaterThan(20);
    expect(accepted.length - entries.length).toBeGreaterThan(20);
    const late = records.filter(
      ({ stage, reason }) => stage === 'risk' && reason.code === 'STALE_DATA',
    );
    expect(late).toEqual([]);
  });
}
