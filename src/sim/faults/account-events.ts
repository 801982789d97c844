import type { SimFault } from '../fault.ts';
import type { FrameOnTheWay } from '../trouble.ts';
import { lasting, numberOf, oneOf, shareOf, textOf } from './drawn.ts';
import { holdHalfOpen } from './half-open.ts';

/** Orders are few: these last long enough to meet some. */
const MS_MIN = 20_000;
const MS_MAX = 240_000;

function isEvent({ socket, stream }: FrameOnTheWay): boolean {
  return socket === 'account' && stream !== '';
}

function isFill(frame: FrameOnTheWay): boolean {
  return isEvent(frame) && frame.text.includes('"x":"TRADE"');
}

export const accountHalfOpen: SimFault = {
  name: 'account.half_open',
  family: 'userStream',
  about: 'the account socket that is open now carries nothing in either direction',
  moments: ['orderLeft', 'filled'],
  draw: (random) => ({ durationMs: lasting(random, 10_000, 120_000), parameters: {} }),
  begin: (stage) => holdHalfOpen(stage, 'account'),
};

export const accountSilent: SimFault = {
  name: 'account.silent',
  family: 'userStream',
  about: 'no event of the account comes while its pings go on and the market is fine',
  moments: ['orderLeft', 'recovering'],
  draw: (random) => ({ durationMs: lasting(random, MS_MIN, MS_MAX), parameters: {} }),
  begin: () => ({ trouble: { frame: (frame) => (isEvent(frame) ? [] : undefined) } }),
};

export const accountTerminated: SimFault = {
  name: 'account.terminated',
  family: 'userStream',
  about: 'the venue ends the events of the account and leaves the socket open',
  moments: ['orderLeft', 'orderTaken', 'filled'],
  draw: (random) => ({
    durationMs: 10_000,
    parameters: { isSaid: random.chance(0.7), times: 1 + random.below(3) },
  }),
  begin: ({ clock, lines, venue }, plan) => {
    const isSaid = plan.parameters['isSaid'] === true;
    for (let time = 0; time < numberOf(plan, 'times'); time++) {
      clock.after(time * 3_000, () => lines?.terminateAccount(venue.nowMs()));
    }
    if (isSaid) return {};
    const frame = ({ stream }: FrameOnTheWay): [] | undefined =>
      stream === 'eventStreamTerminated' ? [] : undefined;
    return { trouble: { frame } };
  },
};

export const fillRepeated: SimFault = {
  name: 'fill.repeated',
  family: 'userStream',
  about: 'events of the account come twice or more often',
  moments: ['orderLeft'],
  draw: (random) => ({
    durationMs: lasting(random, MS_MIN, MS_MAX),
    parameters: { times: 2 + random.below(3) },
  }),
  begin: (_, plan) => ({
    trouble: {
      frame: (frame) =>
        isEvent(frame)
          ? Array.from({ length: numberOf(plan, 'times') }, () => frame.text)
          : undefined,
    },
  }),
};

/** Whatever comes within a moment of the first is told backwards: an end before its fill. */
const TOGETHER_MS = 60;

export const reportsReversed: SimFault = {
  name: 'reports.reversed',
  family: 'userStream',
  about: 'events of the account that belong together come in the opposite order',
  moments: ['orderLeft'],
  draw: (random) => ({
    durationMs: lasting(random, MS_MIN, MS_MAX),
    parameters: { lateMs: oneOf(random, [0, 0, 500, 4_000]) },
  }),
  begin: ({ clock, lines }, plan) => {
    let held: FrameOnTheWay[] = [];
    const release = (): void => {
      for (const each of held.splice(0).reverse()) lines?.resume(each);
      held = [];
    };
    const frame = (passing: FrameOnTheWay): [] | undefined => {
      if (!isEvent(passing)) return undefined;
      held.push(passing);
      if (held.length === 1) clock.after(TOGETHER_MS + numberOf(plan, 'lateMs'), release);
      return [];
    };
    return { trouble: { frame }, end: release };
  },
};

export const fillUntold: SimFault = {
  name: 'fill.untold',
  family: 'userStream',
  about: 'some fills are never told, or the whole end of an order is not',
  moments: ['orderLeft'],
  share: 1.5,
  draw: (random) => ({
    durationMs: lasting(random, MS_MIN, MS_MAX),
    parameters: { share: shareOf(random, 0.3, 1), what: oneOf(random, ['fills', 'all reports']) },
  }),
  begin: ({ random }, plan) => {
    const isHit = (frame: FrameOnTheWay): boolean =>
      textOf(plan, 'what') === 'fills' ? isFill(frame) : frame.stream === 'executionReport';
    return {
      trouble: {
        frame: (frame) => (isHit(frame) && random.chance(numberOf(plan, 'share')) ? [] : undefined),
      },
    };
  },
};

/** The last report of an order comes when nobody thinks of it any more. */
export const fillLate: SimFault = {
  name: 'fill.late',
  family: 'userStream',
  about: 'fills are told seconds after the order has ended',
  moments: ['orderLeft'],
  draw: (random) => ({
    durationMs: lasting(random, MS_MIN, MS_MAX),
    parameters: { byMs: lasting(random, 500, 40_000) },
  }),
  begin: ({ clock, lines }, plan) => ({
    trouble: {
      frame: (frame) => {
        if (!isFill(frame)) return undefined;
        clock.after(numberOf(plan, 'byMs'), () => lines?.resume(frame));
        return [];
      },
    },
  }),
};

const STATUSES = ['PENDING_NEW', 'QUARANTINED', 'TRADE_PREVENTION', ''];

export const reportStatusUnknown: SimFault = {
  name: 'report.status_unknown',
  family: 'userStream',
  about: 'reports of orders tell a status that nobody knows',
  moments: ['orderLeft'],
  draw: (random) => ({
    durationMs: lasting(random, MS_MIN, MS_MAX),
    parameters: { status: oneOf(random, STATUSES) },
  }),
  begin: (_, plan) => ({
    trouble: {
      frame: ({ stream, text }) =>
        stream === 'executionReport'
          ? [text.replace(/"X":"[^"]*"/, `"X":"${textOf(plan, 'status')}"`)]
          : undefined,
    },
  }),
};
