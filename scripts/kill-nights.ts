import { parseArgs } from 'node:util';
import { isInFlight } from '../test/support/journal-at-rest.ts';
import { drawHits, killAgainAndAgain } from '../test/support/kill-night.ts';
import { findTroubles, seeMorning } from '../test/support/morning.ts';
import { SocketNight } from '../test/support/socket-night.ts';
import { readArguments, whole } from './nights/command-line.ts';

// Kills a trading daemon again and again and looks at what is left: `npm run kills -- --count 100 --seed 7`.
// Exit code 1 when anything was lost, doubled or is a digit off; 2 on arguments that nobody can mean.
const USAGE = `npm run kills -- [--count N] [--seed S]
  --count N  so many kills, default 100
  --seed S   when they come, and what the market does; default another one each time`;

const { count, seed } = readArguments(USAGE, (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '100' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  return { count: whole('count', values.count), seed: values.seed };
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const beganAtMs = performance.now();
const seconds = (): string => ((performance.now() - beganAtMs) / 1_000).toFixed(1);
say(`${count} kills, seed ${seed}`);
const night = await SocketNight.start({ exchange: { seed } });
try {
  const { kills, daemon } = await killAgainAndAgain(night, {
    count,
    seed,
    onKill: ({ aim, afterMs, hit }, number) =>
      say(
        `${seconds().padStart(7)} s  ${String(number).padStart(4)}  ${aim}, ${afterMs} ms: ${hit}`,
      ),
  });
  const morning = await seeMorning(night, daemon);
  const inFlight = kills.filter(({ hit }) => isInFlight(hit)).length;
  say(`\nwhat the kills hit (${inFlight} of ${count} between SUBMITTED and the last fill):`);
  say(drawHits(kills));
  const { ordersCount, fillsCount } = morning;
  say(`\n${ordersCount} orders and ${fillsCount} fills at the exchange, ${seconds()} s`);
  say(`balances by the journal  ${JSON.stringify(morning.expectedBalances)}`);
  say(`balances by the exchange ${JSON.stringify(morning.ledgerBalances)}`);
  const troubles = findTroubles(morning);
  for (const trouble of troubles) say(`WRONG: ${trouble}`);
  if (troubles.length === 0) say('nothing sent twice, nothing lost, every digit right');
  process.exitCode = troubles.length === 0 ? 0 : 1;
} finally {
  await night.close();
}
