import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { SocketNight } from './socket-night.ts';

const CLI = path.join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

/** What a verb of the command line prints about this night. Throws when it ends with anything but 0. */
export async function runVerb(night: SocketNight, words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...words], {
    cwd: night.folder,
    env: {
      PATH: process.env['PATH'],
      OVERNIGHT_CONFIG: night.settingsFile,
      OVERNIGHT_DATA_DIR: night.dataDir,
      OVERNIGHT_LOG_DIR: night.logDir,
      OVERNIGHT_HTTP_PORT: String(night.httpPort),
    },
    maxBuffer: 16_000_000,
  });
  return stdout;
}
