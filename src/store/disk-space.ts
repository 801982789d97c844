import { statfs } from 'node:fs/promises';

export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** What an ordinary user may still write on the disk that holds `path`; `undefined` when the system does not say. */
export async function findDiskSpace(path: string): Promise<DiskSpace | undefined> {
  try {
    const found = await statfs(path);
    return { freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize };
  } catch {
    // Not every file system answers; health samples then say "not known", which the risk gate sees.
    return undefined;
  }
}
