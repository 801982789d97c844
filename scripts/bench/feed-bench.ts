// npm run bench -- feed: CPU per message of the whole path, beside what a user would pick instead.

import { ContestantLink, VenueLink } from './processes.ts';
import { type Budget, budgetLines, median, tableOf } from './report.ts';
import { benchSymbols } from './tape.ts';
import { CONTESTANTS, type ContestantName, type Measured } from './words.ts';

export interface FeedBenchOptions {
  readonly seed: string;
  readonly rounds: number;
  readonly warmUpFrames: number;
  readonly measuredFrames: number;
  /** Where to leave a CPU profile of each contestant. */
  readonly profileFolder: string | undefined;
  /** These alone; empty: all. */
  readonly only: readonly ContestantName[];
  readonly say: (line: string) => void;
}

export interface FeedBenchResult {
  readonly frames: {
    readonly warmUp: number;
    readonly measured: number;
    readonly bytesMean: number;
  };
  readonly mix: Readonly<Record<string, number>>;
  readonly rows: readonly {
    readonly name: ContestantName;
    readonly cpuUsPerMessage: number;
    readonly all: readonly number[];
    readonly messagesPerSecond: number;
    readonly notes: Measured['notes'];
  }[];
  readonly budgets: readonly Budget[];
}

/** Default settings: the symbols of config/overnight.yaml. */
const SYMBOLS_COUNT = 5;
/** The measured flood comes after a silence: what the code does after one is compiled before, too. */
const WARM_UP_PARTS = 4;

/** Runs all contestants `rounds` times, interleaved, each in a fresh process on the same frames. */
export async function benchFeed(options: FeedBenchOptions): Promise<FeedBenchResult> {
  const { seed, rounds, warmUpFrames, measuredFrames, say } = options;
  const framesCount = warmUpFrames + measuredFrames;
  const venue = await VenueLink.start({
    seed,
    symbolsCount: SYMBOLS_COUNT,
    framesCount,
    provokesOrders: false,
  });
  const names = options.only.length > 0 ? options.only : CONTESTANTS;
  const found = new Map<ContestantName, Measured[]>(names.map((name) => [name, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const name of names) {
        const measured = await measureOnce(venue, name, options);
        found.get(name)?.push(measured);
        const us = measured.cpuUs / measuredFrames;
        say(`round ${round + 1}: ${name.padEnd(24)} ${us.toFixed(2)} us a message`);
      }
    }
  } finally {
    await venue.close();
  }
  const rows = names.map((name) => {
    const all = found.get(name) ?? [];
    const costs = all.map(({ cpuUs }) => cpuUs / measuredFrames);
    return {
      name,
      cpuUsPerMessage: median(costs),
      all: costs,
      messagesPerSecond: median(all.map(({ wallMs }) => (measuredFrames / wallMs) * 1_000)),
      notes: all.at(-1)?.notes ?? {},
    };
  });
  const { counts, bytes } = venue.about;
  return {
    frames: { warmUp: warmUpFrames, measured: measuredFrames, bytesMean: bytes / framesCount },
    mix: counts,
    rows,
    budgets: budgetsOf(rows),
  };
}

async function measureOnce(
  venue: VenueLink,
  name: ContestantName,
  { warmUpFrames, measuredFrames, profileFolder }: FeedBenchOptions,
): Promise<Measured> {
  const { port, exchangePort } = venue.about;
  const symbols = benchSymbols(SYMBOLS_COUNT).map(({ rules }) => `${rules.base}/${rules.quote}`);
  const contestant = await ContestantLink.start({
    name,
    port,
    exchangePort,
    symbols,
    provokesOrders: false,
    profileFolder,
  });
  for (let part = 1; part <= WARM_UP_PARTS; part++) {
    const to = Math.round((warmUpFrames * part) / WARM_UP_PARTS);
    await venue.play(to);
    await contestant.awaitFrames(to);
  }
  await contestant.mark();
  const played = venue.play(warmUpFrames + measuredFrames);
  const measured = await contestant.awaitFrames(warmUpFrames + measuredFrames);
  await played;
  await contestant.end();
  return measured;
}

function budgetsOf(
  rows: readonly { readonly name: string; readonly cpuUsPerMessage: number }[],
): readonly Budget[] {
  const costOf = (name: ContestantName): number =>
    rows.find((row) => row.name === name)?.cpuUsPerMessage ?? Number.NaN;
  const ours = costOf('overnight');
  const againstCcxt = costOf('ccxt.pro') / ours;
  const againstParse = ours / costOf('ws + JSON.parse');
  const observing = ours / costOf('overnight, capture off');
  return [
    {
      what: "times cheaper than ccxt.pro's watch loop",
      measured: againstCcxt,
      atLeast: '>= 4',
      aim: '>= 8',
      kept: againstCcxt >= 4,
      aimReached: againstCcxt >= 8,
    },
    {
      what: 'of the cost of ws + JSON.parse',
      measured: againstParse,
      atLeast: '<= 1',
      aim: '<= 0.5',
      kept: againstParse <= 1,
      aimReached: againstParse <= 0.5,
    },
    {
      what: 'capture on, of the cost with capture off',
      measured: observing,
      atLeast: '<= 1.15',
      aim: '<= 1.05',
      kept: observing <= 1.15,
      aimReached: observing <= 1.05,
    },
  ];
}

/** The result for a person. */
export function tellFeed({ frames, mix, rows, budgets }: FeedBenchResult): readonly string[] {
  const base = rows.find(({ name }) => name === 'overnight')?.cpuUsPerMessage;
  const table = rows.map(({ name, cpuUsPerMessage, all, messagesPerSecond }) => [
    name,
    cpuUsPerMessage.toFixed(2),
    `${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)}`,
    base === undefined ? '' : `${(cpuUsPerMessage / base).toFixed(2)}x`,
    Math.round(messagesPerSecond).toString(),
  ]);
  const kinds = Object.entries(mix).map(([kind, count]) => `${count} ${kind}`);
  return [
    `${frames.measured} messages after ${frames.warmUp} to warm up (${kinds.join(', ')}; ${Math.round(frames.bytesMean)} bytes each)`,
    '',
    ...tableOf(['', 'CPU us/message', 'rounds', 'against us', 'messages/s'], table),
    '',
    ...budgetLines(budgets),
    '',
    ...rows.map(({ name, notes }) => `${name}: ${JSON.stringify(notes)}`),
  ];
}
