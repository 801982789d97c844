import {
  formatAmount,
  formatPrice,
  formatQuantity,
  type Instrument,
  type SymbolId,
} from '../domain/instrument.ts';
import type { Reason } from '../domain/reason.ts';
import type { FilterName } from '../domain/regrid.ts';
import { lots, price } from '../domain/units.ts';
import type { Listed, VenueAnswer } from '../domain/venue.ts';
import { takeAbsent, useKnown } from './absent-symbols.ts';
import type { Desk, VenueDesk } from './desk.ts';
import { ListingRound } from './listing-round.ts';
import { compareListing, type ListingChange } from './listings.ts';
import { recordMarket } from './record-market.ts';

/** Longer than any world waits for an answer. */
const ANSWER_MS_MAX = 20_000;
/** After a failed answer, and when the request budget has no room, the venue is asked again so soon. */
const RETRY_MS = 10_000;
/** A refused order, or a symbol that was missing once, asks soon, but not more often than this. */
const SOON_MS = 5_000;
/** Garbage may come with every frame. */
const OFF_GRID_EVERY_MS = 20_000;

/** On each tick: asks the venue what it trades, and by which rules, when that is due. */
export function askListings(desk: Desk, venue: VenueDesk): void {
  const { listings, setup } = venue;
  if (listings.requestId !== undefined) {
    if (desk.nowMs - listings.askedAtMs < ANSWER_MS_MAX) return;
    listings.requestId = undefined;
    listings.round?.giveUp(`no answer in ${ANSWER_MS_MAX} ms`);
    goOn(desk, venue);
    return;
  }
  if (desk.nowMs < listings.nextAtMs || desk.phase !== 'running') return;
  // What may spoil the answer for others is asked about alone.
  listings.round ??= new ListingRound(
    setup.symbols,
    (symbol) => listings.isGone(symbol) || !isFurnished(venue, symbol),
  );
  const question = listings.round.nextQuestion(setup);
  if (!venue.orders.mayAsk(question, desk.nowMs)) {
    listings.nextAtMs = desk.nowMs + retryMs(desk);
    return;
  }
  listings.requestId = desk.nextRequestId();
  listings.askedAtMs = desk.nowMs;
  listings.nextAtMs = desk.nowMs + desk.setup.feed.instrumentsEveryMs;
  const { requestId } = listings;
  desk.out.push({ type: 'askVenue', venue: setup.venue, requestId, question });
}

/** An order was refused: its market may have closed, or its rules may have changed. */
export function askListingsSoon(desk: Desk, venue: VenueDesk): void {
  askListingsWithin(desk, venue, SOON_MS);
}

/** A price or a size between our steps: garbage, or the venue has other steps now. */
export function doubtGrid(desk: Desk, venue: VenueDesk, symbol: SymbolId): void {
  if (venue.listings.findRegrid(symbol) !== undefined) return;
  askListingsWithin(desk, venue, OFF_GRID_EVERY_MS);
}

/** At once, if the last question is that old. */
function askListingsWithin(desk: Desk, venue: VenueDesk, everyMs: number): void {
  const { listings } = venue;
  const soonAtMs = Math.max(desk.nowMs, listings.askedAtMs + everyMs);
  if (soonAtMs >= listings.nextAtMs) return;
  listings.nextAtMs = soonAtMs;
  askListings(desk, venue);
}

/** An answer that tells nothing changes nothing; what it tells counts at once, whatever the rest of the round says. */
export function onListing(
  desk: Desk,
  venue: VenueDesk,
  requestId: number,
  answer: VenueAnswer,
): void {
  const { listings, setup } = venue;
  // Of the start, or given up.
  if (requestId !== listings.requestId || listings.round === undefined) return;
  listings.requestId = undefined;
  const told = listings.round.takeAnswer(setup.accountCodec, answer);
  for (const listed of told) {
    listings.setGone(listed.symbol, listed.type === 'missing');
    takeAbsent(desk, venue, listed);
  }
  takeListing(
    desk,
    venue,
    told.flatMap((listed) => readListed(venue, listed)),
  );
  const strange = told.find(
    ({ type, symbol }) => type === 'unreadable' && isFurnished(venue, symbol),
  );
  if (strange?.type === 'unreadable') {
    listings.round.failure ??= `${strange.symbol}: ${strange.text}`;
  }
  goOn(desk, venue);
}

