import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface PruneLimits {
  readonly folder: string;
  /** Only files whose whole name matches are looked at. */
  readonly name: RegExp;
  readonly nowMs: number;
  readonly ageMsMax: number;
  readonly bytesMax: number;
}

/**
 * Deletes the oldest files of a folder until what is left is young and small enough; returns how many
 * went. The newest file always stays: it may be open. Throws when the folder cannot be read.
 */
export async function pruneFolder(limits: PruneLimits): Promise<number> {
  const names = (await readdir(limits.folder)).filter((name) => limits.name.test(name));
  const files: { path: string; bytes: number; changedAtMs: number }[] = [];
  for (const name of names) {
    const path = join(limits.folder, name);
    const found = await stat(path);
    files.push({ path, bytes: found.size, changedAtMs: found.mtimeMs });
  }
  files.sort((a, b) => b.changedAtMs - a.changedAtMs || (a.path < b.path ? 1 : -1));

  let keptBytes = 0;
  let removedCount = 0;
  for (const [place, file] of files.entries()) {
    keptBytes += file.bytes;
    const tooOld = limits.nowMs - file.changedAtMs > limits.ageMsMax;
    if (place === 0 || (!tooOld && keptBytes <= limits.bytesMax)) continue;
    await rm(file.path, { force: true });
    removedCount += 1;
  }
  return removedCount;
}
