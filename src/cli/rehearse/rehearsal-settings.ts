import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

const tree = z.record(z.string(), z.unknown());
type Tree = Readonly<Record<string, unknown>>;

/** What the night trades. */
export const SYMBOLS = ['BTC/USDT', 'ETH/USDT'] as const;

/**
 * Only how often strategies may want something: an order must be under way whenever a fault comes. Every
 * limit of data, clock and order protocol is the default of config/overnight.yaml.
 */
const CHANGES: Readonly<Record<string, Tree>> = {
  signal: { wishIntervalMsMin: 200 },
  risk: { cooldownMs: 300, ordersPerWindowMax: 200, ordersPerDayMax: 100_000 },
};

/** Parameters by kind of strategy: enters and leaves within seconds whatever the market does. */
export const EAGER_PARAMETERS: Readonly<Record<string, Tree>> = {
  'ema-cross': { candleIntervalMs: 1000, fastCandlesCount: 2, slowCandlesCount: 3 },
  'book-imbalance': {
    halfLifeMs: 200,
    warmUpMs: 300,
    entryImbalance: 0.05,
    exitImbalance: -0.05,
    holdingMsMax: 1_000,
  },
  'mean-reversion': { candleIntervalMs: 1000, candlesCount: 5, deviations: 0.5, bandBpsMin: 0 },
};

/** Writes the settings of a rehearsal to `file`: the checkout's default ones with the changes above. */
export function writeRehearsalSettings(file: string, root: string): void {
  const text = readFileSync(path.join(root, 'config', 'overnight.yaml'), 'utf8');
  const settings = tree.parse(parse(text));
  const changed: Record<string, unknown> = { ...settings, symbols: SYMBOLS };
  for (const [block, change] of Object.entries(CHANGES)) {
    changed[block] = { ...tree.parse(settings[block]), ...change };
  }
  changed['strategies'] = z.array(tree).parse(settings['strategies']).map(makeEager);
  writeFileSync(file, stringify(changed));
}

function makeEager(strategy: Tree): Tree {
  return {
    ...strategy,
    symbols: SYMBOLS,
    reentryCooldownMs: 100,
    parameters: {
      ...tree.parse(strategy['parameters']),
      ...EAGER_PARAMETERS[String(strategy['kind'])],
    },
  };
}
