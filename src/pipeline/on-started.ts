import { BoundedList, BoundedMap } from '../domain/bounded.ts';
import type { Started } from '../domain/event.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { Balance } from '../domain/order.ts';
import { Random } from '../domain/random.ts';
import type { UnixMs } from '../domain/units.ts';
import type { Listed, VenueAnswer } from '../domain/venue.ts';
import { AccountStream } from '../execution/account-stream.ts';
import { OrderDesk } from '../execution/order-desk.ts';
import { RequestLimiter } from '../execution/request-limiter.ts';
import { MarketFeed } from '../market/feed.ts';
import { restorePortfolio } from '../portfolio/portfolio.ts';
import { StrategyHost } from '../signal/strategy-host.ts';
import { placeJournal, setAbsent, tellAbsent } from './absent-symbols.ts';
import { applyStep } from './apply-step.ts';
import { DecisionRecorder } from './decisions.ts';
import type { BootQuestion, Desk, VenueDesk } from './desk.ts';
import { pushFeed } from './feed-effects.ts';
import { findFirstOrderAtMs } from './first-day.ts';
import { ListingRound } from './listing-round.ts';
import { Listings } from './listings.ts';
import { findTargetMode, setMode } from './mode-machine.ts';
import { isFlatten } from './modes.ts';
import { tellClosed } from './on-listing.ts';
import { makeMarketSink, makeSignalSink } from './on-market.ts';
import { TICK_MS } from './setup.ts';
import { SkewWatch } from './skew-watch.ts';
import { StaleRuns } from './stale-runs.ts';
import { tellPositions } from './tell-positions.ts';

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

export function onStarted(desk: Desk, event: Started): void {
  desk.started = event;
  desk.firstOrderAtMs = findFirstOrderAtMs(event.rows);
  desk.phase = 'booting';
  desk.lastTickAtMs = event.atMs;
  desk.recorder = new DecisionRecorder(desk.setup.venues[0]?.trust ?? 'generic');
  const random = Random.fromSeed(`${event.seed}`);
  desk.random = () => random.float();
  const { startMode } = desk.setup;
  desk.targetMode = findTargetMode(event.rows, event.haltLatched, startMode, event.atMs);
  desk.mustGoOnFlattening = isFlatten(desk.targetMode);
  if (desk.targetMode.mode === 'HALTED') desk.mode = desk.targetMode;
  else {
    desk.mode = { ...desk.mode, cause: 'start', sinceMs: event.atMs };
    desk.push([
      {
        type: 'logChange',
        event: 'process.started',
        message: findStartMessage(event),
        detail: { rows: event.rows.length, target: desk.targetMode.mode },
      },
    ]);
  }
  if (!event.clean) {
    desk.push([
      { type: 'raiseFault', fault: 'process.started', severity: 'warn', detail: { clean: false } },
    ]);
  }
  if (event.recentStartsCount >= desk.setup.recovery.crashLoopStarts) {
    const detail = { startsCount: event.recentStartsCount };
    desk.push([{ type: 'raiseFault', fault: 'process.crash_loop', severity: 'error', detail }]);
  }
  for (const setup of desk.setup.venues) {
    const boot: BootQuestion = {
      setup,
      requestId: undefined,
      round: undefined,
      found: new BoundedMap('boot.found', 1_000, 'refuse'),
      limiter: new RequestLimiter(desk.setup.execution),
      retryAtMs: event.atMs,
      triesCount: 0,
      trouble: '',
    };
    desk.boots.push(boot);
    askInstruments(desk, boot);
  }
  desk.out.push({ type: 'setTimer', timer: 'tick', atMs: (event.atMs + TICK_MS) as UnixMs });
}

