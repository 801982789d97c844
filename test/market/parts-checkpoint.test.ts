import { expect, test } from 'vitest';
import { ConnectBudget } from '../../src/domain/connect-budget.ts';
import { connectionId } from '../../src/domain/ids.ts';
import type { DepthDiff, DepthSnapshot, TopOfBook } from '../../src/domain/market.ts';
import type { Random } from '../../src/domain/random.ts';
import { lots, price, type UnixMs, unixMs } from '../../src/domain/units.ts';
import { BookKeeper, type BookKeeperState } from '../../src/market/book-keeper.ts';
import { CandleBuilder } from '../../src/market/candle-builder.ts';
import { ClockOffset, type ClockOffsetState } from '../../src/market/clock-offset.ts';
import { FeedContext, type FeedContextState } from '../../src/market/feed-context.ts';
import { DEFAULT_FEED_LIMITS } from '../../src/market/feed-limits.ts';
import { SymbolFreshness } from '../../src/market/freshness.ts';
import { GapHistogram } from '../../src/market/gap-histogram.ts';
import { MarketSocket } from '../../src/market/market-socket.ts';
import { OrderBook } from '../../src/market/order-book.ts';
import { PriceCollar } from '../../src/market/price-collar.ts';
import { ReconnectPace } from '../../src/market/reconnect-pace.ts';
import { StreamRemedy } from '../../src/market/stream-remedy.ts';
import { TopHistory } from '../../src/market/top-history.ts';
import { createBinanceMarketCodec } from '../../src/venues/binance-market.ts';
import { type CutPart, expectCutsUnseen } from '../support/cut-parts.ts';
import { makeInstrument } from '../support/frames.ts';

const SEEDS = 8;
const STEPS = 300;
const BTC = makeInstrument(0);

/** The same claim for each part of a feed; a feed as a whole is in `feed-checkpoint.test.ts`. */
function claim<Part, State>(name: string, newPart: () => CutPart<Part, State>): void {
  test(`${name}: cut anywhere, what was loaded answers as what was saved`, () => {
    for (let number = 1; number <= SEEDS; number++) {
      expectCutsUnseen(`${name} ${number}`, STEPS, newPart());
    }
  });
}

/** For parts that are loaded in place. */
function inPlace<State, Part extends { save(): State; load(state: State): void }>(
  make: () => Part,
): Pick<CutPart<Part, State>, 'make' | 'save' | 'load'> {
  return {
    make,
    save: (part) => part.save(),
    load(state) {
      const part = make();
      part.load(state);
      return part;
    },
  };
}

/** A clock that each draw moves on by up to `ms`, seldom by much more, and now and then back. */
function newClock(ms: number): (random: Random) => UnixMs {
  let nowMs = 1_723_161_253_000;
  return (random) => {
    nowMs += random.chance(0.02) ? 60 * random.below(ms) : random.below(ms);
    if (random.chance(0.01)) nowMs -= 3 * ms;
    return unixMs(nowMs);
  };
}

function pick<T>(random: Random, options: readonly T[]): T {
  const [first] = options;
  if (first === undefined) throw new Error('nothing to pick from');
  return options[random.below(options.length)] ?? first;
}

claim('gap histogram', () => ({
  ...inPlace(() => new GapHistogram()),
  next(random) {
    // So many at once that old counts fade.
    const gaps = Array.from({ length: 400 }, () => random.exponential(300));
    return (part) => {
      for (const gap of gaps) part.add(gap);
      return [part.quantileMs(0.5), part.quantileMs(0.999)];
    };
  },
}));

claim('price collar', () => {
  const limits = { outlierBpsMax: 500, outlierConfirmCount: 3, levelShiftBpsMax: 5_000 };
  let mid = 10_000;
  return {
    ...inPlace(() => new PriceCollar(limits)),
    next(random) {
      if (random.chance(0.08)) mid = pick(random, [10_000, 11_000, 1_000, 25_000]);
      const said = mid + random.below(200);
      const clears = random.chance(0.02);
      return (part) => {
        if (clears) part.isShifted = false;
        return [part.fits(said), part.judge(said), part.isWaiting, part.isShifted];
      };
    },
  };
});

claim('connect budget', () => {
  const clock = newClock(2_000);
  return {
    ...inPlace(() => new ConnectBudget(5, 10_000)),
    next(random) {
      const atMs = clock(random);
      return (part) => {
        const hasRoom = part.hasRoom(atMs);
        if (hasRoom) part.spend(atMs);
        return hasRoom;
      };
    },
  };
});

