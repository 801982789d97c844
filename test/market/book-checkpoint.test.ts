import { expect, test } from 'vitest';
import type { DepthDiff, DepthSnapshot, TopOfBook } from '../../src/domain/market.ts';
import type { Random } from '../../src/domain/random.ts';
import { lots, price, unixMs } from '../../src/domain/units.ts';
import { BookKeeper, type BookKeeperState } from '../../src/market/book-keeper.ts';
import { OrderBook } from '../../src/market/order-book.ts';
import { TopHistory } from '../../src/market/top-history.ts';
import { type CutPart, claimCutsUnseen, inPlace, newClock, pick } from '../support/cut-parts.ts';
import { BTC, newContext } from './own-context.ts';

/** Changes with ids that follow one another, have holes, overlap or repeat; snapshots near them. */
function newStream() {
  let id = 100;
  const levels = (random: Random, best: number, sign: 1 | -1, count: number): number[] =>
    Array.from({ length: count }, (_, i) => [
      best + sign * (2 * i + random.below(2)),
      random.chance(0.2) && count < 6 ? 0 : 1 + random.below(50),
    ]).flat();
  return {
    diff(random: Random): DepthDiff {
      const firstUpdateId = id + pick(random, [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, -1, 3, -8]);
      const lastUpdateId = firstUpdateId + random.below(3);
      id = Math.max(id, lastUpdateId);
      const bids = levels(random, 1_000, -1, random.below(5));
      const asks = levels(random, random.chance(0.05) ? 999 : 1_001, 1, random.below(5));
      const eventAtMs = unixMs(1);
      return { type: 'depth', instrument: 0, firstUpdateId, lastUpdateId, eventAtMs, bids, asks };
    },
    snapshot(random: Random): DepthSnapshot {
      const updateId = id + pick(random, [0, 0, 0, -2, 2, -30]);
      const bids = levels(random, 1_000, -1, 12);
      return { instrument: 0, updateId, bids, asks: levels(random, 1_001, 1, 12) };
    },
    top(random: Random): TopOfBook {
      const bidPrice = price(1_000 - random.below(3));
      const askPrice = price(1_001 + random.below(3));
      const [bidQuantity, askQuantity] = [lots(1 + random.below(9)), lots(1 + random.below(9))];
      const updateId = id + random.below(4);
      return { type: 'top', instrument: 0, updateId, bidPrice, bidQuantity, askPrice, askQuantity };
    },
  };
}

function lookAt(book: OrderBook): unknown {
  const { isLoaded, isSynced, isCrossed, updateId, windowBid, windowAsk } = book;
  const { snapshotBid, snapshotAsk, appliedCount, coveredCount, bufferedCount } = book;
  const sides = [book.bids, book.asks].map((side) =>
    Array.from({ length: side.size }, (_, rank) => [side.priceAt(rank), side.quantityAt(rank)]),
  );
  const counts = { appliedCount, coveredCount, bufferedCount };
  const known = { isLoaded, isSynced, isCrossed, updateId };
  return { ...known, ...counts, windowBid, windowAsk, snapshotBid, snapshotAsk, sides };
}

claimCutsUnseen('order book', () => {
  const stream = newStream();
  return {
    ...inPlace(() => new OrderBook(10, 8)),
    next(random) {
      const act = pick(random, [
        'diff',
        'diff',
        'diff',
        'diff',
        'diff',
        'diff',
        'snapshot',
        'expect',
        'abandon',
        'confirm',
        'reset',
        'restart',
      ]);
      // Drawn only when it is told: a change that nobody hears would be a hole.
      const diff = act === 'diff' ? stream.diff(random) : undefined;
      const snapshot = stream.snapshot(random);
      const levelsAsked = pick(random, [12, 13]);
      const rare = random.chance(0.2);
      return (part) => {
        let told: unknown;
        if (diff !== undefined) told = part.onDiff(diff);
        if (act === 'snapshot') told = part.onSnapshot(snapshot, levelsAsked);
        if (act === 'expect') part.expectRefresh();
        if (act === 'abandon') part.abandonRefresh();
        if (act === 'confirm') part.confirm();
        if (act === 'reset' && rare) part.reset();
        if (act === 'restart' && rare) part.restart();
        return [told, lookAt(part)];
      };
    },
  };
});

