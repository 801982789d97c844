import { copyFileSync, cpSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findNight } from '../../src/replay/captured-night.ts';
import { type ReplayOptions, replay } from '../../src/replay/replay.ts';
import type { ReplayReport } from '../../src/replay/replay-report.ts';
import type { SettingChange } from '../../src/replay/set-value.ts';
import { findWitness } from '../../src/replay/witness.ts';
import type { CapturedItem } from '../../src/store/capture-reader.ts';
import { tempFolder } from '../store/temp-folder.ts';
import { putTogether, type TakenApart, takeApart } from '../support/rewritten-capture.ts';

/** Decides what lies in the folder again, beside what else lies in the data folder, as the command does. */
export function replayFolder(
  folder: string,
  change: {
    readonly from?: string | number;
    readonly changes?: readonly SettingChange[];
    readonly untilMs?: number;
  } & Partial<Pick<ReplayOptions, 'own' | 'witness'>> = {},
): ReplayReport {
  const { from, changes = [], untilMs = Number.POSITIVE_INFINITY, own } = change;
  const night = findNight(folder, from);
  const beside = night.isPart ? dirname(folder) : folder;
  const witness = 'witness' in change ? change.witness : findWitness(beside);
  return replay({ night, untilMs, changes, buildId: 'this build', strategies: {}, own, witness });
}

/** The folder again, with what `edit` makes of each of its files, and with what lies beside it. */
export function rewrite(
  folder: string,
  edit: (part: TakenApart, n: number) => readonly CapturedItem[],
): string {
  const copy = join(tempFolder(), 'capture');
  cpSync(folder, copy, { recursive: true });
  for (const name of ['journal.db', 'journal.db-wal', 'decisions.db', 'decisions.db-wal']) {
    const path = join(dirname(folder), name);
    if (existsSync(path)) copyFileSync(path, join(dirname(copy), name));
  }
  takeApart(copy).forEach((part, n) => {
    putTogether({ ...part, items: edit(part, n) });
  });
  return copy;
}

/** The first differences, for the message of a failed test. */
export function explain(report: ReplayReport): string {
  const { coverage, differences, damages, notes, uncompared } = report;
  const first = differences.slice(0, 3);
  return JSON.stringify({ damages, notes, uncompared, coverage, first }, null, 1);
}
