import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { EAGER_PARAMETERS } from '../../src/cli/rehearse/rehearsal-settings.ts';

const DEFAULT_FILE = new URL('../../config/overnight.yaml', import.meta.url);

const tree = z.record(z.string(), z.unknown());
type Tree = Readonly<Record<string, unknown>>;

/** What a night changes in the default settings, block by block; `strategies` change all alike. */
export interface SettingsChange {
  readonly [block: string]: unknown;
}

/**
 * Shorter waits and cooldowns than the default, so that a short test holds many orders. The order
 * protocol itself is the default one, apart from how long the proof takes that an order never arrived.
 */
export const BUSY: SettingsChange = {
  symbols: ['BTC/USDT', 'ETH/USDT'],
  signal: { wishIntervalMsMin: 200 },
  risk: { cooldownMs: 300, ordersPerWindowMax: 200, ordersPerDayMax: 100_000 },
  execution: {
    // Starting again and again costs more requests than a night: the venue's own limit, not half of it.
    weightPerMinuteMax: 6_000,
    recvWindowMs: 1_000,
    absentProcessingMs: 1_000,
    absentMarginMs: 500,
    absentMissGapMs: 300,
    resolveAtMs: [100, 300, 600, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 5_000, 6_000],
    resolveEveryMs: 1_000,
  },
  recovery: { leaseWaitMs: 100, crashLoopStarts: 10_000 },
};

/** Writes the default settings with `changes` in them to `file`. */
export function writeSettings(file: string, changes: SettingsChange, eager: boolean): void {
  const settings = { ...tree.parse(parse(readFileSync(DEFAULT_FILE, 'utf8'))) };
  for (const [name, change] of Object.entries(changes)) {
    const before = tree.safeParse(settings[name]);
    const after = tree.safeParse(change);
    settings[name] = before.success && after.success ? { ...before.data, ...after.data } : change;
  }
  settings['strategies'] = adapt(settings['strategies'], settings['symbols'], eager);
  writeFileSync(file, stringify(settings));
}

/** Every strategy trades every symbol of the night. */
function adapt(strategies: unknown, symbols: unknown, eager: boolean): readonly Tree[] {
  return z
    .array(tree)
    .parse(strategies)
    .map((strategy) => ({
      ...strategy,
      symbols,
      ...(eager ? { reentryCooldownMs: 100, parameters: makeEager(strategy) } : {}),
    }));
}

function makeEager(strategy: Tree): Tree {
  return {
    ...tree.parse(strategy['parameters']),
    ...EAGER_PARAMETERS[String(strategy['kind'])],
  };
}