/** The next question of the round, or its end. */
function goOn(desk: Desk, venue: VenueDesk): void {
  const { listings, setup } = venue;
  if (listings.round?.isOver === false) {
    listings.nextAtMs = desk.nowMs;
    askListings(desk, venue);
    return;
  }
  const failure = listings.round?.failure;
  listings.round = undefined;
  const isDoubtful = venue.instruments.some(({ symbol }) => listings.isDoubtful(symbol));
  if (isDoubtful) listings.nextAtMs = Math.min(listings.nextAtMs, desk.nowMs + SOON_MS);
  if (failure !== undefined) {
    onFailed(desk, venue, failure);
    return;
  }
  listings.goodCount += 1;
  if (listings.failedInRow > 0) {
    const detail = { venue: setup.venue, failedCount: listings.failedInRow };
    const message = 'the venue tells again what it trades';
    desk.out.push({ type: 'logChange', event: 'venue.listed', message, detail });
  }
  listings.failedInRow = 0;
}

function isFurnished({ instruments }: VenueDesk, symbol: SymbolId): boolean {
  return instruments.some((instrument) => instrument.symbol === symbol);
}

/** A symbol that the venue twice does not list is traded nowhere; of one it cannot tell, what was known stays. */
function readListed(venue: VenueDesk, listed: Listed): readonly Instrument[] {
  switch (listed.type) {
    case 'listed':
      return [listed.instrument];
    case 'missing': {
      if (!venue.listings.isGoneForSure(listed.symbol)) return [];
      const used = venue.instruments.find(({ symbol }) => symbol === listed.symbol);
      return used === undefined ? [] : [{ ...used, status: 'OTHER' }];
    }
    case 'unreadable':
      return [];
  }
}

/** Compares, takes over what can be taken over, and tells each change once. */
export function takeListing(desk: Desk, venue: VenueDesk, listed: readonly Instrument[]): void {
  const changes: ListingChange[] = [];
  const next = venue.instruments.map((used) => {
    const now = listed.find(({ symbol }) => symbol === used.symbol);
    if (now === undefined) return used;
    const regrid = venue.listings.findRegrid(used.symbol);
    const compared = compareListing(used, now, regrid);
    changes.push(...compared.changes);
    return compared.next;
  });
  if (changes.length === 0) return;
  venue.instruments = next;
  useKnown(venue);
  for (const change of changes) {
    if (change.type === 'filters' || change.type === 'status') {
      desk.portfolio?.useInstrument(change.now);
    }
    // Strategies see the filters through the view: the next price makes a new one.
    if (change.type === 'filters') venue.views[change.now.index] = undefined;
    tell(desk, venue, change);
  }
}

/** At the start: a symbol that is closed already is told like one that closes. */
export function tellClosed(desk: Desk, venue: VenueDesk): void {
  for (const now of venue.instruments) {
    if (now.status !== 'TRADING') tellStatus(desk, venue, { ...now, status: 'TRADING' }, now);
  }
}

/** What is closed for long is told again. */
export function tellClosedAgain(desk: Desk, venue: VenueDesk): void {
  for (const now of venue.instruments) {
    if (now.status !== 'TRADING') raiseHalted(desk, venue, now, now.status);
  }
}

function raiseHalted(desk: Desk, venue: VenueDesk, now: Instrument, statusBefore: string): void {
  const { symbol, status } = now;
  const isHeld = (desk.portfolio?.getSymbolLots(now) ?? 0) > 0;
  desk.out.push({
    type: 'raiseFault',
    fault: 'symbol.halted',
    severity: isHeld ? 'error' : 'warn',
    detail: { venue: venue.setup.venue, symbol, status, statusBefore, held: isHeld },
  });
}

function onFailed(desk: Desk, venue: VenueDesk, text: string): void {
  const { listings } = venue;
  listings.failedCount += 1;
  listings.failedInRow += 1;
  listings.nextAtMs = Math.min(listings.nextAtMs, desk.nowMs + retryMs(desk));
  // Once is the network; what is told again is told louder.
  if (listings.failedInRow !== 1 && listings.failedInRow !== 5) return;
  desk.out.push({
    type: 'raiseFault',
    fault: 'venue.error',
    severity: listings.failedInRow === 1 ? 'warn' : 'error',
    detail: {
      venue: venue.setup.venue,
      question: 'instruments',
      text,
      failedCount: listings.failedInRow,
    },
  });
}

