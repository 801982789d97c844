// npm run bench -- [feed] [order] [memory]: overnight beside what a user would pick instead, in one run, as ratios.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { benchFeed, tellFeed } from './bench/feed-bench.ts';
import { benchMemory, tellMemory } from './bench/memory-bench.ts';
import { benchOrder, tellOrder } from './bench/order-bench.ts';
import { circumstances } from './bench/report.ts';
import { CONTESTANTS } from './bench/words.ts';
import { BadArgument, readArguments } from './nights/command-line.ts';

const TOPICS = ['feed', 'order', 'memory'] as const;

const USAGE = `npm run bench -- [${TOPICS.join('] [')}] [--quick] [--json FILE] [--rounds N] [--seed S] [--only NAME]... [--profile FOLDER]
  --profile FOLDER  a CPU profile of each contestant
  NAME is one of: ${CONTESTANTS.join('; ')}`;

const { values, topics, only } = readArguments(USAGE, (args) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seed: { type: 'string', default: 'overnight' },
      only: { type: 'string', multiple: true, default: [] },
      profile: { type: 'string' },
    },
  });
  const unknown = positionals.filter((topic) => !TOPICS.some((known) => known === topic));
  if (unknown.length > 0) throw new BadArgument(`no topic is called ${unknown.join(' or ')}`);
  const strange = values.only.filter((name) => !CONTESTANTS.some((known) => known === name));
  if (strange.length > 0) throw new BadArgument(`no contestant is called ${strange.join(' or ')}`);
  return {
    values,
    topics: positionals.length > 0 ? positionals : TOPICS,
    only: CONTESTANTS.filter((name) => values.only.includes(name)),
  };
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
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
