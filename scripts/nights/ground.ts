import { mkdtempSync, readdirSync, readlinkSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** A file system in memory: a kill of the process loses nothing of it, and no disk is worn out. */
const MEMORY_DISK = '/dev/shm';
/** Several times the journal of the busiest night with its write-ahead log. */
const NIGHT_BYTES = 64_000_000;
/** `overnight-nights-PROCESS-PLACE-RANDOM`; the place tells apart machines and containers that share the folder. */
const NAME = /^overnight-nights-(\d+)-(\d+)-/;

/** A new folder for the journals of `jobs` nights at a time, where there is room for them. */
export function makeGround(jobs: number): string {
  const hasRoom = (freeBytesAt(MEMORY_DISK) ?? 0) >= jobs * NIGHT_BYTES;
  const folder = hasRoom ? MEMORY_DISK : tmpdir();
  sweepGrounds(folder);
  return mkdtempSync(join(folder, `overnight-nights-${process.pid}-${findPlace()}-`));
}

/** Removes what runs have left behind whose process is gone without a word. */
export function sweepGrounds(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid, place] = NAME.exec(name) ?? [];
    if (pid === undefined || place !== findPlace() || isAlive(Number(pid))) continue;
    removeOwn(join(folder, name));
  }
}

/** `false`: it is somebody else's, and stays. */
function removeOwn(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}

/** Room that is left where a folder lies; `undefined`: there is no such folder. */
export function freeBytesAt(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** Within which a process number means one process; `0` where nobody can tell. */
function findPlace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's is alive and cannot be told anything.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
