import { invariant } from '../domain/assert.ts';
import type { Reason } from '../domain/reason.ts';
import type { UnixMs } from '../domain/units.ts';
import type { VenueQuestion } from '../domain/venue.ts';
import { backoffMs, type DeskState } from './desk-state.ts';
import type { StepBuilder } from './execution-step.ts';
import { change, mayTradeSinceMs } from './order-news.ts';
import type { AbsentProof, ResolverWork, TrackedOrder } from './tracked-order.ts';
import { type AnswerFacts, findUnexplained } from './venue-facts.ts';

/** What another order has just moved is told and booked within seconds: balances are looked at so often, so far apart. */
const BALANCE_LOOKS_MAX = 4;
const BALANCE_LOOK_GAP_MS = 3_000;
/** While what became of another order is not known, they cannot agree: then they are looked at until it is. */
const BALANCE_LOOK_SLOW_MS = 10_000;

/** Begins the search for an order that just became unproven, or was found so at the start. */
export function beginSearch(tracked: TrackedOrder, atMs: number, firstDelayMs: number): void {
  tracked.resolver = {
    startedAtMs: atMs,
    triesCount: 0,
    failuresCount: 0,
    nextAtMs: atMs + firstDelayMs,
    requestId: undefined,
    proof: undefined,
  };
}

/** The venue says that it knows the id: ask at once. */
export function hurrySearch(tracked: TrackedOrder, atMs: number): void {
  if (tracked.resolver !== undefined) tracked.resolver.nextAtMs = atMs;
}

/**
 * One tick of the search. Until the venue's clock is past the lease and its processing limit the
 * order may still arrive, so we only ask for it. After that we gather the proof that it never will:
 * (a) the venue's own clock, (b) three times in a row that it does not exist, (c) lists of open
 * orders, past orders and own trades without it, (d) balances as we believe them.
 */
export function searchOn(
  state: DeskState,
  tracked: TrackedOrder,
  atMs: UnixMs,
  venueNowMs: UnixMs,
  step: StepBuilder,
): void {
  park(state, tracked, atMs, step);
  const work = tracked.resolver;
  if (work === undefined || work.requestId !== undefined || atMs < work.nextAtMs) return;

  const question = nextQuestion(state, tracked, work, venueNowMs);
  const purpose = { type: 'resolve', clientOrderId: tracked.id } as const;
  work.requestId = state.questions.ask(purpose, question, atMs, step);
  if (work.requestId === undefined) return;
  if (question.type === 'orderByClientId' && work.proof === undefined) {
    work.triesCount += 1;
    work.nextAtMs = nextTryAtMs(state, tracked, work, atMs, venueNowMs);
  }
}

/** An answer to a question of the search. What it told of orders and fills has been taken in already. */
export function onSearchAnswer(
  state: DeskState,
  tracked: TrackedOrder,
  question: VenueQuestion,
  facts: AnswerFacts,
  askedAtMs: number,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const work = tracked.resolver;
  if (work === undefined) return; // found meanwhile
  work.requestId = undefined;
  // That the venue has forgotten the symbol says nothing of what it did while it knew it.
  if (facts.outcome === 'failed' || facts.outcome === 'unlisted') {
    onFailure(state, work, atMs);
    return;
  }
  work.failuresCount = 0;
  if (work.proof !== undefined) {
    gather(state, tracked, work, work.proof, question, facts, askedAtMs, atMs, step);
  } else if (question.type === 'serverTime' && facts.serverAtMs !== undefined) {
    onVenueClock(state, tracked, work, facts.serverAtMs, atMs);
  }
}

