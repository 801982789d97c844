import { BoundedList, BoundedMap } from '../domain/bounded.ts';
import type { Started } from '../domain/event.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Balance } from '../domain/order.ts';
import { Random } from '../domain/random.ts';
import type { UnixMs } from '../domain/units.ts';
import type { VenueAnswer } from '../domain/venue.ts';
import { AccountStream } from '../execution/account-stream.ts';
import { OrderDesk } from '../execution/order-desk.ts';
import { MarketFeed } from '../market/feed.ts';
import { restorePortfolio } from '../portfolio/portfolio.ts';
import { StrategyHost } from '../signal/strategy-host.ts';
import { applyStep } from './apply-step.ts';
import { DecisionRecorder } from './decisions.ts';
import type { BootQuestion, Desk, VenueDesk } from './desk.ts';
import { pushFeed } from './feed-effects.ts';
import { findFirstOrderAtMs } from './first-day.ts';
import { Listings } from './listings.ts';
import { findTargetMode, setMode } from './mode-machine.ts';
import { isFlatten } from './modes.ts';
import { tellClosed } from './on-listing.ts';
import { makeMarketSink, makeSignalSink } from './on-market.ts';
import { TICK_MS, type VenueSetup } from './setup.ts';
import { SkewWatch } from './skew-watch.ts';
import { StaleRuns } from './stale-runs.ts';
import { tellPositions } from './tell-positions.ts';

/** First tries of the boot question come fast, later ones every ten seconds. */
const BOOT_RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000];
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
    const boot = { setup, requestId: undefined, retryAtMs: event.atMs, triesCount: 0 };
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
  for (const boot of desk.boots) {
    if (desk.nowMs >= boot.retryAtMs) askInstruments(desk, boot);
  }
}

function askInstruments(desk: Desk, boot: BootQuestion): void {
  boot.requestId = desk.nextRequestId();
  boot.retryAtMs = desk.nowMs + BOOT_ANSWER_MS_MAX;
  boot.triesCount += 1;
  desk.out.push({
    type: 'askVenue',
    venue: boot.setup.venue,
    requestId: boot.requestId,
    question: {
      type: 'instruments',
      venueSymbols: boot.setup.symbols.map(boot.setup.venueSymbolOf),
    },
  });
}

/** The venue told what it trades: the rooms can be furnished. */
export function onInstruments(desk: Desk, boot: BootQuestion, answer: VenueAnswer): void {
  boot.requestId = undefined;
  const decoded = boot.setup.accountCodec.decodeInstruments(answer, boot.setup.symbols);
  if (decoded.type !== 'value') {
    const delay = BOOT_RETRY_MS[Math.min(boot.triesCount, BOOT_RETRY_MS.length) - 1] ?? 10_000;
    // Told to stay away: each question more would only make a ban longer.
    const { retryAfterMs = 0 } = boot.setup.accountCodec.assessHealth(answer);
    boot.retryAtMs = desk.nowMs + Math.max(delay, retryAfterMs);
    const text = decoded.type === 'failed' ? decoded.text : decoded.proof.text;
    desk.out.push({
      type: 'raiseFault',
      fault: 'venue.unreachable',
      severity: boot.triesCount > 3 ? 'error' : 'warn',
      detail: { venue: boot.setup.venue, question: 'instruments', text, tries: boot.triesCount },
    });
    return;
  }
  desk.boots.splice(desk.boots.indexOf(boot), 1);
  const instruments = decoded.value;
  openPortfolio(desk, instruments);
  const venue = furnish(desk, boot.setup, instruments);
  desk.venues.push(venue);
  const rows = desk.started?.rows ?? [];
  applyStep(desk, venue, venue.orders.restore(rows, desk.nowMs));
  tellPositions(desk, venue);
  tellClosed(desk, venue);
  pushFeed(desk, venue, venue.feed.start(desk.nowMs));
  desk.push(venue.stream.start(desk.nowMs).effects);
  if (desk.boots.length === 0) {
    desk.phase = 'running';
    if (desk.mode.mode !== 'HALTED') setMode(desk, 'RECOVERING', 'machine', 'start');
  }
}

function openPortfolio(desk: Desk, instruments: readonly Instrument[]): void {
  desk.portfolio ??= restorePortfolio(
    desk.started?.rows ?? [],
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

function furnish(desk: Desk, setup: VenueSetup, instruments: readonly Instrument[]): VenueDesk {
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
