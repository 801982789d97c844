import type { FaultTarget } from '../../../exchange/faults/fault.ts';
import type { FaultOrder } from '../../../exchange/faults/fault-board.ts';
import type { Act, ActRecord } from '../act.ts';
import type { ToldDecision } from '../daemon-pages.ts';
import type { Hit, Night } from '../night.ts';

export const PLACE: FaultTarget = { channel: 'rest', method: 'POST', path: 'order' };
const REPORTS: FaultTarget = { channel: 'userStream', path: 'executionReport' };

const isEnd = ({ stage, outcome }: ToldDecision): boolean =>
  stage === 'ack' && ['filled', 'expired', 'canceled', 'rejected'].includes(outcome);

/** Waits for a record of the order's chain that fits. */
export async function untilDecided(
  night: Night,
  clientOrderId: string,
  what: string,
  fits: (decision: ToldDecision) => boolean,
  deadlineMs = 60_000,
): Promise<ToldDecision> {
  return await night.until(
    `${what} of ${clientOrderId}`,
    async () => (await night.pages.chainOf(clientOrderId)).find(fits),
    deadlineMs,
  );
}

/** The order became UNKNOWN: told in the log, with its cause. */
async function untilUnknown(night: Night, record: ActRecord, hit: Hit): Promise<void> {
  const isIt = ({ fields }: { readonly fields: Readonly<Record<string, unknown>> }) =>
    fields['clientOrderId'] === hit.clientOrderId;
  const told = await night.untilTold(['order.unknown'], hit.atMs, isIt);
  record.detected(`order.unknown, cause ${String(told.fields['cause'])}`, told.atMs);
}

/** The venue was asked and has it. */
export async function untilAdopted(night: Night, record: ActRecord, hit: Hit): Promise<void> {
  const isAdopted = ({ stage, outcome }: ToldDecision) => stage === 'ack' && outcome === 'adopted';
  const found = await untilDecided(night, hit.clientOrderId, 'adoption', isAdopted);
  record.recovered(`decision ack.adopted, ${found.reason.code}`);
}

/** Nobody else tells: the account's reports come so late that only a question can find the order. */
export async function withLateReports(night: Night, play: () => Promise<void>): Promise<void> {
  const settings = { delayMs: 3_500, where: 'frames' };
  const id = await night.venue.arm({ fault: 'delay', target: REPORTS, settings });
  await play();
  await night.venue.clear(id);
}

export const answerLost: Act = {
  name: 'answer-lost',
  family: 'order',
  story: 'the exchange takes an order, and the connection breaks before its answer is through',
  play: async (night, record) => {
    await withLateReports(night, async () => {
      const hit = await night.hitOrder({ fault: 'lose-answer', target: PLACE, count: 1 });
      record.injected(`answer of ${hit.clientOrderId} thrown away`, hit.atMs);
      await untilUnknown(night, record, hit);
      await untilAdopted(night, record, hit);
    });
  },
};

export const errorAfterAcceptance: Act = {
  name: 'error-after-acceptance',
  family: 'order',
  story: 'the exchange takes an order and answers 504 for it',
  play: async (night, record) => {
    await withLateReports(night, async () => {
      const hit = await night.hitOrder({ fault: 'error-after', target: PLACE, count: 1 });
      record.injected(`504 for ${hit.clientOrderId}, which exists`, hit.atMs);
      await untilUnknown(night, record, hit);
      await untilAdopted(night, record, hit);
    });
  },
};

export const orderNeverArrived: Act = {
  name: 'order-never-arrived',
  family: 'order',
  story: 'the connection breaks before the exchange has seen the order: absence must be proven',
  play: async (night, record) => {
    const settings = { where: 'before' };
    const hit = await night.hitOrder({ fault: 'lose-answer', target: PLACE, count: 1, settings });
    record.injected(`${hit.clientOrderId} thrown away unseen`, hit.atMs);
    await untilUnknown(night, record, hit);
    const isAbsent = ({ stage, outcome }: ToldDecision) => stage === 'ack' && outcome === 'absent';
    const id = hit.clientOrderId;
    const absent = await untilDecided(night, id, 'proof of absence', isAbsent, 90_000);
    record.recovered(`decision ack.absent, ${absent.reason.code}`);
  },
};

/** Tries until an order that filled was hit: one that the market left behind proves nothing about fills. */
async function untilHitFills<T>(tryOnce: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 10; tries++) {
    const found = await tryOnce();
    if (found !== undefined) return found;
  }
  throw new Error('ten orders in a row ended without a fill');
}

export const duplicateFill: Act = {
  name: 'duplicate-fill',
  family: 'order',
  story: 'the account socket tells each execution report three times',
  play: async (night, record) => {
    const fault: FaultOrder = { fault: 'duplicate', target: REPORTS, settings: { copies: 3 } };
    const fill = await untilHitFills(async () => {
      const id = await night.venue.arm(fault);
      const hit = await night.untilHit(id);
      record.injected(`reports of ${hit.clientOrderId} three times each`, hit.atMs);
      await untilDecided(night, hit.clientOrderId, 'end', isEnd);
      await night.venue.clear(id);
      const mine = (await night.pages.fills()).filter(
        ({ clientOrderId }) => clientOrderId === hit.clientOrderId,
      );
      if (new Set(mine.map(({ tradeId }) => tradeId)).size !== mine.length) {
        throw new Error(`${hit.clientOrderId} has a trade booked twice`);
      }
      return mine[0];
    });
    // Nothing is wrong with hearing it again, so no fault is raised: that it counts once is the answer.
    record.detected(`trade ${fill.tradeId} heard three times, booked once`);
    await night.untilProven();
    record.recovered('nothing unproven, entries allowed');
  },
};

const ANSWER_LATE_MS = 1_500;

export const fillBeforeAck: Act = {
  name: 'fill-before-ack',
  family: 'order',
  story: 'the account socket tells the fill 1.5 s before the answer to the order comes',
  play: async (night, record) => {
    const settings = { delayMs: ANSWER_LATE_MS, where: 'after' };
    const hit = await untilHitFills(async () => {
      const tried = await night.hitOrder({ fault: 'delay', target: PLACE, count: 1, settings });
      record.injected(`answer to ${tried.clientOrderId} held back`, tried.atMs);
      const end = await untilDecided(night, tried.clientOrderId, 'end', isEnd);
      return end.outcome === 'filled' && end.inputs?.['source'] === 'userStream'
        ? tried
        : undefined;
    });
    record.detected('decision ack.filled by userStream, before the answer');
    await night.until('the late answer', () =>
      night.nowMs() > hit.atMs + ANSWER_LATE_MS + 100 ? true : undefined,
    );
    const ends = (await night.pages.chainOf(hit.clientOrderId)).filter(
      ({ stage }) => stage === 'ack',
    );
    const told = ends.map(({ outcome }) => outcome).join(', ');
    if (ends.at(-1)?.outcome !== 'filled' || told.includes('unknown')) {
      throw new Error(`the late answer changed the order: ${told}`);
    }
    await night.untilProven();
    record.recovered('the late answer changed nothing');
  },
};
