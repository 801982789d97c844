import { ConnectBudget } from '../../src/domain/connect-budget.ts';
import { connectionId } from '../../src/domain/ids.ts';
import { lots, price, type UnixMs, unixMs } from '../../src/domain/units.ts';
import { CandleBuilder } from '../../src/market/candle-builder.ts';
import { ClockOffset, type ClockOffsetState } from '../../src/market/clock-offset.ts';
import type { FeedContext } from '../../src/market/feed-context.ts';
import { DEFAULT_FEED_LIMITS } from '../../src/market/feed-limits.ts';
import { SymbolFreshness } from '../../src/market/freshness.ts';
import { GapHistogram } from '../../src/market/gap-histogram.ts';
import { MarketSocket } from '../../src/market/market-socket.ts';
import { PriceCollar } from '../../src/market/price-collar.ts';
import { ReconnectPace } from '../../src/market/reconnect-pace.ts';
import { StreamRemedy } from '../../src/market/stream-remedy.ts';
import { type CutPart, claimCutsUnseen, inPlace, newClock, pick } from '../support/cut-parts.ts';
import { newContext } from './own-context.ts';

// The parts of a feed one by one: what a whole night shows only now and then is shown here all the time.

claimCutsUnseen('gap histogram', () => ({
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

claimCutsUnseen('price collar', () => {
  const limits = { outlierBpsMax: 500, outlierConfirmCount: 3, levelShiftBpsMax: 5_000 };
  let mid = 10_000;
  return {
    ...inPlace(() => new PriceCollar(limits)),
    next(random) {
      if (random.chance(0.08)) mid = pick(random, [10_000, 11_000, 1_000, 25_000]);
      const said = mid + random.below(200);
      const witnessed = random.chance(0.1) ? pick(random, [10_000, 11_000, 1_000]) : undefined;
      return (part) => {
        const witness = witnessed === undefined ? undefined : part.hearWitness(witnessed);
        return [witness, part.fits(said), part.judge(said), part.isWaiting, part.isShifted];
      };
    },
  };
});

claimCutsUnseen('connect budget', () => {
  const clock = newClock(2_000);
  return {
    ...inPlace(() => new ConnectBudget(5, 10_000)),
    next(random) {
      const atMs = clock(random);
      const purpose = pick(random, ['market', 'account'] as const);
      return (part) => {
        const hasRoom = part.hasRoom(atMs, purpose);
        if (hasRoom) part.spend(atMs, purpose);
        return hasRoom;
      };
    },
  };
});

claimCutsUnseen('reconnect pace', () => {
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

claimCutsUnseen('stream remedy', () => {
  const clock = newClock(20_000);
  let resubscribedAtMs: UnixMs | undefined;
  return {
    ...inPlace(() => new StreamRemedy()),
    next(random) {
      const atMs = clock(random);
      const sinceMs = resubscribedAtMs;
      if (random.chance(0.3)) resubscribedAtMs = atMs;
      const steps = random.chance(0.02);
      const trouble = pick(random, ['bookSilent', 'bookUnheld', 'topSilent'] as const);
      return (part) => {
        if (steps) part.onClockStep();
        return part.choose(trouble, sinceMs, atMs);
      };
    },
  };
});

claimCutsUnseen('candles', () => {
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
        if (taints) part.taint(at);
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

claimCutsUnseen('clock offset', () =>
  clockOffsetPart(['time', 'event', 'event', 'future', 'look'], 4_000),
);
claimCutsUnseen('clock offset from events alone', () =>
  clockOffsetPart(['event', 'event', 'event', 'event', 'future', 'look'], 20_000),
);

claimCutsUnseen('freshness', () => {
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
        'held',
        'doubted',
      ]);
      const askedAtMs = unixMs(atMs - random.below(3_000));
      const lagMs = random.below(4_000);
      const rare = random.chance(0.2);
      return (part) => {
        let told: unknown;
        if (act === 'advanced') part.onAdvanced(atMs);
        if (act === 'confirmed') part.onConfirmed(askedAtMs, rare);
        if (act === 'invalid') told = part.onInvalid(atMs, false);
        if (act === 'future') told = part.onInvalid(atMs, true);
        if (act === 'interrupted' && rare) part.onInterrupted();
        if (act === 'stepped' && rare) part.onClockStepped();
        if (act === 'look' && rare) part.onEventTime(lagMs);
        if (act === 'held') part.onHeldBack(lagMs);
        if (act === 'doubted') part.onDoubted(atMs);
        return [told, part.assess(atMs, true), part.wantsConfirmation(atMs)];
      };
    },
  };
});

claimCutsUnseen('socket', () => {
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
