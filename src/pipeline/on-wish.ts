import type { CheckResult, DecisionOutcome } from '../domain/decision.ts';
import type { DecisionId, StrategyId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import { formatAmount, formatPrice, formatQuantity, notionalOf } from '../domain/instrument.ts';
import type { OrderClass, OrderIntent } from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import type { Lots, Price } from '../domain/units.ts';
import type { ExitWish } from '../portfolio/views.ts';
import { assessRisk } from '../risk/assess-risk.ts';
import { sizeEntry, sizeExit } from '../risk/sizing.ts';
import type { Enter, Exit } from '../signal/strategy.ts';
import { applyStep } from './apply-step.ts';
import type { StageNote } from './decisions.ts';
import { countDenial } from './denied-exits.ts';
import { type Desk, keyOf, type VenueDesk } from './desk.ts';
import { findUsable, gatherFacts, needPortfolio } from './facts.ts';
import { limitsNow } from './first-day.ts';
import { EXIT_RETRY_MS } from './setup.ts';
import { snapshotOf } from './snapshot.ts';
import { stopDistanceTicks } from './stop-distance.ts';

type Inputs = Readonly<Record<string, number | string | boolean>>;

/** One chain on its way through the desk. */
interface Chain {
  readonly decisionId: DecisionId;
  readonly strategy: StrategyId;
  readonly instrument: Instrument;
  /** Told at once; or, for an exit that is tried again and again, when it is known whether there is any news in it. */
  readonly held: { readonly rule: string; readonly notes: StageNote[] } | undefined;
}

/** A strategy wants to enter: size it, ask the gate, and if it passes, have it written down. */
export function onEnterWish(
  desk: Desk,
  venue: VenueDesk,
  strategy: StrategyId,
  index: number,
  wish: Enter,
): void {
  const instrument = venue.instruments[index];
  const top = venue.feed.top(index);
  if (instrument === undefined) return;
  const chain = beginChain(desk, venue, strategy, instrument);
  note(desk, venue, chain, 'signal', 'passed', wish.reason, wish.inputs);
  // Without these there is nothing to size with: the gate's answer is known before it is asked.
  if (top === undefined || !venue.hasReconciledOnce) {
    const code = top === undefined ? 'NO_REFERENCE_PRICE' : 'RECONCILIATION_PENDING';
    note(desk, venue, chain, 'risk', 'denied', { code }, {});
    return;
  }

  const portfolio = needPortfolio(desk);
  const equity = portfolio.assessEquity(desk.nowMs);
  const usable = findUsable(desk, venue, instrument);
  const sized = sizeEntry(
    {
      instrument,
      side: wish.side,
      top,
      stopDistanceTicks: stopDistanceTicks(desk.setup.portfolio.exits, strategy, top.askPrice),
      equity: equity.verified ? equity.amount : undefined,
      accountQuote: desk.setup.accountQuote,
      quoteRate: usable.quoteRate,
      freeQuote: usable.freeQuote,
      freeBase: usable.freeBase,
    },
    desk.setup.sizing,
    limitsNow(desk),
  );
  if (sized.type === 'unsized') {
    note(desk, venue, chain, 'risk', 'denied', sized.reason, sized.inputs);
    return;
  }
  askGate(
    desk,
    venue,
    chain,
    'entry',
    'BUY',
    sized.price,
    sized.quantity,
    wish.reason,
    sized.inputs,
  );
}

/** A strategy wants to leave what it holds. */
export function onExitWish(
  desk: Desk,
  venue: VenueDesk,
  strategy: StrategyId,
  index: number,
  wish: Exit,
): void {
  const instrument = venue.instruments[index];
  if (instrument === undefined) return;
  const chain = beginChain(desk, venue, strategy, instrument);
  note(desk, venue, chain, 'signal', 'passed', wish.reason, wish.inputs);
  if (mayTryExit(desk, venue, strategy, instrument)) leave(desk, venue, chain, wish.reason);
  else {
    const reason = { code: 'COOLDOWN', limitMs: EXIT_RETRY_MS } as const;
    note(desk, venue, chain, 'risk', 'denied', reason, {});
  }
}

/** A rule of the position (stop, target, trailing, time) or an operator wants it closed. */
export function onPortfolioExit(desk: Desk, venue: VenueDesk, exit: ExitWish): void {
  if (exit.instrument.venue !== venue.setup.venue) return;
  const instrument = venue.instruments[exit.instrument.index];
  if (instrument === undefined || !mayTryExit(desk, venue, exit.strategy, instrument)) return;
  const chain = beginChain(desk, venue, exit.strategy, instrument, exit.reason.code);
  const inputs = { quantity: formatQuantity(instrument, exit.quantity) };
  note(desk, venue, chain, 'exit', 'passed', exit.reason, inputs);
  leave(desk, venue, chain, exit.reason);
  desk.setup.probe.endWish();
}

/** Exits are wished for again on every price: one at a time, and not at once again after a refusal. */
function mayTryExit(
  desk: Desk,
  venue: VenueDesk,
  strategy: StrategyId,
  instrument: Instrument,
): boolean {
  if (venue.orders.isPending(strategy, instrument.symbol)) return false;
  const retryAtMs = venue.exitRetryAtMs.get(keyOf(strategy, instrument));
  return retryAtMs === undefined || desk.nowMs >= retryAtMs;
}

function leave(desk: Desk, venue: VenueDesk, chain: Chain, reason: Reason): void {
  const { strategy, instrument } = chain;
  venue.exitRetryAtMs.set(keyOf(strategy, instrument), desk.nowMs + EXIT_RETRY_MS);
  const top = venue.feed.top(instrument.index);
  if (top === undefined) {
    deny(desk, venue, chain, { code: 'NO_REFERENCE_PRICE' }, {});
    return;
  }
  const { base } = needPortfolio(desk).getPosition(strategy, instrument);
  const sized = sizeExit(
    { instrument, side: 'SELL', top, base },
    desk.setup.sizing,
    limitsNow(desk),
  );
  if (sized.type === 'unsized') {
    deny(desk, venue, chain, sized.reason, sized.inputs);
    return;
  }
  askGate(desk, venue, chain, 'exit', 'SELL', sized.price, sized.quantity, reason, sized.inputs);
}

function askGate(
  desk: Desk,
  venue: VenueDesk,
  chain: Chain,
  orderClass: OrderClass,
  side: 'BUY' | 'SELL',
  price: Price,
  quantity: Lots,
  reason: Reason,
  sizing: Readonly<Record<string, number | string>>,
): void {
  const intent = venue.orders.prepare(
    { ...chain, class: orderClass, side, timeInForce: 'IOC', price, quantity, reason },
    desk.nowMs,
  );
  const verdict = assessRisk(intent, gatherFacts(desk, venue, intent), limitsNow(desk));
  const inputs = { ...sizing, ...describeIntent(intent) };
  if (verdict.type === 'denied') {
    deny(desk, venue, chain, verdict.reason, inputs, verdict.checks);
    for (const broken of verdict.brokenChecks) {
      const text = broken.cause instanceof Error ? broken.cause.message : String(broken.cause);
      const detail = { code: broken.code, text };
      desk.out.push({ type: 'raiseFault', fault: 'risk.check_failed', severity: 'error', detail });
    }
    return;
  }
  desk.setup.probe.markApproved();
  const approved: Reason = { code: 'INTENT_APPROVED', checksCount: verdict.checks.length };
  note(desk, venue, chain, 'risk', 'accepted', approved, inputs, verdict.checks, verdict.intent);
  tellHeld(desk, chain);
  applyStep(desk, venue, venue.orders.open(verdict.intent, verdict.checks, desk.nowMs));
}

/** A new chain begins with what the market looked like. */
function beginChain(
  desk: Desk,
  venue: VenueDesk,
  strategy: StrategyId,
  instrument: Instrument,
  rule?: string,
): Chain {
  const held = rule === undefined ? undefined : { rule, notes: [] };
  const chain = { decisionId: venue.orders.nextDecisionId(), strategy, instrument, held };
  desk.setup.probe.beginWish(chain.decisionId, venue.setup.venue);
  const { inputs, reason } = snapshotOf(desk, venue, instrument);
  note(desk, venue, chain, 'market', 'passed', reason, inputs);
  return chain;
}

/** The gate says no. That it says so again for the very same reasons is told every now and then only. */
function deny(
  desk: Desk,
  venue: VenueDesk,
  chain: Chain,
  reason: Reason,
  inputs: Inputs,
  checks: readonly CheckResult[] = [],
): void {
  if (chain.held === undefined) {
    note(desk, venue, chain, 'risk', 'denied', reason, inputs, checks);
    return;
  }
  const failed = checks.filter(({ passed }) => !passed).map(({ code }) => code);
  const why = [chain.held.rule, desk.mode.mode, reason.code, ...failed].join(' ');
  const key = keyOf(chain.strategy, chain.instrument);
  const equalDenialsCount = countDenial(venue.deniedExits, key, why, desk.nowMs);
  if (equalDenialsCount === undefined) return;
  const told = { ...inputs, equalDenialsCount };
  note(desk, venue, chain, 'risk', 'denied', reason, told, checks);
  tellHeld(desk, chain);
}

function tellHeld({ recorder, out }: Desk, { held }: Chain): void {
  if (recorder === undefined || held === undefined) return;
  for (const told of held.notes.splice(0)) out.push(recorder.record(told));
}

function note(
  desk: Desk,
  venue: VenueDesk,
  chain: Chain,
  stage: 'market' | 'signal' | 'risk' | 'exit',
  outcome: DecisionOutcome,
  reason: Reason,
  inputs: Inputs,
  checks: readonly CheckResult[] = [],
  order: OrderIntent | undefined = undefined,
): void {
  if (desk.recorder === undefined) return;
  const told: StageNote = {
    atMs: desk.nowMs,
    decisionId: chain.decisionId,
    stage,
    venue: venue.setup.venue,
    symbol: chain.instrument.symbol,
    strategy: chain.strategy,
    outcome,
    reason,
    checks,
    order,
    inputs,
  };
  if (chain.held === undefined) desk.out.push(desk.recorder.record(told));
  else chain.held.notes.push(told);
}

function describeIntent(intent: OrderIntent): Readonly<Record<string, string>> {
  return {
    side: intent.side,
    orderClass: intent.class,
    timeInForce: intent.timeInForce,
    price: formatPrice(intent.instrument, intent.price),
    quantity: formatQuantity(intent.instrument, intent.quantity),
    notional: formatAmount(
      intent.instrument.quote,
      notionalOf(intent.instrument, intent.price, intent.quantity),
    ),
  };
}
