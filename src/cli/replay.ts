import { dirname, join, resolve } from 'node:path';
import { tagOf } from '../live/account-tag.ts';
import { readBuildId, readStrategyHashes } from '../live/build-id.ts';
import { loadSettings } from '../live/load-settings.ts';
import { findNight, NoCapture } from '../replay/captured-night.ts';
import { replay } from '../replay/replay.ts';
import { type OwnSettings, UnusableSettings } from '../replay/saved-settings.ts';
import type { SettingChange } from '../replay/set-value.ts';
import { findWitness } from '../replay/witness.ts';
import { STRATEGY_KINDS } from '../signal/registry.ts';
import { findFiles } from './files.ts';
import { readMoment } from './list-options.ts';
import { renderReplay } from './render-replay.ts';
import { EXIT, toStdout, UsageError, type VerbOptions, type Write } from './tell.ts';

/** `--from --until --set`, as typed. */
export interface ReplayVerbOptions extends VerbOptions {
  readonly from?: string;
  readonly until?: string;
  readonly set?: readonly string[];
}

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * `overnight replay [FILE|FOLDER]`: decides a captured night again and compares it with what the
 * recorded process did. Returns the exit code: 0 identical, 1 not. Throws `UsageError` when there is
 * nothing to decide.
 */
export function replayCommand(
  place: string | undefined,
  options: ReplayVerbOptions,
  write: Write = toStdout,
): number {
  const nowMs = Date.now();
  const changes = (options.set ?? []).map(readChange);
  try {
    const chosen = place ?? findFolder(options.config);
    const from = readFrom(options.from, nowMs);
    const untilMs = readUntil(options.until, nowMs);
    if (typeof from === 'number' && from > untilMs) {
      throw new UsageError(`--from ${options.from} is later than --until ${options.until}`);
    }
    const night = findNight(chosen, from);
    const report = replay({
      night,
      witness: findWitness(resolve(night.isPart ? dirname(chosen) : chosen)),
      untilMs,
      changes,
      buildId: readBuildId(ROOT),
      strategies: readStrategyHashes(
        ROOT,
        STRATEGY_KINDS.map(({ kind }) => kind),
      ),
      own: () => readOwn(options.config),
    });
    write(options.json === true ? `${JSON.stringify(report)}\n` : renderReplay(report, changes));
    return report.isIdentical ? EXIT.fine : EXIT.finding;
  } catch (error) {
    if (error instanceof NoCapture || error instanceof UnusableSettings) {
      throw new UsageError(error.message);
    }
    throw error;
  }
}

/** Where a daemon with these settings keeps its capture. */
function findFolder(config: string | undefined): string {
  return join(findFiles(config).dataDir, 'capture');
}

/** The settings of the file, when it is a good one. */
function readOwn(config: string | undefined): OwnSettings | undefined {
  const loaded = loadSettings(process.env, config ?? process.env['OVERNIGHT_CONFIG']);
  if (loaded.type === 'invalid') return undefined;
  const { source, configHash, accountKey } = loaded;
  return { source, configHash, accountTag: tagOf(accountKey?.apiKey.reveal()) };
}

/** The name of a file, or a moment. */
function readFrom(text: string | undefined, nowMs: number): string | number | undefined {
  if (text === undefined) return undefined;
  const name = text.slice(text.lastIndexOf('/') + 1);
  return /^capture-|\.zst$/.test(name) ? name : readMoment('from', text, nowMs);
}

function readUntil(text: string | undefined, nowMs: number): number {
  return text === undefined ? Number.POSITIVE_INFINITY : readMoment('until', text, nowMs);
}

function readChange(text: string): SettingChange {
  const at = text.indexOf('=');
  if (at > 0) return { path: text.slice(0, at).trim(), value: text.slice(at + 1) };
  throw new UsageError(`--set is ${text}, expected path=value, such as risk.orderNotionalMax=500`);
}
