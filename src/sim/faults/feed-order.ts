import type { SimFault } from '../fault.ts';
import type { FrameOnTheWay } from '../trouble.ts';
import { lasting, listOf, numberOf, shareOf, someOf } from './drawn.ts';
import { isDepth, isTrade, symbolOf } from './market-frame.ts';

export const depthGap: SimFault = {
  name: 'depth.gap',
  family: 'feed',
  about: 'some depth events of some symbols are missing',
  moments: [],
  draw: (random, { symbols }) => ({
    durationMs: lasting(random, 3_000, 60_000),
    parameters: { symbols: someOf(random, symbols), share: shareOf(random, 0.05, 0.6) },
  }),
  begin: ({ random }, plan) => {
    const symbols = listOf(plan, 'symbols');
    const share = numberOf(plan, 'share');
    const isHit = (frame: FrameOnTheWay): boolean =>
      isDepth(frame) && symbols.includes(symbolOf(frame) ?? '') && random.chance(share);
    return { trouble: { frame: (frame) => (isHit(frame) ? [] : undefined) } };
  },
};

export const tradeMissing: SimFault = {
  name: 'trade.missing',
  family: 'feed',
  about: 'some trades are missing: candles made of them are not what happened',
  moments: [],
  draw: (random) => ({
    durationMs: lasting(random, 5_000, 90_000),
    parameters: { share: shareOf(random, 0.1, 0.9) },
  }),
  begin: ({ random }, plan) => {
    const share = numberOf(plan, 'share');
    return {
      trouble: { frame: (frame) => (isTrade(frame) && random.chance(share) ? [] : undefined) },
    };
  },
};

export const feedDuplicated: SimFault = {
  name: 'feed.duplicated',
  family: 'feed',
  about: 'market frames come twice or more often',
  moments: [],
  draw: (random) => ({
    durationMs: lasting(random, 5_000, 90_000),
    parameters: { share: shareOf(random, 0.05, 1), times: 2 + random.below(3) },
  }),
  begin: ({ random }, plan) => {
    const share = numberOf(plan, 'share');
    const times = numberOf(plan, 'times');
    const frame = (passing: FrameOnTheWay): readonly string[] | undefined => {
      if (symbolOf(passing) === undefined || !random.chance(share)) return undefined;
      return Array.from({ length: times }, () => passing.text);
    };
    return { trouble: { frame } };
  },
};

/** Frames held back one at a time per stream; each comes behind the next one of its stream. */
export const feedReordered: SimFault = {
  name: 'feed.reordered',
  family: 'feed',
  about: 'market frames change places with the next one of their stream',
  moments: [],
  draw: (random) => ({
    durationMs: lasting(random, 3_000, 60_000),
    parameters: { share: shareOf(random, 0.05, 0.5) },
  }),
  begin: ({ lines, random }, plan) => {
    const share = numberOf(plan, 'share');
    const held = new Map<string, FrameOnTheWay>();
    const frame = (passing: FrameOnTheWay): readonly string[] | undefined => {
      if (symbolOf(passing) === undefined) return undefined;
      const key = `${passing.connection} ${passing.stream}`;
      const earlier = held.get(key);
      if (earlier !== undefined) {
        held.delete(key);
        return [passing.text, earlier.text];
      }
      if (!random.chance(share)) return undefined;
      held.set(key, passing);
      return [];
    };
    return {
      trouble: { frame },
      end: () => {
        for (const each of held.values()) lines?.resume(each);
      },
    };
  },
};

export const feedFrozen: SimFault = {
  name: 'feed.frozen',
  family: 'feed',
  about: 'each stream of some symbols repeats its last frame for ever',
  moments: [],
  draw: (random, { symbols }) => ({
    durationMs: lasting(random, 5_000, 120_000),
    parameters: { symbols: someOf(random, symbols) },
  }),
  begin: (_, plan) => {
    const symbols = listOf(plan, 'symbols');
    const last = new Map<string, string>();
    const frame = (passing: FrameOnTheWay): readonly string[] | undefined => {
      if (!symbols.includes(symbolOf(passing) ?? '')) return undefined;
      const text = last.get(passing.stream) ?? passing.text;
      last.set(passing.stream, text);
      return [text];
    };
    return { trouble: { frame } };
  },
};

export const feedFlooded: SimFault = {
  name: 'feed.flooded',
  family: 'feed',
  about: 'everything is held back and comes in bursts, each frame dozens of times',
  moments: ['orderLeft'],
  draw: (random) => ({
    durationMs: lasting(random, 2_000, 15_000),
    parameters: { times: 10 + random.below(60), burstMs: lasting(random, 100, 2_000) },
  }),
  begin: ({ clock, lines }, plan) => {
    const times = numberOf(plan, 'times');
    let held: FrameOnTheWay[] = [];
    const release = (): void => {
      const burst = held;
      held = [];
      for (const each of burst) {
        for (let time = 0; time < times; time++) lines?.resume(each);
      }
    };
    let isOn = true;
    clock.every(numberOf(plan, 'burstMs'), release, () => isOn);
    return {
      trouble: {
        frame: (passing) => {
          if (symbolOf(passing) === undefined) return undefined;
          held.push(passing);
          return [];
        },
      },
      end: () => {
        isOn = false;
        release();
      },
    };
  },
};
