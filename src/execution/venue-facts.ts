import type { Instrument } from '../domain/instrument.ts';
import type { Fill, ListedFills, OrderReport, ReportSource } from '../domain/order.ts';
import type { UnixMs } from '../domain/units.ts';
import type { AccountReport, Answered, VenueAnswer, VenueQuestion } from '../domain/venue.ts';
import { findOwnId } from './client-id.ts';
import type { DeskState } from './desk-state.ts';
import type { StepBuilder } from './execution-step.ts';
import { instrumentNow } from './news-grid.ts';
import { mayTradeSinceMs, newsOfFill, takeNews } from './order-news.ts';
import { isUnproven } from './order-state.ts';
import type { QuestionOutcome } from './questions.ts';

/** An own trade that nobody claims is a stranger's after this, unless an unproven order may still claim it. */
const UNCLAIMED_AFTER_MS = 15_000;

/** What an answer said, beyond the orders and fills that were taken in on the way. */
export interface AnswerFacts {
  readonly outcome: QuestionOutcome;
  readonly text: string;
  readonly serverAtMs: UnixMs | undefined;
  readonly account: AccountReport | undefined;
  /** All working orders, when they were asked for. */
  readonly openOrders: readonly OrderReport[] | undefined;
  readonly fills: readonly Fill[] | undefined;
}

/** Nobody answered in time. */
export const GAVE_UP: AnswerFacts = {
  outcome: 'failed',
  text: 'no answer came',
  serverAtMs: undefined,
  account: undefined,
  openOrders: undefined,
  fills: undefined,
};

/** Takes in all orders and fills of an answer, whoever asked, and says what else it was. */
export function takeAnswer(
  state: DeskState,
  question: VenueQuestion,
  answer: VenueAnswer,
  atMs: UnixMs,
  step: StepBuilder,
): AnswerFacts {
  const { codec } = state.setup;
  switch (question.type) {
    case 'serverTime': {
      const answered = codec.decodeServerTime(answer);
      const time = answered.type === 'value' ? answered.value : undefined;
      return factsOf(answered, { serverAtMs: time?.serverAtMs });
    }
    case 'account': {
      const answered = codec.decodeAccount(answer);
      return factsOf(answered, {
        account: answered.type === 'value' ? answered.value : undefined,
      });
    }
    case 'openOrders': {
      const answered = codec.decodeOrders(answer, state.instruments);
      if (answered.type !== 'value') return factsOf(answered, {});
      state.externals.keepOnly(answered.value);
      for (const report of answered.value) takeReport(state, report, 'query', atMs, step);
      return factsOf(answered, { openOrders: answered.value });
    }
    case 'ordersSince': {
      const answered = codec.decodeOrders(answer, state.instruments);
      if (answered.type === 'value') {
        for (const report of answered.value) takeReport(state, report, 'query', atMs, step);
      }
      return factsOf(answered, {});
    }
    case 'orderByClientId': {
      const answered = codec.decodeOrder(answer, state.instruments);
      if (answered.type === 'value') takeReport(state, answered.value, 'query', atMs, step);
      return factsOf(answered, {});
    }
    case 'fillsFrom': {
      const instrument = instrumentNow(state, question.instrument);
      const answered = codec.decodeFills(answer, instrument);
      if (answered.type !== 'value') return factsOf(answered, {});
      takeFills(state, answered.value, atMs, step);
      return factsOf(answered, { fills: answered.value.fills });
    }
    case 'instruments':
    case 'depth':
      return factsOf({ type: 'failed', text: 'not a question of the order desk' }, {});
  }
}

/** An order as the venue describes it: ours, a stranger's, or ours without our knowledge. */
export function takeReport(
  state: DeskState,
  report: OrderReport,
  source: ReportSource,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const tracked =
    state.registry.find(report.clientOrderId) ??
    state.registry.findByVenueId(report.symbol, report.venueOrderId);
  if (tracked !== undefined) {
    if (source !== 'query') state.lastActivityAtMs = atMs;
    if (source === 'userStream') {
      tracked.isOnStream = true;
      state.awaitingStream.delete(tracked.id);
    }
    takeNews(state, tracked, report, source, atMs, step);
    return;
  }
  const parts = findOwnId(report.clientOrderId, state.setup);
  if (parts === undefined) {
    takeExternal(state, report, atMs, step);
    return;
  }
  const detail = {
    clientOrderId: report.clientOrderId,
    venueOrderId: report.venueOrderId,
    symbol: report.symbol,
    status: report.status,
    epoch: parts.epoch,
    ownEpoch: state.setup.epoch,
  };
  if (parts.epoch > state.setup.epoch) {
    step.fault('order.orphan', 'error', { ...detail, cause: 'a later epoch trades this account' });
    step.findings.push({ type: 'splitBrain', report, epoch: parts.epoch });
    return;
  }
  // A list of past orders names many that ended long ago and are forgotten here on purpose.
  const isWorking = report.status === 'NEW' || report.status === 'PARTIALLY_FILLED';
  if (source === 'query' && !isWorking) return;
  if (!state.externals.remember(report.symbol, report.venueOrderId)) return;
  step.fault('order.orphan', 'error', { ...detail, cause: 'the journal does not know it' });
  step.findings.push({ type: 'orphan', report });
}