/** The last piece: whether the balances are as we believe them. With it, ABSENT is proven. */
export function onSearchBalances(
  state: DeskState,
  tracked: TrackedOrder,
  agree: boolean,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const work = tracked.resolver;
  const proof = work?.proof;
  if (work === undefined || proof === undefined) return;
  const unexplained = findUnexplained(
    state,
    tracked.order.intent.instrument,
    mayTradeSinceMs(tracked, state.limits.absentLookbackMs),
  );
  if (!agree || unexplained !== undefined) {
    proof.disagreedCount += 1;
    const isOften = proof.disagreedCount >= BALANCE_LOOKS_MAX;
    if (unexplained !== undefined || (isOften && !waitsForAnother(state, tracked))) {
      restartProof(state, work, atMs);
    } else work.nextAtMs = atMs + (isOften ? BALANCE_LOOK_SLOW_MS : BALANCE_LOOK_GAP_MS);
    return;
  }
  invariant(isComplete(state, proof), 'ABSENT needs all of its proof');
  const text =
    `venue clock ${proof.venueAtMs}, lease end ${leaseEndMsOf(tracked)}; ` +
    `${proof.missesAtMs.length} times not found at ${proof.missesAtMs.join(', ')}; ` +
    'not among open orders, past orders, own trades; balances agree';
  step.rows.push({ type: 'absent', atMs, clientOrderId: tracked.id, proof: text });
  const reason: Reason = {
    code: 'PROVEN_ABSENT',
    venueAtMs: proof.venueAtMs,
    leaseEndMs: leaseEndMsOf(tracked),
    missesCount: proof.missesAtMs.length,
  };
  change(tracked, { type: 'provenAbsent', proof: text }, reason, 'query', atMs, step);
  tracked.resolver = undefined;
  state.registry.file(tracked);
}

function waitsForAnother(state: DeskState, tracked: TrackedOrder): boolean {
  return state.registry.live().some((other) => other !== tracked && other.isUnproven);
}

function park(state: DeskState, tracked: TrackedOrder, atMs: UnixMs, step: StepBuilder): void {
  const order = tracked.order.state;
  if (order.type !== 'UNKNOWN' || atMs - order.sinceMs < state.limits.deadAfterMs) return;
  step.rows.push({ type: 'dead', atMs, clientOrderId: tracked.id });
  const reason: Reason = { code: 'UNRESOLVED', unknownMs: atMs - order.sinceMs };
  change(tracked, { type: 'parked' }, reason, undefined, atMs, step);
  step.fault('order.dead', 'error', {
    clientOrderId: tracked.id,
    symbol: tracked.symbol,
    unknownMs: atMs - order.sinceMs,
  });
}

function nextQuestion(
  state: DeskState,
  tracked: TrackedOrder,
  work: ResolverWork,
  venueNowMs: UnixMs,
): VenueQuestion {
  const { instrument } = tracked.order.intent;
  const { limits } = state;
  const byId: VenueQuestion = {
    type: 'orderByClientId',
    instrument,
    clientOrderId: tracked.id,
  };
  const { proof } = work;
  if (proof === undefined) {
    // Our estimate of the venue clock only says when to ask; the venue's answer is what counts.
    return venueNowMs >= provableAtMs(state, tracked) ? { type: 'serverTime' } : byId;
  }
  if (proof.missesAtMs.length < limits.absentMissesMin) return byId;
  if (!proof.hasOpenOrders) return { type: 'openOrders' };
  if (!proof.hasOrdersSince) {
    const sinceMs = mayTradeSinceMs(tracked, limits.absentLookbackMs);
    return { type: 'ordersSince', instrument, sinceMs };
  }
  if (!proof.hasFills) return { type: 'fillsFrom', instrument, fromTradeId: proof.fillsFrom };
  return { type: 'account' };
}

function onVenueClock(
  state: DeskState,
  tracked: TrackedOrder,
  work: ResolverWork,
  serverAtMs: UnixMs,
  atMs: number,
): void {
  const missingMs = provableAtMs(state, tracked) - serverAtMs;
  if (missingMs > 0) {
    work.nextAtMs = atMs + Math.max(missingMs, state.limits.retryDelayMsMin);
    return;
  }
  work.proof = {
    venueAtMs: serverAtMs,
    missesAtMs: [],
    hasOpenOrders: false,
    hasOrdersSince: false,
    hasFills: false,
    fillsFrom: tracked.fillsAfter === undefined ? undefined : tracked.fillsAfter + 1,
    disagreedCount: 0,
  };
  work.nextAtMs = atMs;
}

