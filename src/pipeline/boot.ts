import { BoundedMap } from '../domain/bounded.ts';
import type { Listed, VenueAnswer } from '../domain/venue.ts';
import { RequestLimiter } from '../execution/request-limiter.ts';
import type { BootQuestion, Desk } from './desk.ts';
import { ListingRound } from './listing-round.ts';
import { openVenue } from './open-venue.ts';

/** First tries of the boot question come fast, later ones every ten seconds. */
const BOOT_RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000];
/** A venue that trades none of our symbols may be in maintenance: that takes longer. */
const NOTHING_RETRY_MS = [1_000, 5_000, 15_000, 30_000, 60_000];
/** After so many rounds the start goes on without a symbol that brings no answer, if others do. */
const BOOT_TRIES_MAX = 5;
/** The request budget has no room now. */
const BUDGET_RETRY_MS = 1_000;
/** Longer than any world waits for an answer. */
const BOOT_ANSWER_MS_MAX = 20_000;

/** Asks every venue of the settings what it trades: nothing can begin before it is known. */
export function askBoots(desk: Desk): void {
  for (const setup of desk.setup.venues) {
    const boot: BootQuestion = {
      setup,
      requestId: undefined,
      round: undefined,
      found: new BoundedMap('boot.found', 1_000, 'refuse'),
      limiter: new RequestLimiter(desk.setup.execution),
      retryAtMs: desk.nowMs,
      triesCount: 0,
      trouble: '',
    };
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
  const { setup } = boot;
  if (boot.round === undefined) {
    boot.triesCount += 1;
    // What was said in an earlier round may be different now.
    boot.found.clear();
    boot.round = new ListingRound(setup.symbols, () => false);
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
    boot.found.set(listed.symbol, listed);
  }
  // Told to stay away: each question more would only make a ban longer.
  goOn(desk, boot, health.retryAfterMs ?? 0);
}

/** The next question of the round, or what has come of it. */
function goOn(desk: Desk, boot: BootQuestion, retryAfterMs: number): void {
  const { setup, found, round } = boot;
  if (round?.isOver === false && retryAfterMs === 0) {
    askInstruments(desk, boot);
    return;
  }
  const failure = round?.failure ?? '';
  boot.round = undefined;
  const isListed = [...found.values()].some(({ type }) => type === 'listed');
  const isComplete = found.size === setup.symbols.length;
  // One symbol that cannot even be asked about must not keep the others from being looked after.
  const isTriedEnough = boot.triesCount >= BOOT_TRIES_MAX && retryAfterMs === 0;
  if (isListed && (isComplete || isTriedEnough)) {
    const text = `no answer: ${failure}`;
    openVenue(
      desk,
      boot,
      setup.symbols.map((symbol) => found.get(symbol) ?? { type: 'unreadable', symbol, text }),
    );
    return;
  }
  const isNothing = isComplete && !isListed;
  boot.trouble = isNothing ? tellNothing([...found.values()]) : failure;
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
