import type { DecisionOutcome, DecisionStage } from '../domain/decision.ts';
import { type Asset, formatAmount, formatPrice, formatQuantity } from '../domain/instrument.ts';
import type { OrderStateName } from '../domain/order.ts';
import { amount, type UnixMs } from '../domain/units.ts';
import type { AccountReport, AnswerHealth, SocketRefusal } from '../domain/venue.ts';
import type { StreamStep } from '../execution/account-link.ts';
import {
  EMPTY_STEP,
  type ExecutionStep,
  type Finding,
  type OrderChange,
} from '../execution/execution-step.ts';
import { bookFill } from './book-fill.ts';
import { turnDay } from './day.ts';
import { type Desk, type VenueDesk, venueNowMs } from './desk.ts';
import { needPortfolio } from './facts.ts';
import { pushFeed } from './feed-effects.ts';
import { halt, holdIfToldAway } from './mode-machine.ts';
import { askListingsSoon } from './on-listing.ts';
import { tellPosition } from './tell-positions.ts';

/** Does what the order desk found out, in the order that it asks for. */
export function applyStep(desk: Desk, venue: VenueDesk, step: ExecutionStep): void {
  if (step === EMPTY_STEP) return;
  // Before its rows: a restart counts them for the day that the row before them opened.
  turnDay(desk);
  if (step.rows.length > 0) {
    desk.out.push({ type: 'appendRows', rows: step.rows, now: step.commitNow });
  }
  for (const change of step.changes) recordChange(desk, change);
  for (const booked of step.newFills) bookFill(desk, venue, booked);
  if (step.effects.length > 0) desk.push(step.effects);
  for (const { order, to } of step.changes) {
    if (to === 'REJECTED') askListingsSoon(desk, venue);
    tellPosition(desk, venue, order.intent.strategy, order.intent.instrument.index);
  }
  for (const finding of step.findings) onFinding(desk, venue, finding);
  if (step.balancesToCompare !== undefined) compareBalances(desk, venue, step.balancesToCompare);
}

/** What the account socket brought. Events are not replayed, so after a gap the venue is asked for what we missed. */
export function applyStream(desk: Desk, venue: VenueDesk, step: StreamStep): void {
  desk.push(step.effects);
  if (step.balances !== undefined) {
    for (const balance of step.balances.balances) venue.balances.set(balance.asset, balance);
  }
  if (step.report !== undefined) {
    applyStep(desk, venue, venue.orders.onReport(step.report, 'userStream', desk.nowMs));
  }
  const { subscription } = step;
  if (subscription === 'accepted') venue.orders.standing.acceptKey();
  else if (subscription !== undefined) onSubscriptionRefused(desk, venue, subscription);
  if (step.hasGap) {
    const scope = venue.hasReconciledOnce ? 'gap' : 'start';
    applyStep(desk, venue, venue.orders.startReconciliation(scope, desk.nowMs));
  }
}

/** Told on a socket it counts like an answer to a request: limits, bans and clocks are of the whole venue. */
function onSubscriptionRefused(desk: Desk, venue: VenueDesk, refusal: SocketRefusal): void {
  const health = measureAway(refusal, venueNowMs(desk, venue));
  // Until the venue's clock is known, the next subscription is refused like this one.
  if (health.trouble === 'clock') pushFeed(desk, venue, venue.feed.onTimestampRefused(desk.nowMs));
  applyStep(desk, venue, venue.orders.onHealth(health, undefined, desk.nowMs));
  holdIfToldAway(desk, venue);
}

/** A moment that is over is no length: who refuses us now wants us away for some time. */
function measureAway({ health, retryAtMs }: SocketRefusal, venueAtMs: UnixMs): AnswerHealth {
  const leftMs = retryAtMs === undefined ? 0 : retryAtMs - venueAtMs;
  if (leftMs <= (health.retryAfterMs ?? 0)) return health;
  return { ...health, retryAfterMs: leftMs };
}

const STAGE_OF: Readonly<
  Partial<Record<OrderStateName, readonly [DecisionStage, DecisionOutcome]>>
> = {
  SUBMITTED: ['order', 'sent'],
  VOID: ['order', 'void'],
  ACCEPTED: ['ack', 'accepted'],
  PARTIALLY_FILLED: ['ack', 'partial'],
  FILLED: ['ack', 'filled'],
  CANCELED: ['ack', 'canceled'],
  EXPIRED: ['ack', 'expired'],
  REJECTED: ['ack', 'rejected'],
  UNKNOWN: ['ack', 'unknown'],
  ABSENT: ['ack', 'absent'],
  DEAD: ['ack', 'dead'],
};

