import { Random } from '../domain/random.ts';
import type { SettingsChange } from './settings.ts';

/** What a night's settings have otherwise than the usual ones. Plain data: it is written down with the night. */
export interface DrawnSettings {
  /** What people call it; `NIGHT_PROFILES` tells what it is for. */
  readonly profile: string;
  readonly change: SettingsChange;
  /** Of every strategy; without it the usual one. */
  readonly reentryCooldownMs?: number | undefined;
}

interface NightProfile {
  readonly about: string;
  /** How often it is drawn against the others. */
  readonly share: number;
  readonly draw: (random: Random, hours: number) => Omit<DrawnSettings, 'profile'>;
}

/** Every second night has the usual settings: what is demanded of a night of trading is demanded of those. */
const USUAL_SHARE = 0.5;
/** A night begins four hours before midnight, when the day's limits begin anew. */
const DAY_HOURS_MAX = 4;

/**
 * Limits that the usual settings never come near, each so tight that it is met all night long while
 * orders still leave, and waits so short that what takes hours happens in minutes.
 */
export const NIGHT_PROFILES: Readonly<Record<string, NightProfile>> = {
  impatient: {
    about: 'an order is unproven after half a second and parked after a minute; many orders',
    share: 4,
    draw: (random) => ({
      change: {
        execution: {
          unknownAfterMs: whole(random, 300, 1_000),
          // An order that the venue can be asked about is proven within a minute, and must never be parked.
          deadAfterMs: whole(random, 65_000, 100_000),
        },
      },
      reentryCooldownMs: whole(random, 100_000, 250_000),
    }),
  },
  'few-at-once': {
    about: 'one open order, positions and exposure of a few entries',
    share: 1,
    draw: (random) => ({
      change: {
        risk: {
          openOrdersMax: 1,
          orderNotionalMax: '250',
          positionNotionalMax: String(whole(random, 260, 390)),
          grossExposureMax: String(whole(random, 500, 900)),
        },
      },
      reentryCooldownMs: whole(random, 60_000, 120_000),
    }),
  },
  'short-day': {
    about:
      'the day may lose little and has few orders: its limits are reached before the night ends',
    share: 1,
    draw: (random, hours) => {
      const dayHours = Math.min(hours, DAY_HOURS_MAX);
      const isLoss = random.chance(0.5);
      return {
        change: {
          risk: isLoss
            ? { dailyLossMax: String(Math.ceil(between(random, 5, 15) * dayHours)) }
            : { ordersPerDayMax: whole(random, 60 * dayHours, 120 * dayHours) },
        },
      };
    },
  },
  'small-purse': {
    about: 'money for two entries: what is left for the third is too little for the venue',
    share: 1,
    draw: (random, hours) => ({
      change: {
        account: { allocations: { USDT: String(whole(random, 300, 500) + Math.ceil(40 * hours)) } },
      },
    }),
  },
  'slow-pace': {
    about: 'few orders in a window and a long wait between two of a strategy, which would like to',
    share: 1,
    draw: (random) => ({
      change: {
        risk: {
          ordersPerWindowMax: whole(random, 1, 3),
          exitOrdersPerWindowReserve: whole(random, 1, 3),
          cooldownMs: whole(random, 30_000, 120_000),
        },
      },
      reentryCooldownMs: whole(random, 0, 5_000),
    }),
  },
  'strict-prices': {
    about: 'narrow collars and spreads, prices of a second, intents of 10 ms, clocks nearly alike',
    share: 1,
    draw: (random) => ({
      change: {
        account: { markAgeMsMax: whole(random, 1_000, 3_000) },
        risk: {
          priceCollarBps: whole(random, 6, 12),
          exitPriceCollarBps: whole(random, 25, 60),
          spreadBpsMax: whole(random, 2, 20),
          intentAgeMsMax: 10,
          loopDelayMsMax: whole(random, 50, 300),
          clockOffsetMsMax: whole(random, 600, 1_000),
        },
      },
    }),
  },
  'by-risk': {
    about: 'an entry is so large that its stop costs a fraction of what we own',
    share: 1,
    draw: (random) => ({
      change: {
        account: { markAgeMsMax: whole(random, 1_000, 10_000) },
        sizing: { method: 'riskPerTrade', riskPerTradeBps: whole(random, 1, 5) },
      },
    }),
  },
  'tight-exits': {
    about:
      'stop, target and trailing distance of a few basis points and minutes of holding: every rule is met',
    share: 2,
    draw: (random) => ({
      change: {
        exits: {
          standard: {
            stopBps: whole(random, 8, 30),
            targetBps: whole(random, 8, 40),
            trailingBps: whole(random, 6, 20),
            // Every second time so short that the clock is first.
            holdingMsMax: random.chance(0.5)
              ? whole(random, 20_000, 60_000)
              : whole(random, 120_000, 900_000),
          },
        },
      },
      reentryCooldownMs: whole(random, 60_000, 200_000),
    }),
  },
  'careful-starts': {
    about: 'three starts in ten minutes are too many, as they are where money is real',
    share: 1,
    draw: () => ({ change: { recovery: { crashLoopStarts: 3 } } }),
  },
  busy: {
    about:
      'strategies come back at once: many orders are under way whenever something goes wrong, in half of the nights so large that they are met in parts',
    share: 2,
    draw: (random) => {
      const reentryCooldownMs = whole(random, 60_000, 200_000);
      if (random.chance(0.5)) return { change: {}, reentryCooldownMs };
      const orderNotional = String(whole(random, 250, 500));
      return { change: { sizing: { orderNotional } }, reentryCooldownMs };
    },
  },
};

/** The settings of the night of a seed; `undefined`: the usual ones. */
export function drawSettings(seed: string, hours: number): DrawnSettings | undefined {
  const random = Random.fromSeed(`${seed}/settings`);
  if (random.chance(USUAL_SHARE)) return undefined;
  const all = Object.entries(NIGHT_PROFILES);
  let left = random.float() * all.reduce((sum, [, { share }]) => sum + share, 0);
  const found = all.find(([, { share }]) => {
    left -= share;
    return left < 0;
  });
  return found === undefined ? undefined : drawProfile(found[0], seed, hours);
}

/** The numbers that a seed gives to one profile. Throws when there is none of that name. */
export function drawProfile(profile: string, seed: string, hours: number): DrawnSettings {
  const found = NIGHT_PROFILES[profile];
  if (found === undefined) throw new RangeError(`no settings of a night are called ${profile}`);
  return { profile, ...found.draw(Random.fromSeed(`${seed}/settings/${profile}`), hours) };
}

function between(random: Random, min: number, max: number): number {
  return min + (max - min) * random.float();
}

function whole(random: Random, min: number, max: number): number {
  return Math.round(between(random, min, max));
}