function retryMs(desk: Desk): number {
  return Math.min(RETRY_MS, desk.setup.feed.instrumentsEveryMs);
}

function tell(desk: Desk, venue: VenueDesk, change: ListingChange): void {
  switch (change.type) {
    case 'status':
      tellStatus(desk, venue, change.before, change.now);
      return;
    case 'filters':
      tellFilters(desk, venue, change.before, change.now, change.names);
      return;
    case 'grid':
      venue.listings.setRegrid(change.used.symbol, change.listed);
      tellGrid(desk, venue, change.used, change.listed);
      return;
    case 'gridBack': {
      const { symbol } = change.used;
      venue.listings.setRegrid(symbol, undefined);
      const message = 'the venue is back to the tick and lot in use';
      const detail = { venue: venue.setup.venue, symbol };
      desk.out.push({ type: 'logChange', event: 'symbol.grid_restored', message, detail });
      const reason: Reason = { code: 'INSTRUMENT_LISTED', ...stepsOf(change.used) };
      recordMarket(desk, venue, { symbol, outcome: 'passed', reason });
    }
  }
}

function tellStatus(desk: Desk, venue: VenueDesk, before: Instrument, now: Instrument): void {
  const { symbol, status } = now;
  const detail = { venue: venue.setup.venue, symbol, status, statusBefore: before.status };
  if (status === 'TRADING') {
    const message = 'the venue trades the symbol again';
    desk.out.push({ type: 'logChange', event: 'symbol.trading', message, detail });
    const reason: Reason = { code: 'INSTRUMENT_LISTED', status };
    recordMarket(desk, venue, { symbol, outcome: 'passed', reason });
    return;
  }
  raiseHalted(desk, venue, now, before.status);
  const reason: Reason = { code: 'VENUE_MAINTENANCE', status, needed: 'TRADING' };
  recordMarket(desk, venue, { symbol, outcome: 'skipped', reason });
}

function tellFilters(
  desk: Desk,
  venue: VenueDesk,
  before: Instrument,
  now: Instrument,
  names: readonly FilterName[],
): void {
  const { symbol, version } = now;
  const changed = names.map((name) => `${name} ${show(before, name)} -> ${show(now, name)}`);
  const detail = { venue: venue.setup.venue, symbol, version, changed: changed.join(', ') };
  const message = 'the venue changed filters of a symbol: they hold from now on';
  desk.out.push({ type: 'logChange', event: 'symbol.filters_changed', message, detail });
  const reason: Reason = { code: 'INSTRUMENT_LISTED', version, changed: detail.changed };
  recordMarket(desk, venue, { symbol, outcome: 'passed', reason });
}

function tellGrid(desk: Desk, venue: VenueDesk, used: Instrument, listed: Instrument): void {
  const { symbol } = used;
  const steps = stepsOf(listed);
  const inUse = stepsOf(used);
  const detail = {
    venue: venue.setup.venue,
    symbol,
    tickUsed: inUse.tick,
    tick: steps.tick,
    lotUsed: inUse.lot,
    lot: steps.lot,
    remedy: 'restart',
  };
  desk.out.push({ type: 'raiseFault', fault: 'symbol.regridded', severity: 'error', detail });
  const reason: Reason = { code: 'INSTRUMENT_CHANGED', ...steps };
  recordMarket(desk, venue, { symbol, outcome: 'skipped', reason });
}

function stepsOf(instrument: Instrument): { readonly tick: string; readonly lot: string } {
  return {
    tick: formatPrice(instrument, price(1)),
    lot: formatQuantity(instrument, lots(1)),
  };
}

function show(instrument: Instrument, name: FilterName): string {
  switch (name) {
    case 'priceMin':
    case 'priceMax':
      return formatPrice(instrument, instrument[name]);
    case 'quantityMin':
    case 'quantityMax':
      return formatQuantity(instrument, instrument[name]);
    case 'notionalMin':
    case 'notionalMax': {
      const value = instrument[name];
      return value === undefined ? 'none' : formatAmount(instrument.quote, value);
    }
  }
}
