import { readHeartbeat } from '../store/heartbeat.ts';
import type { DaemonFiles } from './files.ts';

export type DaemonAnswer =
  | { readonly type: 'answered'; readonly value: unknown }
  | { readonly type: 'silent'; readonly cause: string };

const WAIT_MS_MAX = 3000;

/** Asks a running daemon over HTTP. Silent when nothing listens, when it is too slow, or when it answers with an error. */
export async function askDaemon(files: DaemonFiles, path: string): Promise<DaemonAnswer> {
  const address = `http://127.0.0.1:${portOf(files)}${path}`;
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(WAIT_MS_MAX) });
    const value: unknown = await response.json();
    if (response.ok) return { type: 'answered', value };
    return { type: 'silent', cause: `${address} answers ${response.status}` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { type: 'silent', cause: `${address}: ${String(cause)}` };
  }
}

/** The port a living daemon says it has, which may be another than the settings' when that was taken. */
function portOf(files: DaemonFiles): number {
  const read = readHeartbeat(files.heartbeat);
  if (read.type !== 'read' || read.heartbeat.stopped !== undefined) return files.settings.http.port;
  return read.heartbeat.httpPort;
}
