// Which world the settings ask for. PM2's file and the demo must know before anything runs; everything else in the
// settings is for the daemon to read and to judge.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { ROOT } from './node-runtime.mjs';

/** `venue.setup` of the settings in effect; `rehearsal` where it is not said, `undefined` where there is no file. */
export function readVenueSetup(file = process.env.OVERNIGHT_CONFIG, root = ROOT) {
  const path = resolve(root, file || join('config', 'overnight.yaml'));
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, 'utf8').split(/\r?\n/);
  const start = lines.findIndex((line) => /^venue:/.test(line));
  if (start < 0) return 'rehearsal';
  const inline = /^venue:.*[{,]\s*setup:\s*["']?(\w+)/.exec(lines[start])?.[1];
  const end = lines.findIndex((line, at) => at > start && /^[^\s#]/.test(line));
  const block = lines.slice(start + 1, end < 0 ? undefined : end);
  const said = block.map((line) => /^\s+setup:\s*["']?(\w+)/.exec(line)?.[1]).find(Boolean);
  return inline ?? said ?? 'rehearsal';
}
