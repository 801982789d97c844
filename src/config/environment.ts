import type { SettingPath } from './problem.ts';
import { isRecord } from './source.ts';

/** What the environment may change, and nothing else: what demo and tests need to live side by side. */
export const OVERRIDES = {
  OVERNIGHT_HTTP_PORT: ['http', 'port'],
  OVERNIGHT_EXCHANGE_PORT: ['exchange', 'port'],
  OVERNIGHT_EXCHANGE_CONTROL_PORT: ['exchange', 'controlPort'],
  OVERNIGHT_DATA_DIR: ['data', 'dir'],
  OVERNIGHT_LOG_DIR: ['log', 'dir'],
} as const satisfies Record<string, readonly [string, string]>;

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Overridden {
  readonly root: Readonly<Record<string, unknown>>;
  /** The environment variable that set the value at `path`. */
  findVariable(path: SettingPath): string | undefined;
}

/** The settings with what the environment says put in their place. An empty variable says nothing. */
export function applyEnvironment(
  root: Readonly<Record<string, unknown>>,
  environment: Environment,
): Overridden {
  const changed: Record<string, unknown> = { ...root };
  const variables = new Map<string, string>();
  for (const [variable, [blockName, key]] of Object.entries(OVERRIDES)) {
    const text = environment[variable];
    if (text === undefined || text === '') continue;
    const block = changed[blockName];
    // A simulated exchange that the settings do not have needs no port: not a mistake of the one who started us.
    if (!isRecord(block)) continue;
    changed[blockName] = { ...block, [key]: asValue(key, text) };
    variables.set(`${blockName}.${key}`, variable);
  }
  return { root: changed, findVariable: (path) => variables.get(path.join('.')) };
}

/** A port in digits is a number, as it would be in YAML; all else stays text for the schema to judge. */
function asValue(key: string, text: string): string | number {
  return /port$/i.test(key) && /^[0-9]{1,9}$/.test(text) ? Number(text) : text;
}
