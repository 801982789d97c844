import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { CHECKPOINT_VERSION, loadDesk, saveDesk } from '../../src/pipeline/checkpoint.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/pipeline/checkpoint-text.ts';
import { Desk } from '../../src/pipeline/desk.ts';
import { handle } from '../../src/pipeline/handle.ts';
import {
  describeDesk,
  playDefault,
  playMidnight,
  playOrders,
  playProof,
  playRestarts,
  playRestless,
  playTrailing,
  playTwoVenues,
  playVenue,
} from '../support/checkpoint-nights.ts';
import { expectSameThroughCheckpoints, findUnplain } from '../support/checkpoint-proof.ts';
import { type Night, startNight } from '../support/night.ts';
import { makeSetup, strategyOf } from '../support/night-setup.ts';
import { ObjectGraph } from '../support/object-graph.ts';

const SEED = process.env['CHECKPOINT_SEED'] ?? `${Date.now()}`;
const EVERY_EVENT = 1;

interface Story {
  readonly name: string;
  readonly play: () => Night;
  /** Share of events before which the desk is made anew; it always is when something new is true of it. */
  readonly share: number;
  /** What must have been true at one of the cuts at least. */
  readonly sees: readonly string[];
}

const STORIES: readonly Story[] = [
  {
    name: 'orders in trouble, people who speak, a stop',
    play: playOrders,
    share: EVERY_EVENT,
    sees: [
      'phase idle',
      'phase booting',
      'phase running',
      'phase stopping',
      'mode RECOVERING',
      'mode ACTIVE',
      'mode HALTED',
      'order INITIALIZED',
      'order SUBMITTED',
      'order UNKNOWN',
      'order DEAD',
      'order FILLED',
      'cancel wanted, UNKNOWN',
      'cancel wanted, DEAD',
      'not reconciled',
      'fills missing',
    ],
  },
  {
    name: 'a proof of absence, a latch, a stranger, a lost socket',
    play: playProof,
    share: 0.15,
    sees: ['order UNKNOWN', 'order ABSENT', 'order REJECTED', 'latched', 'a stranger works'],
  },
  {
    name: 'a trailing stop',
    play: playTrailing,
    share: EVERY_EVENT,
    sees: ['trailing', 'a position', 'partly filled', 'order EXPIRED', 'order FILLED'],
  },
  {
    name: 'a venue that is away, lists half, limits us and changes its rules',
    play: playVenue,
    share: 0.15,
    sees: [
      'phase booting',
      'a symbol is absent',
      'another version',
      'told to stay away',
      'mode REDUCING',
      'mode OBSERVING',
      'stale',
      'a symbol is closed',
      'listings asked',
      'clock in doubt',
    ],
  },
  {
    name: 'three lives, with a held symbol that is gone',
    play: playRestarts,
    share: EVERY_EVENT,
    sees: ['flattening', 'a symbol is absent', 'mode HALTED', 'order UNKNOWN'],
  },
  {
    name: 'midnight',
    play: playMidnight,
    share: EVERY_EVENT,
    sees: ['a position', 'order FILLED'],
  },
  {
    name: 'one venue of two',
    play: playTwoVenues,
    share: EVERY_EVENT,
    sees: ['one venue of two', 'mode ACTIVE', 'a position'],
  },
  {
    name: 'orders all the time',
    play: () => playRestless(SEED),
    share: 0.1,
    sees: ['order SUBMITTED', 'order UNKNOWN', 'order FILLED', 'a position'],
  },
  {
    name: 'the default settings',
    play: () => playDefault(SEED),
    share: 0.005,
    sees: ['mode ACTIVE'],
  },
];

for (const { name, play, share, sees } of STORIES) {
  // A replay may begin wherever a segment of the capture does: whatever was under way goes on from there.
  test(`written down and made anew, ${name}: every later effect is the same (seed ${SEED})`, () => {
    const random = Random.fromSeed(SEED);
    const seen = new Set<string>();
    const unplain: string[] = [];
    const cuts = (desk: Desk): boolean => {
      const facts = describeDesk(desk);
      const isNew = facts.some((fact) => !seen.has(fact));
      if (!isNew && !random.chance(share)) return false;
      for (const fact of facts) seen.add(fact);
      return true;
    };
    const look = (saved: Desk, loaded: Desk): void => {
      if (random.chance(0.9)) return;
      const checkpoint = saveDesk(loaded);
      unplain.push(...findUnplain(checkpoint));
      expect(encodeCheckpoint(checkpoint)).toBe(encodeCheckpoint(saveDesk(saved)));
    };
    const night = play();
    for (const hear of night.hearings) {
      expectSameThroughCheckpoints(hear(), { cuts, look });
    }
    expect(unplain).toEqual([]);
    expect([...seen]).toEqual(expect.arrayContaining([...sees]));
  }, 60_000);
}