function recordChange(desk: Desk, change: OrderChange): void {
  // INITIALIZED has no record of its own: the gate's `accepted` says it.
  const told = STAGE_OF[change.to];
  if (told === undefined || desk.recorder === undefined) return;
  const [stage, plain] = told;
  const outcome = change.reason.code === 'FOUND_AT_VENUE' ? 'adopted' : plain;
  const { order } = change;
  const { intent, state } = order;
  desk.out.push(
    desk.recorder.record({
      atMs: desk.nowMs,
      decisionId: intent.decisionId,
      stage,
      venue: intent.venue,
      symbol: intent.symbol,
      strategy: intent.strategy,
      outcome,
      reason: change.reason,
      order,
      venueOrderId: 'venueOrderId' in state ? state.venueOrderId : undefined,
      inputs: {
        from: change.from ?? 'none',
        to: change.to,
        source: change.source ?? 'own',
        side: intent.side,
        price: formatPrice(intent.instrument, intent.price),
        quantity: formatQuantity(intent.instrument, intent.quantity),
        filledQuantity: formatQuantity(intent.instrument, order.filledQuantity),
        filledQuote: formatAmount(intent.instrument.quote, order.filledQuote),
      },
    }),
  );
}

function onFinding(desk: Desk, venue: VenueDesk, finding: Finding): void {
  switch (finding.type) {
    case 'reconciled':
      venue.hasReconciledOnce = true;
      announceReady(desk);
      return;
    case 'balancesDiffer':
      // The gate reads `isReconciled`; the fault is among the effects.
      return;
    case 'orphan':
      halt(
        desk,
        `an order of ours that the journal does not know: ${finding.report.clientOrderId}`,
      );
      return;
    case 'lateAppearance':
      halt(desk, `an order proven absent appeared: ${finding.order.intent.clientOrderId}`);
      return;
    case 'duplicateOrder':
      halt(desk, `two orders with one id: ${finding.order.intent.clientOrderId}`);
      return;
    case 'splitBrain':
      halt(desk, `another daemon trades this account, epoch ${finding.epoch}`);
      desk.out.push({ type: 'stopProcess', exitCode: 75, cause: 'split brain' });
      return;
    case 'streamSilent':
      applyStream(desk, venue, venue.stream.distrust('an order was not reported', desk.nowMs));
      return;
    case 'refusalsLatched':
      return;
  }
}

function announceReady(desk: Desk): void {
  if (desk.announcedReady || desk.boots.length > 0) return;
  if (!desk.venues.every((venue) => venue.orders.isReconciled())) return;
  desk.announcedReady = true;
  desk.out.push({ type: 'announceReady' });
}

/** The venue's word on what we own against our own books. On the very first start it opens the books. */
function compareBalances(desk: Desk, venue: VenueDesk, account: AccountReport): void {
  const portfolio = needPortfolio(desk);
  const name = venue.setup.venue;
  for (const balance of account.balances) venue.balances.set(balance.asset, balance);
  if (!venue.hasOpening) {
    venue.hasOpening = true;
    portfolio.open(name, account.balances);
    const balances: Record<string, string> = {};
    for (const { asset, free, locked } of account.balances) {
      balances[asset] = formatAmount(assetOf(venue, asset), amount(free + locked));
    }
    const row = { type: 'opening', atMs: desk.nowMs, venue: name, balances } as const;
    desk.out.push({ type: 'appendRows', rows: [row], now: true });
  }
  const mismatches = portfolio.assessBalances(name, account.balances);
  venue.mismatches = mismatches.map(({ asset, expected, actual, difference }) => {
    const known = assetOf(venue, asset);
    return {
      asset,
      expected: formatAmount(known, expected),
      actual: formatAmount(known, actual),
      difference: formatAmount(known, difference),
    };
  });
  for (const mismatch of venue.mismatches) {
    const detail = { venue: name, ...mismatch };
    desk.out.push({ type: 'raiseFault', fault: 'position.mismatch', severity: 'warn', detail });
  }
  applyStep(desk, venue, venue.orders.onBalancesCompared(mismatches.length === 0, desk.nowMs));
}

/** An asset of none of our instruments has the venue's usual scale. */
function assetOf({ instruments }: VenueDesk, name: string): Asset {
  const known = instruments.flatMap(({ base, quote }) => [base, quote]);
  return known.find((asset) => asset.name === name) ?? { name, scale: 8 };
}
