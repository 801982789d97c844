import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What the watcher and the mails about a dead daemon know. Money and sizes are decimal text. */
export interface Heartbeat {
  readonly atMs: number;
  readonly pid: number;
  readonly epoch: number;
  readonly buildId: string;
  readonly httpPort: number;
  readonly mode: string;
  readonly modeCause: string;
  /** Counters that rise while their loop works: a heart that beats while nothing moves is not alive. */
  readonly progress: Readonly<Record<string, number>>;
  readonly positions: readonly {
    readonly venue: string;
    readonly symbol: string;
    readonly quantity: string;
  }[];
  readonly openOrders: readonly {
    readonly clientOrderId: string;
    readonly symbol: string;
    readonly state: string;
  }[];
  /** Set by a daemon that ends on purpose, with its exit code. */
  readonly stopped?: { readonly exitCode: number; readonly cause: string };
}

/** Writes the whole file or leaves the old one: a reader never sees half a heartbeat. Throws when the disk refuses. */
export function writeHeartbeat(path: string, heartbeat: Heartbeat): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.draft`;
  writeFileSync(draft, JSON.stringify(heartbeat));
  renameSync(draft, path);
}

export type HeartbeatRead =
  | { readonly type: 'read'; readonly heartbeat: Heartbeat }
  | { readonly type: 'absent' }
  | { readonly type: 'unreadable'; readonly text: string };

/** The last heartbeat a daemon wrote. Never throws: the watcher must outlive any file. */
export function readHeartbeat(path: string): HeartbeatRead {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return absent ? { type: 'absent' } : { type: 'unreadable', text: String(error) };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isHeartbeat(value)) return { type: 'read', heartbeat: value };
    return { type: 'unreadable', text: 'it lacks atMs, pid, mode, positions or openOrders' };
  } catch (error) {
    return { type: 'unreadable', text: String(error) };
  }
}

function isHeartbeat(value: unknown): value is Heartbeat {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'atMs' in value &&
    typeof value.atMs === 'number' &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'mode' in value &&
    typeof value.mode === 'string' &&
    'positions' in value &&
    Array.isArray(value.positions) &&
    'openOrders' in value &&
    Array.isArray(value.openOrders)
  );
}
