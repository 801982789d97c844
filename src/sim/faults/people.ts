import type { OperatorWord } from '../../domain/event.ts';
import type { Random } from '../../domain/random.ts';
import { amountE8, toWire } from '../../matching/scale.ts';
import type { DrawContext, FaultDraw, PlannedFault, SimFault } from '../fault.ts';
import type { Stage } from '../stage.ts';
import { lasting, numberOf, oneOf, textOf } from './drawn.ts';

const ASKS_AGAIN_MS = 1_000;

/** A person who has halted something waits until the daemon is there to hear that it may go on. */
export function allowAgain(stage: Stage): void {
  if (stage.lines === undefined) stage.clock.after(ASKS_AGAIN_MS, () => allowAgain(stage));
  else stage.speak('resume', 'person');
}

function spoken(
  word: OperatorWord,
  about: string,
  bounds: readonly [msMin: number, msMax: number],
  more: { readonly name?: string; readonly share: number },
): SimFault {
  return {
    name: more.name ?? `operator.${word}`,
    family: 'operator',
    about,
    share: more.share,
    moments: ['orderLeft', 'orderTaken', 'filled', 'recovering'],
    draw: (random): FaultDraw => ({ durationMs: lasting(random, ...bounds), parameters: {} }),
    begin: (stage) => {
      stage.speak(word, 'person');
      return { end: () => allowAgain(stage) };
    },
  };
}

export const operatorPauses = spoken(
  'pause',
  'a person says pause, and later resume',
  [5_000, 180_000],
  { share: 0.8 },
);
export const operatorReduces = spoken(
  'reduce',
  'a person says reduce, and later resume',
  [5_000, 240_000],
  { share: 1.2 },
);
export const operatorHalts = spoken(
  'halt',
  'a person says halt, and later resume',
  [5_000, 120_000],
  { share: 0.8 },
);
export const operatorForgets = spoken(
  'halt',
  'a person says halt and thinks of it again much later',
  [900_000, 2_400_000],
  { name: 'operator.forgets', share: 0.08 },
);

/** In the dark: what is under way while everything is being sold may be unproven. */
export const operatorFlattens: SimFault = {
  name: 'operator.flatten',
  family: 'operator',
  about: 'a person says flatten, now and then while answers to orders are being lost',
  moments: ['orderLeft', 'orderTaken', 'filled', 'recovering'],
  share: 0.8,
  draw: (random) => ({
    durationMs: lasting(random, 10_000, 180_000),
    parameters: { isDark: random.chance(0.5) },
  }),
  begin: (stage, plan) => {
    stage.speak('flatten', 'person');
    const isDark = plan.parameters['isDark'] === true;
    const end = (): void => allowAgain(stage);
    if (!isDark) return { end };
    return {
      trouble: { answer: ({ kind }) => (kind === 'place' ? { type: 'lost' } : undefined) },
      end,
    };
  },
};

/** How much of a coin somebody trades by hand; all of it far above the venue's least value. */
const QUANTITIES: Readonly<Record<string, string>> = {
  BTCUSDT: '0.001',
  ETHUSDT: '0.01',
  SOLUSDT: '0.5',
  NKNUSDT: '1000',
  RUNEUSDT: '20',
};
const FAR = 0.9;

/** A price far from the market, for an order that waits and is canceled; or one that is met at once. */
function placeByHand({ venue }: Stage, plan: PlannedFault, isFar: boolean): string | undefined {
  const symbol = textOf(plan, 'symbol');
  const rules = venue.core.symbol(symbol);
  const top = venue.core.top(symbol);
  if (rules === undefined || top === undefined) return undefined;
  const side = textOf(plan, 'side') === 'BUY' ? 'BUY' : 'SELL';
  const met = side === 'BUY' ? top.askPrice : top.bidPrice;
  const far = side === 'BUY' ? FAR : 1 / FAR;
  const price = Math.round((met * (isFar ? far : 1)) / rules.price.step) * rules.price.step;
  const quantity = QUANTITIES[symbol] ?? '1';
  return venue.placeByHand({ symbol, side, price: toWire(price), quantity });
}

function drawByHand(random: Random, { symbols }: DrawContext): FaultDraw {
  return {
    durationMs: lasting(random, 10_000, 180_000),
    parameters: { symbol: oneOf(random, symbols), side: oneOf(random, ['BUY', 'BUY', 'SELL']) },
  };
}

export const orderedByHand: SimFault = {
  name: 'order.by_hand',
  family: 'operator',
  about: "a person places an order on the same account by the venue's app, and cancels it again",
  moments: ['orderLeft', 'orderTaken', 'filled'],
  draw: drawByHand,
  begin: (stage, plan) => {
    const id = placeByHand(stage, plan, true);
    return {
      end: () => {
        if (id !== undefined) stage.venue.cancelByHand(textOf(plan, 'symbol'), id);
      },
    };
  },
};

/** Lasting: what a person has bought stays in the account. */
export const tradedByHand: SimFault = {
  name: 'trade.by_hand',
  family: 'operator',
  about: "a person buys or sells on the same account by the venue's app",
  isLasting: true,
  moments: ['orderLeft', 'orderTaken', 'filled'],
  share: 0.2,
  draw: drawByHand,
  begin: (stage, plan) => {
    const id = placeByHand(stage, plan, false);
    return {
      end: () => {
        if (id !== undefined) stage.venue.cancelByHand(textOf(plan, 'symbol'), id);
      },
    };
  },
};

export const fundsMoved: SimFault = {
  name: 'funds.moved',
  family: 'operator',
  about: 'a deposit or a withdrawal, and later the same amount back',
  moments: ['orderLeft', 'filled'],
  draw: (random) => ({
    durationMs: lasting(random, 10_000, 240_000),
    parameters: {
      asset: oneOf(random, ['USDT', 'BTC', 'ETH']),
      amount: oneOf(random, ['0.5', '0.25', '0.00000001', '0.125']),
      isDeposit: random.chance(0.5),
    },
  }),
  begin: ({ venue }, plan) => {
    const asset = textOf(plan, 'asset');
    const amount = amountE8(textOf(plan, 'amount'));
    const delta = plan.parameters['isDeposit'] === true ? amount : -amount;
    venue.moveFunds(asset, toWire(delta));
    return { end: () => venue.moveFunds(asset, toWire(-delta)) };
  },
};

export const fundsWithdrawn: SimFault = {
  name: 'funds.withdrawn',
  family: 'operator',
  about: 'most of the quote asset is withdrawn, so that orders are refused, and later comes back',
  moments: ['orderLeft', 'filled'],
  share: 0.6,
  draw: (random) => ({
    durationMs: lasting(random, 30_000, 300_000),
    parameters: { leavesBps: lasting(random, 1, 1_000) },
  }),
  begin: ({ venue }, plan) => {
    const leavesBps = BigInt(numberOf(plan, 'leavesBps'));
    const taken = (venue.freeBalance('USDT') * (10_000n - leavesBps)) / 10_000n;
    if (taken <= 0n) return {};
    venue.moveFunds('USDT', toWire(-taken));
    return { end: () => venue.moveFunds('USDT', toWire(taken)) };
  },
};
