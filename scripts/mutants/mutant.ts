import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A daemon that is wrong in one way, kept as a patch of `src/`. */
export interface Mutant {
  /** `drops-a-fill`. */
  readonly name: string;
  readonly file: string;
  /** What is wrong with it, as a sentence. */
  readonly claim: string;
  /** Invariants that must break: at least one of them. */
  readonly caughtBy: readonly string[];
  /** Fault names or families of the nights; `none` or `all`. */
  readonly faults: string;
  /** Nights within which it must be caught. */
  readonly seedsCount: number;
  readonly hours: number;
  /** A night that was written down, instead of drawn ones; a file beside the patch. */
  readonly schedule: string | undefined;
  /** Instead of nights with checkers, the one that looks at the heap (`memory-night.ts`). */
  readonly isMemoryNight: boolean;
}

const SEEDS_DEFAULT = 6;
const HOURS_DEFAULT = 1;

/** All patches of a folder, by name. Throws on a head that says too little. */
export function readMutants(folder: string): readonly Mutant[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.patch'))
    .sort()
    .map((name) => readMutant(join(folder, name)));
}

/** The head of a patch is lines of `key: value` up to the first empty one. */
function readMutant(file: string): Mutant {
  const [head = ''] = readFileSync(file, 'utf8').split('\n\n', 1);
  const fields = new Map(
    head.split('\n').map((line) => {
      const [key = '', ...rest] = line.split(': ');
      return [key, rest.join(': ')] as const;
    }),
  );
  const need = (key: string): string => {
    const value = fields.get(key);
    if (value === undefined) throw new Error(`${file} does not say "${key}: ..." in its head`);
    return value;
  };
  const schedule = fields.get('schedule');
  return {
    name: basename(file, '.patch'),
    file,
    claim: need('mutant'),
    caughtBy: need('caught by').split(','),
    faults: fields.get('faults') ?? 'all',
    seedsCount: Number(fields.get('seeds') ?? SEEDS_DEFAULT),
    hours: Number(fields.get('hours') ?? HOURS_DEFAULT),
    schedule: schedule === undefined ? undefined : join(dirname(file), schedule),
    isMemoryNight: fields.get('night') === 'memory',
  };
}