claim('reconnect pace', () => {
  const clock = newClock(3_000);
  interface Part {
    readonly context: FeedContext;
    readonly budget: ConnectBudget;
    readonly pace: ReconnectPace;
  }
  const make = (): Part => {
    const { context } = newContext();
    const budget = new ConnectBudget(6, 60_000);
    return { context, budget, pace: new ReconnectPace(context, budget) };
  };
  return {
    make,
    save: ({ budget, pace }) => ({ budget: budget.save(), pace: pace.save() }),
    load(state) {
      const part = make();
      part.budget.load(state.budget);
      part.pace.load(state.pace);
      return part;
    },
    next(random) {
      const atMs = clock(random);
      const act = pick(random, ['open', 'open', 'end', 'rotate', 'step']);
      const livedMs = random.chance(0.2) ? 70_000 : 10;
      return ({ context, pace }) => {
        if (act === 'end') pace.onEnded(livedMs, atMs);
        if (act === 'rotate' && livedMs > 10) pace.onRotated();
        if (act === 'step' && livedMs > 10) pace.openFrom(atMs);
        return [act === 'open' && pace.allows(atMs), context.take()];
      };
    },
  };
});

claim('stream remedy', () => {
  const clock = newClock(20_000);
  let resubscribedAtMs: UnixMs | undefined;
  return {
    ...inPlace(() => new StreamRemedy()),
    next(random) {
      const atMs = clock(random);
      const sinceMs = resubscribedAtMs;
      if (random.chance(0.3)) resubscribedAtMs = atMs;
      const steps = random.chance(0.02);
      return (part) => {
        if (steps) part.onClockStep();
        return part.choose(sinceMs, atMs);
      };
    },
  };
});

claim('candles', () => {
  const clock = newClock(400);
  return {
    ...inPlace(() => new CandleBuilder(1_000)),
    next(random) {
      const atMs = clock(random);
      const at = price(10_000 + random.below(500));
      const quantity = lots(1 + random.below(9));
      const isTrade = random.chance(0.6);
      const taints = random.chance(0.03);
      const tradedAtMs = random.chance(0.05) ? unixMs(atMs - 1_500) : atMs;
      const trade = {
        type: 'trade',
        instrument: 0,
        tradeId: 1,
        price: at,
        quantity,
        buyerIsMaker: false,
        eventAtMs: atMs,
        tradedAtMs,
      } as const;
      return (part) => {
        const closed = [];
        for (let one = part.closeNext(atMs); one !== undefined; one = part.closeNext(atMs)) {
          closed.push(one);
        }
        if (taints) part.taint();
        return [closed, isTrade && part.onTrade(trade)];
      };
    },
  };
});

function clockOffsetPart(
  acts: readonly ('time' | 'event' | 'future' | 'look')[],
  stepMsMax: number,
): CutPart<ClockOffset, ClockOffsetState> {
  const clock = newClock(stepMsMax);
  let trueMs = 25;
  return {
    ...inPlace(() => new ClockOffset()),
    next(random) {
      const atMs = clock(random);
      if (random.chance(0.03)) trueMs = pick(random, [25, -4_000, 900]);
      const act = pick(random, acts);
      const roundTripMs = pick(random, [30, 80, 1_400, 3_000]) + random.below(20);
      const serverAtMs = unixMs(atMs - random.below(roundTripMs) + trueMs);
      const eventAtMs = unixMs(atMs + trueMs - random.below(300));
      const isReset = random.chance(0.01);
      return (part) => {
        let told: unknown;
        if (isReset) part.reset();
        if (act === 'time') {
          told = part.onServerTime(serverAtMs, unixMs(atMs - roundTripMs), atMs);
        }
        if (act === 'event') part.onEvent(eventAtMs, atMs);
        if (act === 'future') told = part.onFutureEvent(atMs);
        const { offsetMs, doubtMs, isVague, isTrusted } = part;
        return { told, offsetMs, doubtMs, isVague, isTrusted, lag: part.lagOf(eventAtMs, atMs) };
      };
    },
  };
}

claim('clock offset', () => clockOffsetPart(['time', 'event', 'event', 'future', 'look'], 4_000));
claim('clock offset from events alone', () =>
  clockOffsetPart(['event', 'event', 'event', 'event', 'future', 'look'], 20_000),
);

