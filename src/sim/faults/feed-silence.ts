import type { SimFault } from '../fault.ts';
import type { FrameOnTheWay } from '../trouble.ts';
import { lasting, listOf, someOf, textOf } from './drawn.ts';
import { holdHalfOpen } from './half-open.ts';
import { symbolOf } from './market-frame.ts';

/** The other end is gone and nobody said so: a cable, a NAT that forgot us. Only a new socket helps. */
export const feedHalfOpen: SimFault = {
  name: 'feed.half_open',
  family: 'feed',
  about: 'market sockets that are open now carry nothing in either direction and are not closed',
  moments: [],
  draw: (random) => ({ durationMs: lasting(random, 10_000, 120_000), parameters: {} }),
  begin: (stage) => holdHalfOpen(stage, 'market'),
};

/** Pings are answered, the sockets look well, no data come. */
export const feedSilent: SimFault = {
  name: 'feed.silent',
  family: 'feed',
  about: 'no market data on any socket, new ones included, while pings go on',
  moments: ['recovering'],
  draw: (random) => ({ durationMs: lasting(random, 4_000, 90_000), parameters: {} }),
  begin: () => ({
    trouble: { frame: (frame) => (symbolOf(frame) === undefined ? undefined : []) },
  }),
};

export const symbolSilent: SimFault = {
  name: 'symbol.silent',
  family: 'feed',
  about: 'nothing comes of some symbols while the others flow',
  moments: ['recovering', 'orderLeft'],
  draw: (random, { symbols }) => ({
    durationMs: lasting(random, 4_000, 180_000),
    parameters: { symbols: someOf(random, symbols) },
  }),
  begin: (_, plan) => {
    const symbols = listOf(plan, 'symbols');
    return {
      trouble: { frame: (frame) => (symbols.includes(symbolOf(frame) ?? '') ? [] : undefined) },
    };
  },
};

const KINDS = ['@trade', '@bookTicker', '@depth'];

export const streamSilent: SimFault = {
  name: 'stream.silent',
  family: 'feed',
  about:
    'one kind of stream is missing for some symbols: prices without a book, a book without trades',
  moments: [],
  draw: (random, { symbols }) => ({
    durationMs: lasting(random, 10_000, 240_000),
    parameters: { symbols: someOf(random, symbols), kind: KINDS[random.below(3)] ?? '@trade' },
  }),
  begin: (_, plan) => {
    const symbols = listOf(plan, 'symbols');
    const kind = textOf(plan, 'kind');
    return {
      trouble: {
        frame: (frame) =>
          frame.stream.includes(kind) && symbols.includes(symbolOf(frame) ?? '') ? [] : undefined,
      },
    };
  },
};

/** Each stream has a place of its own in the queue of stalls; the account's events are one more. */
const ACCOUNT = 'account';

/** Random streams stall one after the other and come back in another order, each with all it held. */
export const feedSwizzled: SimFault = {
  name: 'feed.swizzled',
  family: 'feed',
  about:
    'random streams, the account among them, stall one by one and are released in another order',
  moments: ['orderTaken'],
  draw: (random, { symbols }) => ({
    durationMs: lasting(random, 6_000, 60_000),
    parameters: {
      who: someOf(random, [
        ...symbols.flatMap((each) => KINDS.map((kind) => each + kind)),
        ACCOUNT,
      ]),
    },
  }),
  begin: ({ clock, lines, random }, plan) => {
    const who = listOf(plan, 'who');
    const held = new Map<string, FrameOnTheWay[]>();
    const release = (name: string): void => {
      const frames = held.get(name) ?? [];
      held.delete(name);
      for (const frame of frames) lines?.resume(frame);
    };
    for (const name of who) {
      const stallsAtMs = random.float() * 0.4 * plan.durationMs;
      const goesOnAtMs = (0.6 + random.float() * 0.4) * plan.durationMs - 1;
      clock.after(stallsAtMs, () => void held.set(name, []));
      clock.after(goesOnAtMs, () => release(name));
    }
    const frame = (passing: FrameOnTheWay): [] | undefined => {
      const queue = held.get(nameOf(passing));
      queue?.push(passing);
      return queue === undefined ? undefined : [];
    };
    return { trouble: { frame } };
  },
};

function nameOf(frame: FrameOnTheWay): string {
  if (frame.socket === 'account') return frame.stream === '' ? '' : ACCOUNT;
  const kind = KINDS.find((each) => frame.stream.includes(each)) ?? '';
  return `${symbolOf(frame) ?? ''}${kind}`;
}
