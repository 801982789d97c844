// How a benchmark tells its numbers: medians, ratios, a table, JSON.

import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import process from 'node:process';
import { defaultConfigHash } from './overnight-path.ts';

/** What the numbers were measured on and with. */
export interface Circumstances {
  readonly node: string;
  readonly cpu: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly load: string;
  readonly ccxt: string;
  readonly ws: string;
  /** Of config/overnight.yaml as it lies in the repository. */
  readonly configHash: string;
  readonly seed: string;
}

export function circumstances(seed: string): Circumstances {
  return {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cpuCount: cpus().length,
    memoryBytes: totalmem(),
    load: readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' '),
    ccxt: versionOf('ccxt'),
    ws: versionOf('ws'),
    configHash: defaultConfigHash(),
    seed,
  };
}

function versionOf(name: string): string {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  const { version }: { readonly version: string } = JSON.parse(readFileSync(file, 'utf8'));
  return version;
}

/** The middle of the values; of an even number, the mean of the middle two. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between the two nearest values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** Lines of a table with aligned columns: the first to the left, the others to the right. */
export function tableOf(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)];
}

/** A budget and whether it was kept. */
export interface Budget {
  readonly what: string;
  readonly measured: number;
  readonly atLeast: string;
  readonly aim: string;
  readonly kept: boolean;
  readonly aimReached: boolean;
}

export function budgetLines(budgets: readonly Budget[]): readonly string[] {
  const rows = budgets.map(({ what, measured, atLeast, aim, kept, aimReached }) => [
    what,
    measured.toFixed(2),
    atLeast,
    aim,
    aimReached ? 'aim reached' : kept ? 'kept' : 'MISSED',
  ]);
  return tableOf(['budget', 'measured', 'at least', 'aim', ''], rows);
}