function findStartMessage({ rows, clean }: Started): string {
  if (rows.length === 0) return 'started for the first time';
  return clean ? 'started after a clean stop' : 'started after an unclean stop';
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

/** The rooms can be furnished, with all symbols that are there. */
function openVenue(desk: Desk, boot: BootQuestion, listed: readonly Listed[]): void {
  desk.boots.splice(desk.boots.indexOf(boot), 1);
  const instruments = listed
    .flatMap((each) => (each.type === 'listed' ? [each.instrument] : []))
    .map((instrument, index) => ({ ...instrument, index }));
  const journal = placeJournal(desk.started?.rows ?? [], boot.setup.venue, instruments);
  openPortfolio(desk, journal.rows, instruments);
  const venue = furnish(desk, boot, instruments);
  desk.venues.push(venue);
  const restored = venue.orders.restore(journal.rows, desk.nowMs);
  setAbsent(desk, venue, listed, journal.strangers);
  for (const { symbol, cause } of venue.absent) {
    if (cause === 'missing') venue.listings.setGone(symbol, true);
  }
  applyStep(desk, venue, restored);
  tellPositions(desk, venue);
  tellClosed(desk, venue);
  tellAbsent(desk, venue);
  pushFeed(desk, venue, venue.feed.start(desk.nowMs));
  desk.push(venue.stream.start(desk.nowMs).effects);
  if (desk.boots.length === 0) {
    desk.phase = 'running';
    if (desk.mode.mode !== 'HALTED') setMode(desk, 'RECOVERING', 'machine', 'start');
  }
}

function openPortfolio(
  desk: Desk,
  rows: readonly JournalRow[],
  instruments: readonly Instrument[],
): void {
  desk.portfolio ??= restorePortfolio(
    rows,
    desk.setup.portfolio,
    desk.setup.accountQuote,
    (_venue, asset) => scaleOf(instruments, asset),
  );
  for (const instrument of instruments) desk.portfolio.useInstrument(instrument);
}

/** Assets that are in no instrument (a fee coin, say) have the venue's usual scale. */
const USUAL_SCALE = 8;

function scaleOf(instruments: readonly Instrument[], asset: string): number {
  for (const { base, quote } of instruments) {
    if (base.name === asset) return base.scale;
    if (quote.name === asset) return quote.scale;
  }
  return USUAL_SCALE;
}

function furnish(
  desk: Desk,
  { setup, limiter }: BootQuestion,
  instruments: readonly Instrument[],
): VenueDesk {
  const { started } = desk;
  const host = new StrategyHost(desk.setup.signal, instruments, desk.setup.findStrategyKind);
  const intervals = new Set(desk.setup.feed.candleIntervalsMs);
  for (const { index } of instruments) {
    for (const interval of host.candleIntervalsMs(index)) intervals.add(interval);
  }
  const marketCodec = setup.makeMarketCodec(instruments);
  const feed = new MarketFeed({
    venue: setup.venue,
    codec: marketCodec,
    instruments,
    limits: { ...desk.setup.feed, candleIntervalsMs: [...intervals] },
    random: desk.random,
    connectionPrefix: `${setup.venue}/market/`,
    nextRequestId: desk.nextRequestId,
  });
  const orders = new OrderDesk({
    venue: setup.venue,
    codec: setup.accountCodec,
    instruments,
    limits: desk.setup.execution,
    epoch: started?.epoch ?? 0,
    environment: desk.setup.environment,
    accountTag: setup.accountTag,
    limiter,
    nextRequestId: desk.nextRequestId,
  });
  const stream = new AccountStream({
    venue: setup.venue,
    codec: setup.accountCodec,
    instruments,
    limits: desk.setup.accountStream,
    random: desk.random,
  });
  const venue: VenueDesk = {
    setup,
    instruments,
    absent: [],
    listings: new Listings(desk.nowMs, desk.setup.feed.instrumentsEveryMs),
    marketCodec,
    feed,
    orders,
    stream,
    host,
    views: new Array<undefined>(instruments.length).fill(undefined),
    marketSink: makeMarketSink(desk, () => venue),
    signalSink: makeSignalSink(desk, () => venue),
    stale: new StaleRuns(instruments.length),
    balances: new BoundedMap<string, Balance>('balances', 2_000, 'dropOldest'),
    orderTimes: new BoundedList<number>('order_times', 10_000, 'dropOldest'),
    lastOrderAtMs: new BoundedMap<string, UnixMs>('last_orders', 10_000, 'dropOldest'),
    exitRetryAtMs: new BoundedMap<string, number>('exit_retries', 10_000, 'dropOldest'),
    hasOpening: (started?.rows ?? []).some(
      (row) => row.type === 'opening' && row.venue === setup.venue,
    ),
    mismatches: [],
    hasReconciledOnce: false,
    clockOffsetMs: undefined,
    skew: new SkewWatch(),
  };
  return venue;
}
