// Preloaded into every process PM2 starts (`--import`): keeps the two files PM2 writes for it small. PM2 itself never
// rotates them. What matters is in logs/ and data/ anyway; these hold what `pm2 logs` shows.

import { copyFileSync, statSync, truncateSync } from 'node:fs';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

/** Past this size a file moves to `<file>.1` and starts again empty, so each takes twice this on disk at most. */
export const BYTES_MAX = 5 * 1024 * 1024;
const LOOK_EVERY_MS = 60_000;

/** Cuts a log another process appends to. PM2 opens it for appending, so after the cut it writes from the start. */
export function boundLog(path, bytesMax = BYTES_MAX) {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= bytesMax) return false;
  copyFileSync(path, `${path}.1`);
  truncateSync(path, 0);
  return true;
}

function boundOwnLogs() {
  for (const path of [process.env.pm_out_log_path, process.env.pm_err_log_path]) {
    if (path === undefined) continue;
    try {
      boundLog(path);
    } catch (error) {
      // A full disk must not take the process down through its log; the disk has its own alarm.
      process.stderr.write(`could not shorten ${path}: ${error.message}\n`);
    }
  }
}

if (isMainThread && process.env.pm_id !== undefined) {
  boundOwnLogs();
  setInterval(boundOwnLogs, LOOK_EVERY_MS).unref();
}
