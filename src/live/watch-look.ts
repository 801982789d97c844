import process from 'node:process';
import { type Heartbeat, readHeartbeat } from '../store/heartbeat.ts';

/** What the watcher sees of the daemon at one moment. */
export interface Sight {
  readonly heartbeat: Heartbeat | undefined;
  /** Why there is no heartbeat to read. */
  readonly heartbeatProblem: string | undefined;
  readonly heartbeatAgeMs: number | undefined;
  /** Whether the process of the heartbeat lives. */
  readonly processLives: boolean;
  readonly healthz: 'healthy' | 'unhealthy' | 'silent';
  readonly healthzText: string;
}

export interface LookOptions {
  readonly heartbeatPath: string;
  readonly portWithoutHeartbeat: number;
  readonly nowMs: number;
}

const WAIT_MS_MAX = 4000;

/** Reads the heartbeat and asks `/healthz`. Never throws. */
export async function lookAtDaemon(options: LookOptions): Promise<Sight> {
  const read = readHeartbeat(options.heartbeatPath);
  const heartbeat = read.type === 'read' ? read.heartbeat : undefined;
  const health = await askHealth(heartbeat?.httpPort ?? options.portWithoutHeartbeat);
  return {
    heartbeat,
    heartbeatProblem: read.type === 'read' ? undefined : describe(read),
    heartbeatAgeMs: heartbeat === undefined ? undefined : options.nowMs - heartbeat.atMs,
    processLives: heartbeat !== undefined && isAlive(heartbeat.pid),
    ...health,
  };
}

function describe(read: { readonly type: string; readonly text?: string }): string {
  return read.text === undefined ? 'there is no heartbeat file' : read.text;
}

async function askHealth(port: number): Promise<Pick<Sight, 'healthz' | 'healthzText'>> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`, {
      signal: AbortSignal.timeout(WAIT_MS_MAX),
    });
    const text = (await response.text()).slice(0, 2000);
    return { healthz: response.ok ? 'healthy' : 'unhealthy', healthzText: text };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { healthz: 'silent', healthzText: String(cause) };
  }
}

/** Signal 0 asks only whether the process is there. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
