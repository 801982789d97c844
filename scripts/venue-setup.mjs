// Which world the settings ask for. PM2's file and the demo must know before anything runs; everything else in the
// settings is for the daemon to read and to judge.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { ROOT } from './node-runtime.mjs';

/** `venue.setup` of the settings in effect; `rehearsal` where it is not said, `undefined` where there is no file. */
export function readVenueSetup(file = process.env.OVERNIGHT_CONFIG, root = ROOT) {
  const path = resolve(root, file || join('config', 'overnight.yaml'));
  return existsSync(path) ? (readSetting(path, 'venue', 'setup') ?? 'rehearsal') : undefined;
}

/** The folder of everything a night remembers, as the daemon finds it: `OVERNIGHT_DATA_DIR`, else `data.dir`, else `data`. */
export function readDataDir(file = process.env.OVERNIGHT_CONFIG, root = ROOT) {
  const path = resolve(root, file || join('config', 'overnight.yaml'));
  const said = existsSync(path) ? readSetting(path, 'data', 'dir') : undefined;
  return resolve(root, process.env.OVERNIGHT_DATA_DIR || said || 'data');
}

/** `block.key`, in the block's own line or in one below it; `undefined` where it is not said. */
function readSetting(path, block, key) {
  const lines = readFileSync(path, 'utf8').split(/\r?\n/);
  const start = lines.findIndex((line) => line.startsWith(`${block}:`));
  if (start < 0) return undefined;
  const value = `${key}:\\s*(?:"([^"]*)"|'([^']*)'|([^\\s,}#]+))`;
  const end = lines.findIndex((line, at) => at > start && /^[^\s#]/.test(line));
  const below = lines.slice(start + 1, end < 0 ? undefined : end);
  const found =
    new RegExp(`[{,]\\s*${value}`).exec(lines[start]) ??
    below.map((line) => new RegExp(`^\\s+${value}`).exec(line)).find(Boolean);
  return found?.slice(1).find((text) => text !== undefined);
}