function gather(
  state: DeskState,
  tracked: TrackedOrder,
  work: ResolverWork,
  proof: AbsentProof,
  question: VenueQuestion,
  facts: AnswerFacts,
  askedAtMs: number,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  work.nextAtMs = atMs;
  switch (question.type) {
    case 'orderByClientId':
      if (facts.outcome !== 'notFound') {
        restartProof(state, work, atMs);
        return;
      }
      proof.missesAtMs.push(askedAtMs);
      if (proof.missesAtMs.length < state.limits.absentMissesMin) {
        work.nextAtMs = askedAtMs + state.limits.absentMissGapMs;
      }
      return;
    case 'openOrders':
      proof.hasOpenOrders = true;
      return;
    case 'ordersSince':
      proof.hasOrdersSince = true;
      return;
    case 'fillsFrom':
      onFillsListed(state, tracked, work, proof, facts, atMs);
      return;
    case 'account':
      step.balancesToCompare = facts.account;
      return;
    default:
      return;
  }
}

function onFillsListed(
  state: DeskState,
  tracked: TrackedOrder,
  work: ResolverWork,
  proof: AbsentProof,
  facts: AnswerFacts,
  atMs: number,
): void {
  const fills = facts.fills ?? [];
  const last = fills.at(-1);
  if (fills.length >= state.limits.fillsPageCount && last !== undefined) {
    const next = Number(last.tradeId) + 1;
    if (next !== proof.fillsFrom) {
      proof.fillsFrom = next;
      return;
    }
  }
  const sinceMs = mayTradeSinceMs(tracked, state.limits.absentLookbackMs);
  if (findUnexplained(state, tracked.order.intent.instrument, sinceMs) !== undefined) {
    restartProof(state, work, atMs);
    return;
  }
  proof.hasFills = true;
}

// A failed query between two misses proves nothing about the time between them: the count starts again.
function onFailure(state: DeskState, work: ResolverWork, atMs: number): void {
  work.failuresCount += 1;
  if (work.proof !== undefined) {
    if (work.proof.missesAtMs.length < state.limits.absentMissesMin) work.proof.missesAtMs = [];
    work.nextAtMs = atMs + backoffMs(state.limits, work.failuresCount);
  } else {
    work.nextAtMs = Math.max(work.nextAtMs, atMs + state.limits.retryDelayMsMin);
  }
}

function restartProof(state: DeskState, work: ResolverWork, atMs: number): void {
  work.proof = undefined;
  work.nextAtMs = atMs + state.limits.resolveEveryMs;
}

function nextTryAtMs(
  state: DeskState,
  tracked: TrackedOrder,
  work: ResolverWork,
  atMs: number,
  venueNowMs: number,
): number {
  const { limits } = state;
  const isDead = tracked.order.state.type === 'DEAD';
  const everyMs = isDead ? limits.resolveDeadEveryMs : limits.resolveEveryMs;
  const scheduled = limits.resolveAtMs[work.triesCount];
  const nextMs = scheduled === undefined ? atMs + everyMs : work.startedAtMs + scheduled;
  // The gathering of proof begins as soon as it can, not at the next round of asking.
  const provableInMs = provableAtMs(state, tracked) - venueNowMs;
  return Math.max(atMs, Math.min(nextMs, atMs + provableInMs));
}

function isComplete(state: DeskState, proof: AbsentProof): boolean {
  const hasMisses = proof.missesAtMs.length >= state.limits.absentMissesMin;
  return hasMisses && proof.hasOpenOrders && proof.hasOrdersSince && proof.hasFills;
}

/** Venue clock from which on the order can no longer be taken. */
function provableAtMs(state: DeskState, tracked: TrackedOrder): number {
  const { absentProcessingMs, absentMarginMs } = state.limits;
  return leaseEndMsOf(tracked) + absentProcessingMs + absentMarginMs;
}

function leaseEndMsOf(tracked: TrackedOrder): number {
  const { state } = tracked.order;
  invariant('leaseEndMs' in state, 'only an unproven order is searched for');
  return state.leaseEndMs;
}
