import { BoundedMap } from '../domain/bounded.ts';
import { longerThan } from '../domain/clock-margin.ts';
import type { SymbolId } from '../domain/instrument.ts';
import type { AnswerHealth, Listed, VenueAnswer } from '../domain/venue.ts';
import { RequestLimiter } from '../execution/request-limiter.ts';
import type { BootQuestion, Desk } from './desk.ts';
import { findHeldSymbols, tellUnproven } from './journal-holdings.ts';
import { ListingRound } from './listing-round.ts';
import { LOOKS_MIN } from './listings.ts';
import { openVenue } from './open-venue.ts';
import type { VenueSetup } from './setup.ts';

/** First tries of the boot question come fast, later ones every ten seconds. */
const BOOT_RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000];
/** A venue that trades none of our symbols may be in maintenance: that takes longer. */
const NOTHING_RETRY_MS = [1_000, 5_000, 15_000, 30_000, 60_000];
/** The start goes on without a symbol that brought no answer so often in a row, while others did. */
const SILENCES_MAX = 5;
/** What we hold counts as missing when two looks in a row miss it; the second comes soon. */
const SECOND_LOOK_MS = 2_000;
/** The request budget has no room now. */
const BUDGET_RETRY_MS = 1_000;
/** Longer than any world waits for an answer. */
const BOOT_ANSWER_MS_MAX = 20_000;

/** A question that nobody has asked yet. */
export function newBoot(desk: Desk, setup: VenueSetup): BootQuestion {
  return {
    setup,
    requestId: undefined,
    round: undefined,
    found: new BoundedMap('boot.found', 1_000, 'refuse'),
    doubts: new BoundedMap('boot.doubts', 1_000, 'refuse'),
    held: undefined,
    limiter: new RequestLimiter(desk.setup.execution),
    retryAtMs: desk.nowMs,
    triesCount: 0,
    trouble: '',
  };
}

/** Asks every venue of the settings what it trades: nothing can begin before it is known. */
export function askBoots(desk: Desk): void {
  for (const setup of desk.setup.venues) {
    const boot = newBoot(desk, setup);
    desk.boots.push(boot);
    askInstruments(desk, boot);
  }
}

/** Asks again what a venue has not answered yet. Called on each tick while booting. */
export function retryBoots(desk: Desk): void {
  for (const boot of [...desk.boots]) {
    if (desk.nowMs < boot.retryAtMs) continue;
    if (boot.requestId === undefined) askInstruments(desk, boot);
    else {
      boot.requestId = undefined;
      boot.round?.giveUp(`no answer in ${BOOT_ANSWER_MS_MAX} ms`);
      goOn(desk, boot, 0);
    }
  }
}

function askInstruments(desk: Desk, boot: BootQuestion): void {
  const { setup, doubts } = boot;
  if (boot.round === undefined) {
    boot.triesCount += 1;
    // What was said long ago may be different now. A running daemon knows no better than this either.
    const sinceMs = desk.nowMs - desk.setup.feed.instrumentsEveryMs;
    for (const symbol of setup.symbols) {
      if ((boot.found.get(symbol)?.atMs ?? sinceMs) < sinceMs) boot.found.delete(symbol);
    }
    const asked = setup.symbols.filter((symbol) => !isGivenUp(boot, symbol));
    boot.round = new ListingRound(asked, (symbol) => doubts.has(symbol));
  }
  const question = boot.round.nextQuestion(setup);
  if (!boot.limiter.takeQuestion(question, false, desk.nowMs)) {
    boot.retryAtMs = desk.nowMs + BUDGET_RETRY_MS;
    return;
  }
  boot.requestId = desk.nextRequestId();
  boot.retryAtMs = desk.nowMs + BOOT_ANSWER_MS_MAX;
  const { requestId } = boot;
  desk.out.push({ type: 'askVenue', venue: setup.venue, requestId, question });
}

/** The venue told what it trades, or why it does not. */
export function onInstruments(desk: Desk, boot: BootQuestion, answer: VenueAnswer): void {
  const { accountCodec } = boot.setup;
  boot.requestId = undefined;
  const health = accountCodec.assessHealth(answer);
  const usedWeight = answer.type === 'http' ? answer.usedWeight : undefined;
  boot.limiter.note(health, usedWeight, desk.nowMs);
  for (const listed of boot.round?.takeAnswer(accountCodec, answer) ?? []) {
    takeWord(desk, boot, listed);
  }
  // Told to stay away: each question more would only make a ban longer.
  goOn(desk, boot, longerThan(health.retryAfterMs ?? 0));
}

/** One wrong word about what we hold would keep it from being left for a whole life: it takes two. */
function takeWord(desk: Desk, boot: BootQuestion, listed: Listed): void {
  const { symbol } = listed;
  const missingCount = (boot.doubts.get(symbol)?.missingCount ?? 0) + 1;
  if (listed.type !== 'missing') boot.doubts.delete(symbol);
  else boot.doubts.set(symbol, { missingCount, silentCount: 0, text: 'it was not listed once' });
  if (listed.type === 'missing' && missingCount < LOOKS_MIN && isHeld(desk, boot, symbol)) {
    boot.found.delete(symbol);
    return;
  }
  boot.found.set(symbol, { listed, atMs: desk.nowMs });
}

