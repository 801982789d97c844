import { expect, test } from 'vitest';
import { strategyId } from '../../src/domain/ids.ts';
import { DEFAULT_EXITS } from '../../src/portfolio/limits.ts';
import { ExitLevels } from '../../src/sim/checkers/exit-levels.ts';
import { positionLeft } from '../../src/sim/checkers/position-left.ts';
import type { TruePosition } from '../../src/sim/checkers/true-positions.ts';
import { loadNightSettings } from '../../src/sim/settings.ts';
import { OURS } from '../../src/sim/venue.ts';
import { type Call, judgeLive } from './support/recorded-night.ts';

const EXITS = { stopBps: 12, targetBps: 25, trailingBps: 10, holdingMsMax: 20_000 };
const OPTIONS = {
  seed: 'positions that are left',
  minutes: 8,
  settings: loadNightSettings({ exits: { standard: EXITS } }, 60_000),
};
const FLATTEN = {
  name: 'operator.flatten',
  atMs: 300_000,
  durationMs: 60_000,
  moment: 'atOnce',
  parameters: { isDark: false },
} as const;

/** The exchange sells nothing of ours: as if no exit had ever left, for whoever counts what it executes. */
function keepSold(call: Call): readonly Call[] {
  if (call.hook !== 'onHappening' || call.args[0].type !== 'orderUpdated') return [call];
  const { fill, order } = call.args[0];
  return fill !== undefined && order.accountKey === OURS && order.side === 'SELL' ? [] : [call];
}

test('a quiet night with exits that are near: each position is left in time', () => {
  const tally = judgeLive(positionLeft, { ...OPTIONS, faults: [FLATTEN] });
  expect(tally.violations).toEqual([]);
  expect(tally.checksCount).toBeGreaterThan(10);
});

test('a position that nobody sells though its stop, its clock or a person says so is seen', () => {
  const wide = { stopBps: 500, targetBps: 500, trailingEnabled: false, holdingEnabled: false };
  const codes = (exits: Readonly<Record<string, unknown>>): string => {
    const settings = loadNightSettings({ exits: { standard: exits } }, 60_000);
    const options = { ...OPTIONS, settings, faults: [FLATTEN] };
    const { violations } = judgeLive(positionLeft, options, keepSold);
    return violations.map(({ text }) => text).join('\n');
  };
  expect(codes({ ...wide, stopBps: 8 })).toMatch(
    /is to be left \(STOP_EXIT\) for \d+ ms and no exit has left, allowed are 5000 ms/,
  );
  expect(codes({ ...wide, holdingEnabled: true, holdingMsMax: 20_000 })).toContain('(TIME_EXIT)');
  expect(codes(wide)).toContain('(OPERATOR_EXIT)');
  expect(codes(wide)).not.toContain('(STOP_EXIT)');
});

// Both sides of each bound, and a tick between: nobody is called late for a rounding.
test('where a position ends: by what it cost, by the best price since, by the clock', () => {
  const position: TruePosition = {
    strategy: strategyId('ema-cross'),
    symbol: 'BTC/USDT',
    venueSymbol: 'BTCUSDT',
    held: 200_000_000n,
    cost: 20_000_000_000n,
    openedAtMs: 1_000,
  };
  const settings = { ...DEFAULT_EXITS, stopBps: 100, targetBps: 150, trailingBps: 80 };
  const levels = new ExitLevels(settings, position, 1_000_000, undefined);
  const at = (price: number, atMs = 2_000) => levels.find(Math.round(price * 10 ** 8), atMs);
  expect([at(98.99), at(99), at(101.5), at(101.51)]).toEqual([
    'STOP_EXIT',
    undefined,
    undefined,
    'TARGET_EXIT',
  ]);
  const endMs = 1_000 + settings.holdingMsMax;
  expect([at(100, endMs - 1), at(100, endMs)]).toEqual([undefined, 'TIME_EXIT']);

  levels.heard(101 * 10 ** 8);
  expect([at(100.18), at(100.2)]).toEqual(['TRAILING_EXIT', undefined]);
  const more = { ...position, held: 400_000_000n, cost: 40_000_000_000n };
  expect(new ExitLevels(settings, more, 1_000_000, levels).find(10_018_000_000, 2_000)).toBe(
    'TRAILING_EXIT',
  );
  const again = { ...position, openedAtMs: 1_500 };
  expect(new ExitLevels(settings, again, 1_000_000, levels).find(10_018_000_000, 2_000)).toBe(
    undefined,
  );
  levels.forget();
  expect(at(100.18)).toBe(undefined);
});