class Keeper {
  readonly #hidden = new Map<string, number[]>();
  readonly count: () => number;
  constructor(number: number) {
    let kept = number;
    this.#hidden.set('numbers', [1, 2, number]);
    this.count = () => kept++ + this.#hidden.size;
  }
}

test('the look at private fields bites: what only a private map and a closure know is told', () => {
  expect(new ObjectGraph(() => false).compare(new Keeper(3), new Keeper(3))).toEqual([]);
  const told = new ObjectGraph(() => false).compare(new Keeper(3), new Keeper(4));
  expect(told.map(({ path }) => path.replace(/[^#[\]a-zA-Z.]/g, ''))).toEqual([
    'desk.count[[Scopes]]..kept',
    'desk.#hidden[[Entries]]..value.',
  ]);
});

const LOOKED_AT = { playOrders, playProof, playTrailing, playTwoVenues };

for (const [name, play] of Object.entries(LOOKED_AT)) {
  // What is not in the text is lost. Whether anything is, V8 itself can tell: it sees every private field.
  test(`a desk made of the text holds all that the saved one held, private fields included: ${name} (seed ${SEED})`, () => {
    const random = Random.fromSeed(SEED);
    let pairsCount = 0;
    for (const hear of play().hearings) {
      const heard = hear();
      // The beginning of a night has little to forget.
      const looks = [0.4, 0.7].map((from) =>
        Math.floor(heard.events.length * (from + 0.3 * random.float())),
      );
      let event = -1;
      expectSameThroughCheckpoints(heard, {
        cuts: () => {
          event += 1;
          return looks.includes(event);
        },
        look: (saved, loaded) => {
          const graph = new ObjectGraph(isMeantToDiffer);
          expect(graph.compare(saved, loaded)).toEqual([]);
          pairsCount += graph.pairsCount;
        },
      });
    }
    expect(pairsCount).toBeGreaterThan(500);
  }, 60_000);
}

/** What two desks may keep differently and decide the same. */
function isMeantToDiffer(path: string): boolean {
  return MEANT_TO_DIFFER.some((pattern) => pattern.test(path));
}

const MEANT_TO_DIFFER: readonly RegExp[] = [
  // Places to write the frame or the question that is being read now.
  /[cC]odec/,
  // Rows of the journal: nobody reads them once every venue is furnished.
  /\.started\.rows/,
  // Where a collection looks for its oldest entry: the first one, however it is found.
  /\.#oldest\[\[Entries\]\]/,
  // The same items in other places of the array, and what lies beyond the last of them.
  /\.#outbox\.#(?:head|items)|\.#levels$|\.#history\.#(?:ring|count)/,
  // A moment that the closure has around it and does not use.
  /\.#newConnection\[\[Scopes\]\]/,
  // Remembers the last answer only to give it faster.
  /\.feed\.#owned$/,
  // Numbers that are seen anew before each use.
  /\.stale\.#slots\.\d+\.answer\.values$/,
  // Answers made once for each reason, and the one that is written before each use.
  /\.answer\.#(?:reasons|nothing)/,
  // Each strategy says what it holds of the symbol before it looks at the view.
  /\.views\.\d+\.(?:position|orderPending)/,
  // The same 32 bits, read with and without a sign.
  /\.generator\.#[abcd]$/,
];

test('writing down changes nothing: saved before every event, a desk decides as one that never was', () => {
  const night = playOrders();
  for (const hear of night.hearings) {
    const { setup, events, effects } = hear();
    const desk = new Desk(setup);
    const decided = events.flatMap((event) => {
      const once = encodeCheckpoint(saveDesk(desk));
      expect(encodeCheckpoint(saveDesk(desk))).toBe(once);
      return [...handle(desk, event)];
    });
    expect(decided).toEqual(effects);
  }
});

test('a checkpoint of another version, of another venue, or no checkpoint at all is refused in words', () => {
  const night = startNight({ strategies: [strategyOf('cue')] });
  const { setup } = night.desk;
  const checkpoint = saveDesk(night.desk);
  const other = { ...checkpoint, version: CHECKPOINT_VERSION + 1 };
  const versions = `checkpoint: version ${other.version}, this build reads ${CHECKPOINT_VERSION}`;
  expect(() => loadDesk(setup, other)).toThrow(versions);
  expect(() => decodeCheckpoint(encodeCheckpoint(other))).toThrow(versions);
  expect(() => decodeCheckpoint('{"type":"timerFired"}')).toThrow('checkpoint: the text is none');
  expect(() => loadDesk(makeSetup([], { venues: [] }), checkpoint)).toThrow(
    'checkpoint: venue binance is not in the settings',
  );
});
