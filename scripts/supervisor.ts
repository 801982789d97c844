// This folder's own PM2: its home lies inside the project, so `demo` and `stop` never touch another folder's processes.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { environmentFor, isAlive, ROOT } from './node-runtime.mjs';

/** A process as PM2 lists it. */
export type Supervised = {
  /** PM2's number for it; they count up in the order of the start. */
  readonly id: number;
  readonly name: string;
  readonly pid: number;
  readonly status: string;
  readonly restarts: number;
  readonly exitCode: number | undefined;
  /** PM2 will not start it again by itself. */
  readonly gaveUp: boolean;
};

/** What a PM2 command printed, and how it ended. */
export type Said = { readonly code: number; readonly stdout: string; readonly stderr: string };

// A socket's path may have 108 bytes on Linux, 104 elsewhere; PM2's longest is `<home>/interactor.sock`.
const HOME_BYTES_MAX = 85;

/** The PM2 home of the project in `root`: `.pm2` inside it, or a folder of its own in /tmp where that path is too long. */
export function findPm2Home(root: string = ROOT): string {
  const inside = join(root, '.pm2');
  if (Buffer.byteLength(inside) <= HOME_BYTES_MAX) return inside;
  const mark = createHash('sha256').update(root).digest('hex').slice(0, 12);
  return join(tmpdir(), `overnight-pm2-${mark}`);
}

/** Process id of this home's PM2 daemon, `undefined` when none runs. Asking PM2 itself would start one. */
export function findPm2Daemon(home: string): number | undefined {
  const file = join(home, 'pm2.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  return pid > 0 && isAlive(pid) ? pid : undefined;
}

/** Runs one PM2 command against the given home. */
export function runPm2(
  home: string,
  args: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const cli = join(ROOT, 'node_modules', 'pm2', 'bin', 'pm2');
  const base = environmentFor(process.execPath, ROOT);
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: ROOT,
    env: { ...base, ...extra, PM2_HOME: home, PM2_DISCRETE_MODE: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((done, reject) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    // `exit`, not `close`: the daemon PM2 leaves behind may keep our pipes open for ever.
    child.on('exit', (code) => {
      const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');
      setImmediate(() => done({ code: code ?? 1, stdout: text(out), stderr: text(err) }));
    });
  });
}

/** What runs under the given home. */
export async function listSupervised(home: string): Promise<readonly Supervised[]> {
  const { stdout } = await runPm2(home, ['jlist', '--silent']);
  const line = stdout.split('\n').find((candidate) => candidate.startsWith('['));
  if (line === undefined) return [];
  const processes: readonly Listed[] = JSON.parse(line);
  return processes.map(({ pm_id: id, name, pid, pm2_env: env }) => ({
    id,
    name,
    pid: pid ?? 0,
    status: env.status,
    restarts: env.restart_time,
    exitCode: env.exit_code,
    // After one of `stop_exit_codes` PM2 7 shows "waiting restart" for ever, with no process and no restart coming.
    gaveUp:
      /^(?:stopped|errored)$/.test(env.status) || (env.status === 'waiting restart' && pid === 0),
  }));
}

type Listed = {
  readonly pm_id: number;
  readonly name: string;
  readonly pid?: number;
  readonly pm2_env: {
    readonly status: string;
    readonly restart_time: number;
    readonly exit_code?: number;
  };
};

/** Ids of processes started from this home that outlived its PM2 daemon (somebody killed it). */
export function findOrphans(home: string, root: string = ROOT): readonly number[] {
  const folder = join(home, 'pids');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => Number(readFileSync(join(folder, name), 'utf8')))
    .filter((pid) => pid > 0 && isAlive(pid) && worksIn(pid, root));
}

/** A process id may since belong to somebody else: ours work in this folder. Where that cannot be seen, it is not ours. */
function worksIn(pid: number, root: string): boolean {
  const link = `/proc/${pid}/cwd`;
  if (existsSync(link)) return readlinkSync(link) === root;
  const listed = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return listed.status === 0 && listed.stdout.includes(root);
}
