import { parseArgs } from 'node:util';
import type { CrashReport } from '../../src/sim/crash-points.ts';
import { BadArgument, whole } from './command-line.ts';

/** Which crash points a person asked for. */
export interface CrashAsk {
  /** Names of stories. */
  readonly stories: readonly string[];
  /** How many writes of each recovery are cut off as well; 0: none. */
  readonly recoveryWritesCount: number;
  /** Every so-manieth place in a write is torn; 0: none. */
  readonly tornStride: number;
}

export const CRASH_USAGE = `npm run crash-points -- [--only STORY] [--recovery N] [--torn N]
  --only STORY  this story and no other
  --recovery N  so many writes of each recovery are cut off as well, default 6; 0: none
  --torn N      every N-th place in a write at which the power can fail, default 1: all; 0: none`;

/** Throws `BadArgument`, or what `parseArgs` throws about an unknown option. */
export function parseCrashAsk(args: readonly string[], stories: readonly string[]): CrashAsk {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      recovery: { type: 'string', default: '6' },
      torn: { type: 'string', default: '1' },
    },
  });
  const { only, recovery, torn } = values;
  if (only !== undefined && !stories.includes(only)) {
    throw new BadArgument(
      `--only: no story is called ${only === '' ? '' : only}; there are ${stories.join(', ')}`,
    );
  }
  return {
    stories: only === undefined ? stories : [only],
    recoveryWritesCount: whole('recovery', recovery, 0),
    tornStride: whole('torn', torn, 0),
  };
}

/** What was asked for and never tried, by kind; a run that tried nothing of a kind proves nothing of it. */
export function findUntried(
  { recoveryWritesCount, tornStride }: CrashAsk,
  { killed, torn }: { readonly killed: CrashReport; readonly torn: CrashReport | undefined },
): readonly string[] {
  return [
    ...(killed.triedCount > killed.recoveriesCount ? [] : ['crash points']),
    ...(recoveryWritesCount === 0 || killed.recoveriesCount > 0 ? [] : ['crashes of a recovery']),
    ...(tornStride === 0 || (torn?.triedCount ?? 0) > 0 ? [] : ['torn writes']),
    ...(killed.checksCount + (torn?.checksCount ?? 0) > 0 ? [] : ['checks']),
  ];
}
