// npm run bench -- [feed] [order] [memory]: overnight beside what a user would pick instead, in one run, as ratios.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { benchFeed, tellFeed } from './bench/feed-bench.ts';
import { benchMemory, tellMemory } from './bench/memory-bench.ts';
import { benchOrder, tellOrder } from './bench/order-bench.ts';
import { circumstances } from './bench/report.ts';
import { CONTESTANTS } from './bench/words.ts';

const TOPICS = ['feed', 'order', 'memory'] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seed: { type: 'string', default: 'overnight' },
    only: { type: 'string', multiple: true, default: [] },
    /** A folder for a CPU profile of each contestant. */
    profile: { type: 'string' },
  },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const topics = positionals.length > 0 ? positionals : TOPICS;
const unknown = topics.filter((topic) => !TOPICS.some((known) => known === topic));
const only = CONTESTANTS.filter((name) => values.only.includes(name));
if (unknown.length > 0 || only.length !== values.only.length) {
  process.stderr.write(
    `npm run bench -- [${TOPICS.join('] [')}] [--quick] [--json FILE] [--rounds N] [--seed S] [--only NAME]... [--profile FOLDER]\n` +
      `NAME is one of: ${CONTESTANTS.join('; ')}\n`,
  );
  process.exit(2);
}

const { quick, seed } = values;
const about = circumstances(seed);
say(`node ${about.node}, ${about.cpuCount} x ${about.cpu}, load ${about.load}`);
say(`ccxt ${about.ccxt}, ws ${about.ws}, settings ${about.configHash}, seed ${about.seed}`);
const result: Record<string, unknown> = { at: new Date().toISOString(), about, quick };

if (topics.includes('feed')) {
  const feed = await benchFeed({
    seed,
    rounds: Number(values.rounds ?? (quick ? 1 : 5)),
    warmUpFrames: quick ? 2_000 : 500_000,
    measuredFrames: quick ? 3_000 : 1_000_000,
    profileFolder: values.profile,
    only,
    say,
  });
  result['feed'] = feed;
  for (const line of ['', 'feed', ...tellFeed(feed), '']) say(line);
}
if (topics.includes('order')) {
  const order = await benchOrder({
    seed,
    rounds: Number(values.rounds ?? (quick ? 1 : 3)),
    warmUpOrders: quick ? 2 : 50,
    measuredOrders: quick ? 5 : 300,
    profileFolder: values.profile,
    say,
  });
  result['order'] = order;
  for (const line of ['', 'order', ...tellOrder(order), '']) say(line);
}
if (topics.includes('memory')) {
  const memory = await benchMemory({ seed, quick, say });
  result['memory'] = memory;
  for (const line of ['', 'memory', ...tellMemory(memory), '']) say(line);
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
