/** The folder that holds package.json. */
export const ROOT: string;
/** What package.json's `engines` says. */
export const SUPPORTED: string;
/** The version installed where none fits. */
export const PINNED: string;
/** Node flags every child needs. */
export const NODE_FLAGS: readonly string[];
/** A failure the person at the keyboard can do something about. */
export class SetupError extends Error {}
/** Whether this project runs on the given Node version. */
export function supports(version: string): boolean;
/** Path of a supported Node: the running one, else one in `.node/`; `undefined` when there is none yet. */
export function findNode(
  root?: string,
  running?: { readonly versions: { readonly node: string }; readonly execPath: string },
): string | undefined;
/** Installs the pinned Node into `.node/<version>` and returns the path of its binary. */
export function installNode(
  root?: string,
  machine?: { readonly platform?: string; readonly arch?: string },
): Promise<string>;
/** Runs `npm ci` unless `node_modules` already is what the lock file describes. */
export function ensureModules(node: string, root?: string): Promise<void>;
/** What `node_modules` must have been installed from. */
export function stampFor(root?: string): string;
/** Where `ensureModules` notes what it installed. */
export function stampPath(root?: string): string;
/** The environment in which everything below us finds this Node first. */
export function environmentFor(
  node: string,
  root?: string,
  base?: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv;
/** Runs a script with the given Node and ends this process the way the child ended. */
export function runAndExit(
  node: string,
  args: readonly string[],
  options?: { readonly root?: string },
): void;
/** Ends the process with a message. */
export function fail(error: unknown): never;
/** Takes a lock that dies with its owner, waiting for it; returns what gives it back. */
export function takeLock(path: string): Promise<() => void>;
/** Whether a process with this id runs; one that ended and was never waited for does not. */
export function isAlive(pid: number): boolean;
/** The same without waiting: `undefined` while a living process holds it. */
export function tryLock(path: string): (() => void) | undefined;
