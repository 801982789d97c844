// npm run bench -- memory: how large the daemon is with 20 symbols, after a burst and at a steady pace.

import { ContestantLink, VenueLink } from './processes.ts';
import { type Budget, budgetLines, median } from './report.ts';
import { benchSymbols } from './tape.ts';

export interface MemoryBenchOptions {
  readonly seed: string;
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

export interface MemoryBenchResult {
  readonly symbols: number;
  readonly startBytes: number;
  readonly afterBurstBytes: number;
  /** Median while frames come at a steady pace. */
  readonly steadyBytes: number;
  readonly perSecond: number;
  readonly budgets: readonly Budget[];
}

const SYMBOLS_COUNT = 20;
const PER_SECOND = 2_000;
const MIB = 1_048_576;
const BUDGET = { atLeastMib: 180, aimMib: 120 };

/** RSS of the daemon's process: at its start, after frames flat out, and while they come steadily. */
export async function benchMemory({
  seed,
  quick,
  say,
}: MemoryBenchOptions): Promise<MemoryBenchResult> {
  const burst = quick ? 2_000 : 200_000;
  const looks = quick ? 2 : 30;
  const venue = await VenueLink.start({
    seed,
    symbolsCount: SYMBOLS_COUNT,
    framesCount: burst + looks * PER_SECOND,
    provokesOrders: false,
  });
  const { port, exchangePort } = venue.about;
  const symbols = benchSymbols(SYMBOLS_COUNT).map(({ rules }) => `${rules.base}/${rules.quote}`);
  const contestant = await ContestantLink.start({
    name: 'overnight',
    port,
    exchangePort,
    symbols,
    provokesOrders: false,
    profileFolder: undefined,
  });
  const { rssBytes: startBytes } = await contestant.measure();
  await venue.play(burst);
  const { rssBytes: afterBurstBytes } = await contestant.awaitFrames(burst);
  const seen: number[] = [];
  for (let i = 1; i <= looks; i++) {
    await venue.pace(burst + i * PER_SECOND, PER_SECOND);
    seen.push((await contestant.measure()).rssBytes);
  }
  const { notes } = await contestant.measure();
  say(JSON.stringify(notes));
  await contestant.end();
  await venue.close();
  // The second half: what the burst left behind has had time to go.
  const steadyBytes = median(seen.slice(Math.floor(seen.length / 2)));
  const measured = steadyBytes / MIB;
  const budget: Budget = {
    what: `RSS in MiB, ${SYMBOLS_COUNT} symbols, steady`,
    measured,
    atLeast: `<= ${BUDGET.atLeastMib}`,
    aim: `<= ${BUDGET.aimMib}`,
    kept: measured <= BUDGET.atLeastMib,
    aimReached: measured <= BUDGET.aimMib,
  };
  return {
    symbols: SYMBOLS_COUNT,
    startBytes,
    afterBurstBytes,
    steadyBytes,
    perSecond: PER_SECOND,
    budgets: [budget],
  };
}

/** The result for a person. */
export function tellMemory(result: MemoryBenchResult): readonly string[] {
  const mib = (bytes: number): string => (bytes / MIB).toFixed(0);
  const { symbols, startBytes, afterBurstBytes, steadyBytes, perSecond } = result;
  return [
    `RSS with ${symbols} symbols: ${mib(startBytes)} MiB subscribed, ${mib(afterBurstBytes)} MiB after the burst, ${mib(steadyBytes)} MiB at ${perSecond} messages a second`,
    '',
    ...budgetLines(result.budgets),
  ];
}
