// Preloaded into the daemon and the watcher (`--import`). Node strips the types of our sources with a compiler of its
// own, and keeps it: 20 MB for the life of the process. What it made is kept by Node's compile cache, and a process
// that finds everything there never loads the compiler. So a start that finds sources the cache has not seen lets a
// child load them once, 1 s, and goes on behind it. Node compares each source with its entry: a stale one is not used.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { basename, join } from 'node:path';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, '.node', 'compile-cache');
/** An entry file that is told this loads its modules and ends without doing anything. */
const LOAD_ONLY = '--load-only';
/** A slow disk must not keep the daemon down: then it starts as it is, and only larger. */
const CHILD_MS_MAX = 15_000;

/** Names the state of all sources below a folder: another one as soon as a file comes, goes or is written. */
function fingerprint(folder) {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true }).sort()) {
    const { size, mtimeMs } = statSync(join(folder, name));
    if (/\.[cm]?[jt]s$/.test(name)) hash.update(`${name} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Node 22 strips the types of a cached source again all the same: there is nothing to gain there. */
const IS_WORTH_IT = Number(process.versions.node.split('.')[0]) >= 24;

/** Fills the cache when it does not know the sources of today. Whatever fails here costs memory, never the start. */
function warm(entry, sources) {
  const { directory } = enableCompileCache(FOLDER);
  if (directory === undefined || process.argv.includes(LOAD_ONLY)) return;
  // An entry that does not know the word would start in earnest, a second time.
  if (!readText(entry)?.includes(LOAD_ONLY)) return;
  const stampPath = join(directory, `${basename(entry)}.loaded`);
  // Node keeps what another version or other flags made apart.
  const stamp = `${process.version} ${process.execArgv.join(' ')} ${fingerprint(sources)}`;
  if (readText(stampPath) === stamp) return;
  // Only now: it is not needed at any other start.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { status } = spawnSync(process.execPath, [...process.execArgv, entry, LOAD_ONLY], {
    stdio: 'ignore',
    timeout: CHILD_MS_MAX,
  });
  if (status === 0) writeFileSync(stampPath, stamp);
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

if (isMainThread && IS_WORTH_IT) {
  try {
    // PM2 starts a file of its own, which then loads the one it was asked for.
    warm(process.env.pm_exec_path ?? process.argv[1], join(ROOT, 'src'));
  } catch (error) {
    process.stderr.write(`the compile cache cannot be used: ${error.message}\n`);
  }
}