/** A round is over: which symbols brought no answer though others did. */
function countSilences(desk: Desk, boot: BootQuestion, round: ListingRound): void {
  for (const { symbol, trouble, text } of round.silences) {
    const before = boot.doubts.get(symbol);
    const isCounted = round.toldCount > 0 && isAboutSymbol(desk, boot, symbol, trouble);
    boot.doubts.set(symbol, {
      missingCount: before?.missingCount ?? 0,
      silentCount: (before?.silentCount ?? 0) + (isCounted ? 1 : 0),
      text: `no answer: ${text}`,
    });
  }
}

/** A limit is about us. An outage passes; what we hold is worth waiting for its end. */
function isAboutSymbol(
  desk: Desk,
  boot: BootQuestion,
  symbol: SymbolId,
  trouble: AnswerHealth['trouble'],
): boolean {
  if (trouble === 'limited' || trouble === 'banned') return false;
  const isOutage = trouble === 'unreachable' || trouble === 'overloaded';
  return !isOutage || !isHeld(desk, boot, symbol);
}

function isHeld(desk: Desk, boot: BootQuestion, symbol: SymbolId): boolean {
  boot.held ??= findHeldSymbols(desk, boot);
  return boot.held.has(symbol);
}

/** One symbol that cannot even be asked about must not keep the others from being looked after. */
function isGivenUp({ found, doubts }: BootQuestion, symbol: SymbolId): boolean {
  return !found.has(symbol) && (doubts.get(symbol)?.silentCount ?? 0) >= SILENCES_MAX;
}

/** The next question of the round, or what has come of it. */
function goOn(desk: Desk, boot: BootQuestion, retryAfterMs: number): void {
  const { round } = boot;
  if (round?.isOver === false && retryAfterMs === 0) {
    askInstruments(desk, boot);
    return;
  }
  if (round !== undefined) countSilences(desk, boot, round);
  boot.round = undefined;
  const words = boot.setup.symbols.map((symbol) => findWord(boot, symbol));
  const known = words.filter((word) => word !== undefined);
  const isComplete = known.length === words.length;
  if (isComplete && known.some(({ type }) => type === 'listed')) {
    openVenue(desk, boot, known);
    return;
  }
  if (isComplete) startAnew(boot);
  askLater(desk, boot, {
    nothing: isComplete ? tellNothing(known) : undefined,
    failure: round?.failure,
    retryAfterMs,
  });
}

/** Nothing can be traded: whatever was said, or given up, is asked about again. */
function startAnew(boot: BootQuestion): void {
  boot.found.clear();
  for (const symbol of boot.setup.symbols) {
    const doubt = boot.doubts.get(symbol);
    if (doubt !== undefined) boot.doubts.set(symbol, { ...doubt, silentCount: 0 });
  }
}

function findWord(boot: BootQuestion, symbol: SymbolId): Listed | undefined {
  const { found, doubts } = boot;
  if (!isGivenUp(boot, symbol)) return found.get(symbol)?.listed;
  return { type: 'unreadable', symbol, text: doubts.get(symbol)?.text ?? '' };
}

/** Not enough is known yet: `nothing` when all symbols are, and none can be traded. */
function askLater(
  desk: Desk,
  boot: BootQuestion,
  told: {
    readonly nothing: string | undefined;
    readonly failure: string | undefined;
    readonly retryAfterMs: number;
  },
): void {
  const { setup } = boot;
  const { nothing, failure, retryAfterMs } = told;
  const isNothing = nothing !== undefined;
  if (!isNothing && failure === undefined) {
    boot.trouble = 'it does not list what we hold: it is asked once more';
    boot.retryAtMs = desk.nowMs + Math.max(SECOND_LOOK_MS, retryAfterMs);
    return;
  }
  boot.trouble = nothing ?? failure ?? '';
  if (boot.triesCount === 1) tellUnproven(desk, boot);
  const delays = isNothing ? NOTHING_RETRY_MS : BOOT_RETRY_MS;
  const delay = delays[Math.min(boot.triesCount, delays.length) - 1] ?? 10_000;
  boot.retryAtMs = desk.nowMs + Math.max(delay, retryAfterMs);
  desk.out.push({
    type: 'raiseFault',
    fault: isNothing ? 'symbol.halted' : 'venue.unreachable',
    severity: boot.triesCount > 3 ? 'error' : 'warn',
    detail: {
      venue: setup.venue,
      question: 'instruments',
      text: boot.trouble,
      tries: boot.triesCount,
    },
  });
}

function tellNothing(listed: readonly Listed[]): string {
  const symbols = listed.map((each) =>
    each.type === 'unreadable' ? `${each.symbol} cannot be read: ${each.text}` : each.symbol,
  );
  return `the venue lists none of our symbols (${symbols.join(', ')}): it is asked again`;
}
