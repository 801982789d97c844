import { z } from 'zod';
import { DEFAULT_EXECUTION_LIMITS as EXECUTION } from '../execution/limits.ts';
import { DEFAULT_ACCOUNT } from '../portfolio/limits.ts';
import { STRATEGY_KINDS } from '../signal/registry.ts';
import type { ParameterRule, StrategyKind } from '../signal/strategy.ts';
import { block, flag, money, real, text, whole, word } from './fields.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ID = /^[a-z0-9][a-z0-9-]{0,31}$/;
const ASSET = /^[A-Z0-9]{1,20}$/;

export const SIGNAL = block(
  {
    depthLevelsCount: whole(1, 100, 'levels per side that strategies see added up'),
    wishIntervalMsMin: whole(
      0,
      600_000,
      'a strategy repeats a wish in a symbol only after so long',
    ),
    skipRunMsMax: whole(100, 10_000, 'equal skips are told as one record, closed after so long'),
  },
  'what all strategies share',
);

function parameterField(rule: ParameterRule) {
  return rule.whole ? whole(rule.min, rule.max, rule.about) : real(rule.min, rule.max, rule.about);
}

function strategyBlock(kind: StrategyKind) {
  const rules = Object.entries(kind.parameters);
  const shape = Object.fromEntries(rules.map(([name, rule]) => [name, parameterField(rule)]));
  return block({
    id: text(ID, "a name in small letters, digits and '-', 32 at most", 'its name, unique'),
    kind: z.literal(kind.kind),
    enabled: flag(),
    symbols: z
      .array(z.string({ error: 'a market of symbols' }), { error: 'a list of markets of symbols' })
      .min(1, 'at least one market of symbols'),
    reentryCooldownMs: whole(0, DAY_MS, 'no new entry in a symbol so soon after an exit'),
    parameters: block(shape),
  });
}

/** One shape per kind of the registry, so that each kind's parameters are checked by its own rules. */
function strategySchema(kinds: readonly StrategyKind[]) {
  const [first, ...rest] = kinds.map(strategyBlock);
  if (first === undefined) throw new RangeError('the registry of strategies is empty');
  return z.discriminatedUnion('kind', [first, ...rest], {
    error: `a strategy; kind is one of ${kinds.map((kind) => kind.kind).join(', ')}`,
  });
}

export const STRATEGIES = z
  .array(strategySchema(STRATEGY_KINDS), { error: 'a list of strategies' })
  .min(1, 'at least one strategy')
  .max(50, 'at most 50 strategies')
  .describe('who wants to trade what');

export const SIZING = block(
  {
    method: word(['riskPerTrade', 'fixedNotional']),
    riskPerTradeBps: real(0.1, 500, 'of equity, lost when the stop is reached; for riskPerTrade'),
    orderNotional: money('value of one entry in the quote asset; for fixedNotional'),
    takerFeeBps: real(0, 200, 'fee of one fill, as the risk of a trade counts it'),
    entryThroughTicks: whole(0, 10_000, 'limit of an entry beyond the other side of the book'),
    entryThroughBps: real(0, 500, 'the same, relative; the larger of both counts'),
    exitThroughTicks: whole(0, 10_000),
    exitThroughBps: real(0, 1_000),
  },
  'how large an entry is and at which limit it leaves',
);

export const RISK = block(
  {
    clockOffsetMsMax: whole(1, 5_000, 'our clock against the venue clock'),
    loopDelayMsMax: whole(10, 60_000, 'a late event loop knows old news'),
    priceCollarBps: real(1, 2_000, "how far an entry's limit may be from the reference price"),
    exitPriceCollarBps: real(1, 5_000),
    spreadBpsMax: real(0.1, 1_000),
    orderNotionalMax: money('value of one entry, quote asset'),
    positionNotionalMax: money('value of one symbol'),
    grossExposureMax: money('value of all positions together'),
    openOrdersMax: whole(1, 200),
    ordersPerDayMax: whole(1, 100_000),
    ordersPerWindowMax: whole(1, 1_000),
    orderWindowMs: whole(1_000, HOUR_MS),
    exitOrdersPerWindowReserve: whole(1, 1_000, 'more per window, kept for exits'),
    dailyLossMax: money('what a day may lose, realised and unrealised'),
    cooldownMs: whole(0, DAY_MS, 'between two orders of a strategy and symbol'),
    refusalsInRowMax: whole(1, 100, 'refusals of the venue that latch a strategy and symbol'),
    diskFreeBytesMin: whole(100_000_000, 1e12),
    intentAgeMsMax: whole(10, 10_000, 'an older intent is not sent any more'),
  },
  'what the gate compares with; a value equal to its limit passes',
);

const EXIT_RULES = block({
  stopBps: real(1, 5_000, 'below the average price paid; there is always a stop'),
  targetEnabled: flag(),
  targetBps: real(1, 100_000),
  trailingEnabled: flag(),
  trailingBps: real(1, 5_000, 'below the best price since the entry'),
  holdingEnabled: flag(),
  holdingMsMax: whole(1_000, 365 * DAY_MS),
});

