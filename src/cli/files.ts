import { isAbsolute, join } from 'node:path';
import { formatProblem } from '../config/problem.ts';
import type { Settings } from '../config/settings.ts';
import { loadSettings } from '../live/load-settings.ts';
import { UsageError } from './tell.ts';

/** Where a daemon with these settings keeps what it knows, and where it listens. */
export interface DaemonFiles {
  readonly settings: Settings;
  readonly dataDir: string;
  readonly journal: string;
  readonly decisions: string;
  readonly heartbeat: string;
  readonly haltLatch: string;
}

/** The files of the daemon that `--config` describes. Throws `UsageError` when the settings are not valid. */
export function findFiles(config: string | undefined): DaemonFiles {
  const loaded = loadSettings(process.env, config ?? process.env['OVERNIGHT_CONFIG']);
  if (loaded.type === 'invalid') {
    const problems = loaded.problems.map((problem) => `  ${formatProblem(problem)}`);
    throw new UsageError(`${loaded.file} is not a valid configuration:\n${problems.join('\n')}`);
  }
  const folder = loaded.settings.data.dir;
  const inFolder = (name: string): string =>
    isAbsolute(folder) ? join(folder, name) : join(process.cwd(), folder, name);
  return {
    settings: loaded.settings,
    dataDir: inFolder(''),
    journal: inFolder('journal.db'),
    decisions: inFolder('decisions.db'),
    heartbeat: inFolder('heartbeat.json'),
    haltLatch: inFolder('HALT'),
  };
}
