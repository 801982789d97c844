import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import {
  type DrawnSettings,
  drawProfile,
  drawSettings,
  NIGHT_PROFILES,
} from '../../src/sim/drawn-settings.ts';
import { FAULT_FAMILIES, type SimFault } from '../../src/sim/fault.ts';
import { BadArgument, named, parseJobs, positive, refuseBeside, whole } from './command-line.ts';

/** What a person asked for. */
export interface Ask {
  /** What is run besides the nights that are kept. */
  readonly nights:
    | { readonly type: 'seeds'; readonly count: number; readonly from: string }
    | { readonly type: 'seed'; readonly seed: string }
    | { readonly type: 'schedule'; readonly file: string };
  readonly hours: number;
  /** Names of the faults that may happen; `undefined`: all. */
  readonly faultNames: readonly string[] | undefined;
  /** `drawn`: each seed has its own; else a profile of settings, or `usual`. */
  readonly settings: string;
  readonly jobs: number;
  /** No new night begins after so many minutes. */
  readonly minutes: number | undefined;
  readonly isJson: boolean;
  readonly isShrinking: boolean;
  readonly isHashShown: boolean;
}

export const USAGE = `npm run nights -- [--seeds N] [--from S] [--hours H] [--faults LIST] [--settings NAME] [--jobs J] [--minutes M]
  --seeds N        so many nights, default 10; with --minutes as many as there is time for
  --from S         the first seed: a whole number, or a text that becomes S-0, S-1, ...; \`commit\`: the commit's
  --hours H        simulated hours of a night, default 8
  --faults LIST    names or families, with commas; \`none\`; default all
  --settings NAME  \`usual\`, \`drawn\` (the default: each seed has its own), or one of ${Object.keys(NIGHT_PROFILES).join(', ')}
  --jobs J         nights at a time, default one a core
  --minutes M      begin no night after so many minutes; the kept ones are always run
  --seed S         this one night, and not the kept ones; not with --seeds, --from, --minutes
  --schedule FILE  a night that was written down, and not the others; not with what draws a night
  --no-shrink      tell what broke, and look for no smaller night that breaks too
  --hash           print each night's journal hash
  --json           the report as JSON`;

/** Each seed has its own settings. */
export const DRAWN = 'drawn';
const USUAL = 'usual';

const OPTIONS = {
  seeds: { type: 'string' },
  from: { type: 'string' },
  hours: { type: 'string' },
  faults: { type: 'string' },
  settings: { type: 'string' },
  jobs: { type: 'string' },
  minutes: { type: 'string' },
  seed: { type: 'string' },
  schedule: { type: 'string' },
  'no-shrink': { type: 'boolean', default: false },
  hash: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

const SEEDS = 10;
const FROM = '1';
const HOURS = '8';
const HOURS_MAX = 240;
/** What makes a run of many nights, and nothing of a single one. */
const OF_MANY = ['seeds', 'from', 'minutes'] as const;
/** What draws a night; one that was written down is drawn already. */
const OF_DRAWN = [...OF_MANY, 'hours', 'faults', 'settings'] as const;

/** Throws `BadArgument`, or what `parseArgs` throws about an unknown option. */
export function parseAsk(
  args: readonly string[],
  catalogue: ReadonlyMap<string, SimFault>,
  commit: string,
): Ask {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.schedule !== undefined) {
    refuseBeside('schedule', 'a night that was written down', values, ['seed', ...OF_DRAWN]);
  }
  if (values.seed !== undefined) refuseBeside('seed', 'one night', values, OF_MANY);
  const minutes = values.minutes === undefined ? undefined : positive('minutes', values.minutes);
  const hours = positive('hours', values.hours ?? HOURS);
  if (hours > HOURS_MAX) throw new BadArgument(`--hours is ${hours}, at most ${HOURS_MAX}`);
  return {
    nights: toNights(values, minutes, commit),
    hours,
    faultNames: toFaultNames(values.faults ?? 'all', catalogue),
    settings: toSettings(values.settings ?? DRAWN),
    jobs: values.jobs === undefined ? availableParallelism() : parseJobs(values.jobs),
    minutes,
    isJson: values.json,
    isShrinking: !values['no-shrink'],
    isHashShown: values.hash,
  };
}

/** The settings of the night of a seed; `undefined`: the usual ones. */
export function settingsOf(
  { settings, hours }: Pick<Ask, 'settings' | 'hours'>,
  seed: string,
): DrawnSettings | undefined {
  if (settings === DRAWN) return drawSettings(seed, hours);
  return settings === USUAL ? undefined : drawProfile(settings, seed, hours);
}

/** Seed number `index` of a run. */
export function seedAt(from: string, index: number): string {
  return /^\d{1,15}$/.test(from) ? String(Number(from) + index) : `${from}-${index}`;
}

interface Values {
  readonly seeds?: string | undefined;
  readonly from?: string | undefined;
  readonly seed?: string | undefined;
  readonly schedule?: string | undefined;
}

function toNights(
  { seeds, from = FROM, seed, schedule }: Values,
  minutes: number | undefined,
  commit: string,
): Ask['nights'] {
  if (schedule !== undefined) return { type: 'schedule', file: named('schedule', schedule) };
  if (seed !== undefined) return { type: 'seed', seed: named('seed', seed) };
  const asManyAsFit = minutes === undefined ? SEEDS : Number.POSITIVE_INFINITY;
  const count = seeds === undefined ? asManyAsFit : whole('seeds', seeds);
  return { type: 'seeds', count, from: from === 'commit' ? commit : named('from', from) };
}

function toFaultNames(
  list: string,
  catalogue: ReadonlyMap<string, SimFault>,
): readonly string[] | undefined {
  if (list === 'all') return undefined;
  if (list === 'none') return [];
  const names = list.split(',').flatMap((word) => {
    if (word.trim() === '') {
      throw new BadArgument(`--faults is "${list}", expected a name on each side of a comma`);
    }
    const isFamily = FAULT_FAMILIES.some((family) => family === word);
    const all = [...catalogue.values()].filter(({ family, name }) =>
      isFamily ? family === word : name === word,
    );
    if (all.length === 0) {
      throw new BadArgument(
        `--faults: nothing is called ${word}; families: ${FAULT_FAMILIES.join(', ')}; ` +
          `faults: ${[...catalogue.keys()].join(', ')}`,
      );
    }
    return all.map(({ name }) => name);
  });
  return [...new Set(names)];
}

function toSettings(name: string): string {
  const all = [DRAWN, USUAL, ...Object.keys(NIGHT_PROFILES)];
  if (all.includes(name)) return name;
  throw new BadArgument(`--settings: nothing is called ${name}; there are ${all.join(', ')}`);
}
