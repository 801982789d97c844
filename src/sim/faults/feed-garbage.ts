import type { Random } from '../../domain/random.ts';
import type { SimFault } from '../fault.ts';
import type { FrameOnTheWay } from '../trouble.ts';
import { lasting, numberOf, oneOf, shareOf, textOf } from './drawn.ts';
import { symbolOf } from './market-frame.ts';

type Frame = string | Uint8Array;

/** Frames that are none, each made of a good one. */
const BROKEN: readonly ((text: string, random: Random) => Frame)[] = [
  (text, random) => text.slice(0, random.below(text.length)),
  (text, random) => badUtf8(text, random),
  () => '',
  () => Uint8Array.of(0, 1, 2, 3, 0xff, 0xfe),
  () => '['.repeat(20_000),
  () => 'null',
  () => '42',
  () => '{}',
  () => '<html><head><title>502 Bad Gateway</title></head></html>',
  (text) => `${text}${text}`,
  (text) => text.replace(/"data":\{/, '"data":[{'),
  (text) => text.replaceAll('"', "'"),
  (text) => text.replace(/"([pbau])":/, '"$1":null,"x":'),
  (text) => text.replace(/"([pbaUut])":/, '"__proto__":'),
];

function badUtf8(text: string, random: Random): Uint8Array {
  const bytes = Buffer.from(text);
  for (let times = 0; times < 3; times++)
    bytes[random.below(bytes.length)] = 0xc0 | random.below(64);
  return bytes;
}

export const frameBroken: SimFault = {
  name: 'frame.broken',
  family: 'feed',
  about: 'frames are cut off, no JSON, bad UTF-8, binary, empty, or another shape',
  moments: ['recovering'],
  draw: (random) => ({
    durationMs: lasting(random, 4_000, 90_000),
    parameters: { share: shareOf(random, 0.02, 1), kind: oneOf(random, ['market', 'account']) },
  }),
  begin: ({ random }, plan) => {
    const share = numberOf(plan, 'share');
    const kind = textOf(plan, 'kind');
    const frame = ({ socket, text }: FrameOnTheWay): readonly Frame[] | undefined => {
      if (socket !== kind || !random.chance(share)) return undefined;
      return [oneOf(random, BROKEN)(text, random)];
    };
    return { trouble: { frame } };
  },
};

/** Ours takes no more; see `frameBytesMax`. */
const REFUSED_BYTES = 1_048_577;

export const frameHuge: SimFault = {
  name: 'frame.huge',
  family: 'feed',
  about: 'frames of hundreds of kB of nothing; larger ones end the socket with 1009',
  moments: [],
  draw: (random) => ({
    durationMs: 3_000,
    parameters: { kB: lasting(random, 100, 4_000), count: 1 + random.below(4) },
  }),
  begin: ({ clock, lines }, plan) => {
    const bytes = numberOf(plan, 'kB') * 1_000;
    for (let each = 0; each < numberOf(plan, 'count'); each++) {
      clock.after(each * 500, () => {
        if (bytes >= REFUSED_BYTES) lines?.flood('market');
        else lines?.announce('market', `{"stream":"btcusdt@trade","data":"${'7'.repeat(bytes)}"}`);
      });
    }
    return {};
  },
};

const RENAMED: readonly (readonly [RegExp, string])[] = [
  [/"p":/, '"px":'],
  [/"b":/, '"bid":'],
  [/"u":/, '"updateId":'],
  [/"s":/, '"symbol":'],
  [/"data":/, '"payload":'],
  [/"stream":/, '"channel":'],
];

export const schemaRenamed: SimFault = {
  name: 'schema.renamed',
  family: 'feed',
  about: 'the venue has renamed a field of its market events',
  moments: [],
  draw: (random) => ({
    durationMs: lasting(random, 5_000, 90_000),
    parameters: { which: random.below(RENAMED.length) },
  }),
  begin: (_, plan) => {
    const [from, to] = RENAMED[numberOf(plan, 'which')] ?? [/"p":/, '"px":'];
    return {
      trouble: {
        frame: (frame) =>
          symbolOf(frame) === undefined ? undefined : [frame.text.replace(from, to)],
      },
    };
  },
};

/** Unknown events and unknown fields: a venue may add either on any day. */
export const schemaExtended: SimFault = {
  name: 'schema.extended',
  family: 'feed',
  about: 'events and streams come that nobody knows, and known events have new fields',
  moments: [],
  draw: (random) => ({ durationMs: lasting(random, 5_000, 90_000), parameters: {} }),
  begin: ({ random }) => {
    const frame = (passing: FrameOnTheWay): readonly string[] | undefined => {
      if (symbolOf(passing) === undefined) return undefined;
      const longer = passing.text.replace(/\}\}$/, ',"zz":{"new":[1,"2"]}}}');
      const event = '{"e":"liquidation","E":1723161253000,"s":"BTCUSDT"}';
      if (!random.chance(0.1)) return [longer];
      return [longer, `{"stream":"btcusdt@liquidation","data":${event}}`];
    };
    return { trouble: { frame } };
  },
};

export const feedCrossWired: SimFault = {
  name: 'feed.cross_wired',
  family: 'feed',
  about: 'what comes under the name of one symbol is the data of another',
  moments: [],
  draw: (random, { symbols }) => {
    const from = random.below(symbols.length);
    const to = (from + 1 + random.below(Math.max(1, symbols.length - 1))) % symbols.length;
    const parameters = { from: symbols[from] ?? '', to: symbols[to] ?? '' };
    return { durationMs: lasting(random, 3_000, 60_000), parameters };
  },
  begin: (_, plan) => {
    const from = textOf(plan, 'from').toLowerCase();
    const to = textOf(plan, 'to').toLowerCase();
    const frame = ({ stream, text }: FrameOnTheWay): readonly string[] | undefined =>
      stream.startsWith(`${from}@`)
        ? [text.replace(`"stream":"${from}@`, `"stream":"${to}@`)]
        : undefined;
    return { trouble: { frame } };
  },
};
