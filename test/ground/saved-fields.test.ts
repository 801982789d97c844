import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findForgotten } from './saved-fields.ts';
import type { SourceFile } from './tidy-rules.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Every room of which a part hangs on the desk. */
const ROOMS = [
  'domain',
  'venues',
  'market',
  'signal',
  'risk',
  'execution',
  'portfolio',
  'journal',
  'pipeline',
];
const OUTSIDERS = [
  { name: 'Desk', save: 'saveDesk', load: 'loadDesk' },
  { name: 'VenueDesk', save: 'saveVenue', load: 'loadVenue' },
  { name: 'BootQuestion', save: 'saveBoot', load: 'loadBoot' },
];

const OTHERS = 'somebody else owns it and saves it';
const SET_UP = 'made of the set-up alone and never changed';
const ONE_CALL = 'says nothing any more between two events';
const DERIVED = 'follows from what is saved';
const ITSELF = 'saved by loops and spreads of its own, with tests of their own';

/** What changes and is rightly in no checkpoint. */
const EXCUSED: Readonly<Record<string, string>> = {
  'BoundedMap.evictedCount': ITSELF,
  'BoundedMap.#entries': ITSELF,
  'BoundedMap.#oldest': DERIVED,
  'BoundedList.#items': ITSELF,
  'BoundedList.#head': DERIVED,
  'src/domain/random.ts hash': 'spreads a seed over the first state',
  SteadyClock: 'reads the clocks of a world; nothing on the desk has one',
  BinanceByteDecoder: ONE_CALL,
  ByteCursor: ONE_CALL,
  VarintReader: ONE_CALL,
  'BookKeeper.#context': OTHERS,
  'FeedContext.#effects': ONE_CALL,
  'FeedLine.symbols': OTHERS,
  'FeedLine.#context': OTHERS,
  'MarketFeed.#byIndex': DERIVED,
  'MarketFeed.#owned': 'the last name that was asked about: asking again finds the same',
  'MarketSocket.#context': OTHERS,
  'ReconnectPace.#context': OTHERS,
  'ReconnectPace.#budget': OTHERS,
  'SnapshotPace.#context': OTHERS,
  'SymbolFeed.#context': OTHERS,
  'Answer.#reasons': 'one frozen object for each code',
  'MarketView.bidPrice': 'goes through the constructor',
  'MarketView.bidQuantity': 'goes through the constructor',
  'MarketView.askPrice': 'goes through the constructor',
  'MarketView.askQuantity': 'goes through the constructor',
  'MarketView.position': 'written before each question',
  'MarketView.orderPending': 'written before each question',
  'MarketView.midTicks': DERIVED,
  'MarketView.spreadTicks': DERIVED,
  'SkipRunBuilder.#answer': OTHERS,
  'SkipRunBuilder.#lastBits': 'the same bytes as #last',
  'StrategyHost.#byInstrument': DERIVED,
  StepBuilder: ONE_CALL,
  'FillChaser.#state': OTHERS,
  InstrumentTable: 'numbers the instruments of one saved state',
  OrderView: 'has nothing of its own',
  'Questions.#limiter': OTHERS,
  'Reconciler.#state': OTHERS,
  AccountSum: ONE_CALL,
  'Position.#instrument': 'given to the constructor',
  'Position.#worth': DERIVED,
  'Desk.out': 'empty between two events, or the desk is not saved',
  'VenueDesk.marketCodec': SET_UP,
  'VenueDesk.marketSink': SET_UP,
  'VenueDesk.signalSink': SET_UP,
  'BootQuestion.setup': SET_UP,
  'src/pipeline/run.ts isHandling': ONE_CALL,
};

function read(room: string): readonly SourceFile[] {
  const folder = `src/${room}`;
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({
      path: `${folder}/${name}`,
      text: readFileSync(join(ROOT, folder, name), 'utf8'),
    }));
}

// A field that somebody adds next year and forgets here would make a replay decide another way, on the
// one night that somebody needs it.
test('every field of the desk that changes is saved and loaded, or excused by name', () => {
  const files = ROOMS.flatMap(read);
  expect(files.length).toBeGreaterThan(100);
  expect(findForgotten(files, OUTSIDERS, EXCUSED)).toEqual([]);
});

test('the guard bites: a field left out, a class without a save, an excuse that is out of date', () => {
  const text = `
    export class Counter {
      #count = 0;
      #last: number | undefined;
      readonly #seen = new BoundedMap<string, true>('seen', 10, 'refuse');
      readonly #limit: number;
      save() { return { count: this.#count, last: this.#last }; }
      load(state) { this.#count = state.count; this.#seen.load(state.seen); }
    }
    export class Forgetful {
      #count = 0;
    }
    export class SetUp {
      readonly #limit: number;
      static made = 0;
    }
    let callsCount = 0;
    export function count() { callsCount += 1; }
    export function remember() {
      let last = 0;
      let sum = 0;
      sum += 1;
      return { onTop(view) { last = view.nowMs; return sum; } };
    }
    export interface Venue { readonly name: string; isOpen: boolean }
    export function saveVenue(venue: Venue) { return { name: venue.name, isOpen: venue.isOpen }; }
    export function loadVenue(state): Venue { return newVenue(state.name); }
  `;
  const files = [{ path: 'planted.ts', text }];
  const outsiders = [{ name: 'Venue', save: 'saveVenue', load: 'loadVenue' }];
  expect(findForgotten(files, outsiders, { 'Counter.#count': 'no reason' })).toEqual([
    'planted.ts: Counter.#last not in load',
    'planted.ts: Counter.#seen not in save',
    'planted.ts: Forgetful changes and has no save and load (#count)',
    'planted.ts: Venue.isOpen not in load',
    'planted.ts: callsCount is kept by a function that sets it',
    'planted.ts: last is kept by a function that sets it',
    'Counter.#count: no excuse needed',
  ]);
});