/** Own trades that still belong to nobody are written down as a stranger's, once. */
export function dismissUnclaimed(state: DeskState, atMs: UnixMs, step: StepBuilder): void {
  for (const { fill, parkedAtMs } of state.fills.parked()) {
    if (state.externals.isKnown(fill.symbol, fill.venueOrderId)) {
      state.fills.unpark(fill);
      continue;
    }
    if (atMs - parkedAtMs < UNCLAIMED_AFTER_MS || mayClaim(state, fill)) continue;
    state.fills.unpark(fill);
    state.externals.remember(fill.symbol, fill.venueOrderId);
    step.rows.push({
      type: 'external',
      atMs,
      venue: fill.venue,
      symbol: fill.symbol,
      venueOrderId: fill.venueOrderId,
      clientOrderId: fill.clientOrderId ?? '',
      text: `trade ${fill.tradeId} of an order that is not ours`,
    });
    step.fault('fill.unclaimed', 'error', {
      symbol: fill.symbol,
      tradeId: fill.tradeId,
      venueOrderId: fill.venueOrderId,
      side: fill.side,
      quantityLots: fill.quantity,
    });
  }
}

/** Own trades of a symbol that no known order explains and that fell into the life of an unproven one. */
export function findUnexplained(
  state: DeskState,
  instrument: Instrument,
  sinceMs: UnixMs,
): Fill | undefined {
  return state.fills
    .parked()
    .map(({ fill }) => fill)
    .find(
      (fill) =>
        fill.symbol === instrument.symbol &&
        fill.tradedAtMs >= sinceMs &&
        !state.externals.isKnown(fill.symbol, fill.venueOrderId),
    );
}

function takeFills(
  state: DeskState,
  { instrument, fills }: ListedFills,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const isFirstLook = state.fills.highestSeen(instrument.symbol) === undefined;
  for (const fill of fills) {
    const tracked =
      state.registry.findByVenueId(fill.symbol, fill.venueOrderId) ??
      (fill.clientOrderId === undefined ? undefined : state.registry.find(fill.clientOrderId));
    if (tracked !== undefined) {
      takeNews(state, tracked, newsOfFill(fill, instrument), 'query', atMs, step);
    } else if (!state.fills.isBooked(fill, false)) {
      // What the account did before we first looked is no news, unless an order of ours may have done it.
      const isNews = !isFirstLook || isSinceOurs(state, fill);
      const isKnown = state.externals.isKnown(fill.symbol, fill.venueOrderId);
      if (isNews && !isKnown) state.fills.park(fill, instrument, atMs);
    }
    state.fills.noteSeen(fill);
  }
}

function takeExternal(
  state: DeskState,
  report: OrderReport,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  state.externals.note(report);
  for (const fill of report.fills) state.fills.noteSeen(fill);
  if (!state.externals.remember(report.symbol, report.venueOrderId)) return;
  step.rows.push({
    type: 'external',
    atMs,
    venue: state.setup.venue,
    symbol: report.symbol,
    venueOrderId: report.venueOrderId,
    clientOrderId: report.clientOrderId,
    text: `${report.side} ${report.status} ${report.text}`.trimEnd(),
  });
  step.fault('order.external', 'warn', {
    symbol: report.symbol,
    venueOrderId: report.venueOrderId,
    side: report.side,
    status: report.status,
  });
}

function mayClaim(state: DeskState, fill: Fill): boolean {
  const { absentLookbackMs } = state.limits;
  return state.registry
    .live()
    .some(
      (tracked) =>
        tracked.symbol === fill.symbol &&
        (isUnproven(tracked.order.state.type) || tracked.order.state.type === 'SUBMITTED') &&
        fill.tradedAtMs >= mayTradeSinceMs(tracked, absentLookbackMs),
    );
}

/** Whether an order of ours had left by then, whatever became of it: its request may have been repeated. */
function isSinceOurs(state: DeskState, fill: Fill): boolean {
  const { absentLookbackMs } = state.limits;
  for (const tracked of state.registry.all()) {
    if (tracked.symbol !== fill.symbol || tracked.sentAtMs === undefined) continue;
    if (fill.tradedAtMs >= mayTradeSinceMs(tracked, absentLookbackMs)) return true;
  }
  return false;
}

function factsOf(answered: Answered<unknown>, facts: Partial<AnswerFacts>): AnswerFacts {
  const nothing = {
    serverAtMs: undefined,
    account: undefined,
    openOrders: undefined,
    fills: undefined,
  };
  switch (answered.type) {
    case 'value':
      return { ...nothing, ...facts, outcome: 'answered', text: '' };
    case 'notFound':
      return { ...nothing, outcome: 'notFound', text: answered.proof.text };
    case 'unlisted':
      return { ...nothing, outcome: 'unlisted', text: answered.proof.text };
    case 'refused':
      return {
        ...nothing,
        outcome: 'failed',
        text: `${answered.proof.httpStatus} ${answered.proof.code} ${answered.proof.text}`,
      };
    case 'failed':
      return { ...nothing, outcome: 'failed', text: answered.text };
  }
}