claimCutsUnseen('top history', () => {
  const stream = newStream();
  return {
    ...inPlace(() => new TopHistory()),
    next(random) {
      // So many at once that the ring turns over.
      const tops = Array.from({ length: 40 }, () => stream.top(random));
      const diff = stream.diff(random);
      const clears = random.chance(0.01);
      return (part) => {
        if (clears) part.clear();
        for (const top of tops) part.push(top);
        return tops.map((top) => part.agrees(diff.lastUpdateId - 1, top));
      };
    },
  };
});

claimCutsUnseen('book keeper', () => {
  const clock = newClock(400);
  const stream = newStream();
  interface Part {
    readonly world: ReturnType<typeof newContext>;
    readonly keeper: BookKeeper;
  }
  interface State {
    readonly world: ReturnType<ReturnType<typeof newContext>['save']>;
    readonly keeper: BookKeeperState;
  }
  /** Of the first part; the others must ask with the same ids. */
  let latestId = 0;
  const part: CutPart<Part, State> = {
    make() {
      const world = newContext();
      return { world, keeper: new BookKeeper(BTC, world.context) };
    },
    save: ({ world, keeper }) => ({ world: world.save(), keeper: keeper.save() }),
    load(state) {
      const world = newContext(state.world);
      const keeper = new BookKeeper(BTC, world.context);
      keeper.load(state.keeper);
      return { world, keeper };
    },
    next(random) {
      const atMs = clock(random);
      const act = pick(random, [
        'diff',
        'diff',
        'diff',
        'top',
        'top',
        'tick',
        'tick',
        'answer',
        'restart',
      ]);
      const diff = act === 'diff' ? stream.diff(random) : undefined;
      const top = stream.top(random);
      const latest = random.chance(0.8) ? top : undefined;
      const snapshot = stream.snapshot(random);
      const fails = random.chance(0.2);
      const rare = random.chance(0.1);
      const asks = random.chance(0.5);
      const requestId = latestId;
      return ({ world, keeper }) => {
        let told: unknown;
        if (diff !== undefined) told = keeper.onDiff(diff, latest, atMs);
        if (act === 'top') keeper.onTop(top, atMs);
        if (act === 'tick') keeper.onTick(atMs, asks);
        if (act === 'restart' && rare) keeper.restart();
        if (act === 'answer') {
          const answer = fails
            ? ({ type: 'failed', text: 'no luck' } as const)
            : ({ type: 'value', value: snapshot } as const);
          told = keeper.onAnswer(requestId, answer, latest, atMs);
        }
        const effects = world.context.take();
        for (const effect of effects) if (effect.type === 'askVenue') latestId = effect.requestId;
        return [told, keeper.trouble, effects, world.context.save().counters, lookAt(keeper.book)];
      };
    },
  };
  return part;
});

test('a snapshot older than what the socket had shown before a new subscription is refused after a cut, too', () => {
  const atMs = unixMs(1_723_161_253_000);
  const top = {
    type: 'top',
    instrument: 0,
    updateId: 500,
    bidPrice: price(1_000),
    bidQuantity: lots(1),
    askPrice: price(1_001),
    askQuantity: lots(1),
  } as const;
  const value = { instrument: 0, updateId: 499, bids: [1_000, 1], asks: [1_001, 1] };
  const first = newContext();
  const keeper = new BookKeeper(BTC, first.context);
  keeper.onTop(top, atMs);
  const loaded = [passOn(first, keeper)];
  for (const one of [keeper, ...loaded]) one.restart();
  // Once more: now what the socket had shown before is known, and nothing is seen.
  loaded.push(passOn(first, keeper));
  for (const one of [keeper, ...loaded]) {
    one.syncNow(atMs);
    expect(one.onAnswer(1, { type: 'value', value }, undefined, atMs)).toBeUndefined();
    expect(one.book.isLoaded).toBe(false);
  }
});

function passOn(from: ReturnType<typeof newContext>, keeper: BookKeeper): BookKeeper {
  const loaded = new BookKeeper(BTC, newContext(from.save()).context);
  loaded.load(JSON.parse(JSON.stringify(keeper.save())));
  return loaded;
}