claim('freshness', () => {
  const clock = newClock(900);
  // So low that the limit that is learned moves with nearly every lesson.
  const limits = { ...DEFAULT_FEED_LIMITS, freshnessMsMax: 200 };
  return {
    ...inPlace(() => new SymbolFreshness(limits)),
    next(random) {
      const atMs = clock(random);
      const act = pick(random, [
        'advanced',
        'advanced',
        'confirmed',
        'invalid',
        'future',
        'interrupted',
        'stepped',
        'look',
      ]);
      const askedAtMs = unixMs(atMs - random.below(3_000));
      const lagMs = random.below(4_000);
      const rare = random.chance(0.2);
      return (part) => {
        let told: unknown;
        if (act === 'advanced') part.onAdvanced(atMs);
        if (act === 'confirmed') part.onConfirmed(askedAtMs);
        if (act === 'invalid') told = part.onInvalid(atMs, false);
        if (act === 'future') told = part.onInvalid(atMs, true);
        if (act === 'interrupted' && rare) part.onInterrupted();
        if (act === 'stepped' && rare) part.onClockStepped();
        if (act === 'look' && rare) part.eventLagMs = lagMs;
        return [told, part.assess(atMs, true), part.wantsConfirmation(atMs)];
      };
    },
  };
});

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

claim('order book', () => {
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
      const rare = random.chance(0.2);
      return (part) => {
        let told: unknown;
        if (diff !== undefined) told = part.onDiff(diff);
        if (act === 'snapshot') told = part.onSnapshot(snapshot);
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

claim('top history', () => {
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

/** A context of its own for each part, with the counter of questions as a state that can be carried on. */
function newContext(saved?: { readonly context: FeedContextState; readonly asked: number }) {
  const count = { asked: saved?.asked ?? 0 };
  const context = new FeedContext({
    venue: 'binance',
    codec: createBinanceMarketCodec([BTC]),
    instruments: [BTC],
    limits: { ...DEFAULT_FEED_LIMITS, bookRefreshEveryMs: 30_000, bufferedDiffsMax: 10 },
    random: () => 0.25,
    connectionPrefix: 'binance/market/',
    connects: new ConnectBudget(20, 300_000),
    nextRequestId: () => {
      count.asked += 1;
      return count.asked;
    },
  });
  if (saved !== undefined) context.load(saved.context);
  const save = () => ({ context: context.save(), asked: count.asked });
  return { context, save };
}

claim('socket', () => {
  const clock = newClock(700);
  interface Part {
    readonly world: ReturnType<typeof newContext>;
    readonly socket: MarketSocket;
  }
  let asked = 0;
  return {
    make(): Part {
      const world = newContext();
      const connection = connectionId('binance/market/1');
      return {
        world,
        socket: new MarketSocket(connection, unixMs(1_723_161_253_000), world.context),
      };
    },
    save: ({ world, socket }) => ({ world: world.save(), socket: socket.save() }),
    load(state) {
      const world = newContext(state.world);
      return { world, socket: MarketSocket.restore(state.socket, world.context) };
    },
    next(random) {
      const atMs = clock(random);
      const act = pick(random, ['flush', 'flush', 'frame', 'news', 'ask', 'settle', 'end', 'life']);
      const rare = random.chance(0.15);
      const requestId = 1 + random.below(asked + 3);
      if (act === 'ask') asked += 2;
      const streams = random.chance(0.5) ? ['btcusdt@trade'] : ['btcusdt@bookTicker'];
      return ({ world, socket }) => {
        let told: unknown;
        if (act === 'flush') socket.flush(atMs);
        if (act === 'frame') socket.onFrame(atMs);
        if (act === 'news') socket.lastNewsAtMs = atMs;
        if (act === 'news' && rare) socket.delivered.add(requestId);
        if (act === 'ask' && rare) socket.resubscribe(streams, atMs);
        else if (act === 'ask') socket.subscribe(streams, atMs);
        if (act === 'settle') told = socket.settle(requestId);
        if (act === 'life' && rare) socket.isEnding = true;
        else if (act === 'life') socket.openedAtMs ??= atMs;
        if (act === 'end' && rare) socket.ackedAtMs ??= atMs;
        if (act === 'end' && socket.isAuditDue(atMs)) socket.audit(atMs);
        const end = socket.findEnd(atMs, 5_000);
        const { state, isEnding, delivered } = socket;
        return [told, end, state, isEnding, [...delivered], world.context.take()];
      };
    },
  };
});

claim('book keeper', () => {
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
        if (act === 'restart' && rare) keeper.restart(asks);
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
  for (const one of [keeper, ...loaded]) one.restart(true);
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