export const EXITS = block(
  {
    standard: EXIT_RULES,
    byStrategy: z
      .record(z.string(), EXIT_RULES, { error: 'a mapping of strategy ids' })
      .optional()
      .describe('other rules for single strategies'),
  },
  'when a position is left whatever its strategy thinks',
);

export const ACCOUNT = block(
  {
    quoteAsset: text(ASSET, 'an asset such as USDT', 'what P&L and limits are told in'),
    dayZone: text(
      /^[A-Za-z0-9_+\-/]{1,64}$/,
      'a time zone such as UTC or Europe/Berlin',
      'whose midnight begins a trading day',
    ).default(DEFAULT_ACCOUNT.dayZone),
    allocations: z
      .record(text(ASSET, 'an asset such as USDT'), money(), {
        error: "a mapping of assets to amounts, such as USDT: '10000'",
      })
      .describe('what of each balance is ours to trade with; the rest is never touched'),
    markAgeMsMax: whole(1_000, DAY_MS).default(DEFAULT_ACCOUNT.markAgeMsMax),
  },
  'whose money, counted in what',
);

export const EXECUTION_BLOCK = block(
  {
    recvWindowMs: whole(500, 60_000, 'the venue refuses an older request'),
    orderTimeoutMs: whole(1_000, 60_000, "longer than the venue's own 10 s"),
    unknownAfterMs: whole(100, 15_000, 'without an answer an order is then UNKNOWN'),
    resolveAtMs: z
      .array(whole(10, 600_000), { error: 'a list of times in ms' })
      .min(1, 'at least one time')
      .max(20, 'at most 20 times')
      .default([...EXECUTION.resolveAtMs]),
    resolveEveryMs: whole(1_000, 600_000).default(EXECUTION.resolveEveryMs),
    resolveDeadEveryMs: whole(1_000, HOUR_MS).default(EXECUTION.resolveDeadEveryMs),
    deadAfterMs: whole(10_000, DAY_MS).default(EXECUTION.deadAfterMs),
    absentProcessingMs: whole(0, 120_000).default(EXECUTION.absentProcessingMs),
    absentMarginMs: whole(0, 120_000).default(EXECUTION.absentMarginMs),
    absentMissesMin: whole(1, 100).default(EXECUTION.absentMissesMin),
    absentMissGapMs: whole(10, 60_000).default(EXECUTION.absentMissGapMs),
    absentLookbackMs: whole(0, 600_000).default(EXECUTION.absentLookbackMs),
    retryDelayMsMin: whole(10, 60_000).default(EXECUTION.retryDelayMsMin),
    retryDelayMsMax: whole(10, 600_000).default(EXECUTION.retryDelayMsMax),
    questionTimeoutMs: whole(100, 120_000).default(EXECUTION.questionTimeoutMs),
    cancelTimeoutMs: whole(100, 120_000).default(EXECUTION.cancelTimeoutMs),
    cancelFailuresMax: whole(1, 100).default(EXECUTION.cancelFailuresMax),
    streamProofMs: whole(100, 120_000).default(EXECUTION.streamProofMs),
    fillsGraceMs: whole(0, 60_000).default(EXECUTION.fillsGraceMs),
    fillsPageCount: whole(1, 1_000).default(EXECUTION.fillsPageCount),
    reconcileLightEveryMs: whole(1_000, HOUR_MS).default(EXECUTION.reconcileLightEveryMs),
    reconcileFullEveryMs: whole(1_000, HOUR_MS).default(EXECUTION.reconcileFullEveryMs),
    reconcileAgeMsMin: whole(0, 120_000).default(EXECUTION.reconcileAgeMsMin),
    mismatchConfirmMs: whole(0, 120_000).default(EXECUTION.mismatchConfirmMs),
    refusalLatchMs: whole(1_000, 7 * DAY_MS).default(EXECUTION.refusalLatchMs),
    weightPerMinuteMax: whole(100, 6_000).default(EXECUTION.weightPerMinuteMax),
    weightReservedRatio: real(0, 0.9).default(EXECUTION.weightReservedRatio),
    limitedDelayMs: whole(100, HOUR_MS).default(EXECUTION.limitedDelayMs),
    bannedDelayMs: whole(1_000, DAY_MS).default(EXECUTION.bannedDelayMs),
    liveOrdersMax: whole(10, 100_000).default(EXECUTION.liveOrdersMax),
    endedOrdersMax: whole(10, 1_000_000).default(EXECUTION.endedOrdersMax),
    tradeIdsMax: whole(1_000, 1_000_000).default(EXECUTION.tradeIdsMax),
    externalOrdersMax: whole(10, 100_000).default(EXECUTION.externalOrdersMax),
  },
  'how long the order protocol waits and how often it asks',
);

export const RECOVERY = block(
  {
    leaseWaitMs: whole(0, 600_000, 'after a start no order leaves for so long'),
    crashLoopStarts: whole(1, 10_000, 'so many starts within the window begin in OBSERVING'),
    crashLoopWindowMs: whole(1_000, DAY_MS),
    crashLoopClearMs: whole(1_000, 7 * DAY_MS, 'until so long has passed without another start'),
  },
  'what a start waits for',
);
