import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../node-runtime.mjs';

/** What PM2 is told about an app, as far as its memory and its speed depend on it. */
interface App {
  readonly script: string;
  readonly node_args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Flags of Node and environment of a process. */
export interface Start {
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** How PM2 starts the daemon: measured otherwise, it would be another one. */
export async function asShipped(): Promise<Start> {
  const file = pathToFileURL(join(ROOT, 'ecosystem.config.js')).href;
  const { apps }: { apps: readonly App[] } = await import(file);
  const daemon = apps.find(({ script }) => script === 'src/main.ts');
  if (daemon === undefined) throw new Error('ecosystem.config.js starts no src/main.ts');
  return { execArgv: daemon.node_args, env: { ...process.env, ...daemon.env } };
}

/** How a user would start a script of one's own. */
export const AS_USUAL: Start = { execArgv: [], env: process.env };
