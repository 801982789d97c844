import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { parseSettings } from '../config/parse-settings.ts';
import { formatProblem } from '../config/problem.ts';
import type { Settings } from '../config/settings.ts';

const SHIPPED_FILE = new URL('../../config/overnight.yaml', import.meta.url);

/** About a thousand orders in eight hours; the shipped 10 s make ten thousand, and show nothing more. */
const REENTRY_COOLDOWN_MS = 600_000;

export interface NightSettings {
  readonly settings: Settings;
  readonly configHash: string;
}

/**
 * The settings that are shipped, changed only where a night of made-up trouble would otherwise be an
 * idle one: every strategy trades every symbol, and a day's losses do not end the night.
 */
export function loadNightSettings(
  change: SettingsChange = {},
  reentryCooldownMs = REENTRY_COOLDOWN_MS,
): NightSettings {
  const shipped: unknown = parse(readFileSync(SHIPPED_FILE, 'utf8'));
  if (!isTree(shipped)) throw new Error(`${SHIPPED_FILE.pathname} holds no settings`);
  const tree = merge(shipped, merge(NIGHTLY, change));
  const symbols = tree['symbols'];
  const strategies = Array.isArray(tree['strategies']) ? tree['strategies'] : [];
  tree['strategies'] = strategies.map((each: unknown) =>
    isTree(each) ? { ...each, symbols, reentryCooldownMs } : each,
  );
  const parsed = parseSettings(stringify(tree), {});
  if (parsed.type === 'invalid') {
    throw new Error(`settings of a night: ${parsed.problems.map(formatProblem).join('; ')}`);
  }
  return { settings: parsed.settings, configHash: parsed.configHash };
}

/** Blocks of the settings file with the keys that differ. */
export type SettingsChange = Readonly<Record<string, unknown>>;

const NIGHTLY: SettingsChange = {
  account: { allocations: { USDT: '50000' } },
  risk: { dailyLossMax: '20000', ordersPerDayMax: 100_000 },
};

type Tree = Record<string, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Blocks are merged, everything else is replaced. */
function merge(base: SettingsChange, change: SettingsChange): Tree {
  const merged: Tree = { ...base };
  for (const [key, value] of Object.entries(change)) {
    const before = merged[key];
    merged[key] = isTree(before) && isTree(value) ? merge(before, value) : value;
  }
  return merged;
}
