import {
  formatAmount,
  type Instrument,
  type SymbolId,
  type VenueId,
} from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { Reason } from '../domain/reason.ts';
import { amount } from '../domain/units.ts';
import type { Listed } from '../domain/venue.ts';
import type { ExitWish } from '../portfolio/views.ts';
import { type Desk, keyOf, type VenueDesk } from './desk.ts';
import { recordMarket } from './record-market.ts';

/** An exit that cannot leave is told so often. */
const STUCK_EVERY_MS = 600_000;

/** Why this start does without a symbol. */
export type AbsentCause =
  /** The venue does not list it. */
  | 'missing'
  /** Its entry cannot be read: a filter that we do not understand, say. */
  | 'unreadable'
  /** It is not in the settings any more, and not everything of it has ended. */
  | 'unconfigured'
  /** It is not in the settings, and nothing of it is left: no trouble any more. */
  | 'ended'
  /** The venue lists it again: a restart takes it. */
  | 'relisted';

/**
 * A symbol without data, strategies and orders in this life. What the journal knows of it stays: its
 * orders are asked about, its fills are booked, its coins are counted; none of it is traded.
 */
export interface AbsentSymbol {
  readonly symbol: SymbolId;
  readonly cause: AbsentCause;
  /** What cannot be read. */
  readonly text: string;
  /** As it was when we last traded it; `undefined`: never, as far as the journal knows. */
  readonly instrument: Instrument | undefined;
}

/** What the journal holds of a venue, told in the places that symbols have in this life. */
export interface Placed {
  readonly rows: readonly JournalRow[];
  /** Symbols of the journal that are not furnished. Their places come after all that are. */
  readonly strangers: readonly Instrument[];
}

/**
 * `Instrument.index` is a place of one life: with a symbol more or less in the list it is another one's.
 * An intent that came back under its old place would be looked up as that other symbol.
 */
export function placeJournal(
  rows: readonly JournalRow[],
  venue: VenueId,
  furnished: readonly Instrument[],
): Placed {
  const places = new Map(furnished.map(({ symbol, index }) => [symbol, index]));
  const strangers = new Map<SymbolId, Instrument>();
  const placed = rows.map((row): JournalRow => {
    if (row.type !== 'intent' || row.intent.venue !== venue) return row;
    const { instrument } = row.intent;
    const { symbol } = instrument;
    const index = places.get(symbol) ?? places.size;
    places.set(symbol, index);
    if (index >= furnished.length) strangers.set(symbol, { ...instrument, index, status: 'OTHER' });
    if (index === instrument.index) return row;
    return { ...row, intent: { ...row.intent, instrument: { ...instrument, index } } };
  });
  return { rows: placed, strangers: [...strangers.values()] };
}

/** Once orders and positions are restored: whatever is not furnished, and what the journal has of it. */
export function setAbsent(
  desk: Desk,
  venue: VenueDesk,
  listed: readonly Listed[],
  strangers: readonly Instrument[],
): void {
  const absent: AbsentSymbol[] = [];
  for (const each of listed) {
    if (each.type === 'listed') continue;
    const { type: cause, symbol } = each;
    const text = each.type === 'unreadable' ? each.text : '';
    const instrument = strangers.find((stranger) => stranger.symbol === symbol);
    absent.push({ symbol, cause, text, instrument });
  }
  for (const instrument of strangers) {
    const { symbol } = instrument;
    if (listed.some((each) => each.symbol === symbol)) continue;
    const stranger: AbsentSymbol = { symbol, cause: 'unconfigured', text: '', instrument };
    if (isLeft(desk, venue, stranger)) absent.push(stranger);
  }
  venue.absent = absent;
  useKnown(venue);
  for (const { instrument } of absent) {
    if (instrument !== undefined) desk.portfolio?.useInstrument(instrument);
  }
}

/** Orders and fills must be understood of all that we trade and of all that we once traded. */
export function useKnown({ instruments, absent, orders, stream }: VenueDesk): void {
  const known = [...instruments, ...absent.flatMap(({ instrument }) => instrument ?? [])];
  orders.useInstruments(known);
  stream.useInstruments(known);
}

/** At the start: one fault and one record for each symbol that this life does without. */
export function tellAbsent(desk: Desk, venue: VenueDesk): void {
  for (const absent of venue.absent) tellOne(desk, venue, absent);
}

function tellOne(desk: Desk, venue: VenueDesk, absent: AbsentSymbol): void {
  const { symbol, cause, text } = absent;
  const { held, openOrdersCount } = findOpen(desk, venue, absent);
  const open = { held: held ?? '0', openOrdersCount };
  const told = { cause, ...(text === '' ? {} : { text }), ...open };
  const isOpen = held !== undefined || openOrdersCount > 0;
  desk.out.push({
    type: 'raiseFault',
    fault: 'symbol.halted',
    severity: isOpen ? 'error' : 'warn',
    detail: { venue: venue.setup.venue, symbol, status: 'OTHER', ...told },
  });
  const reason: Reason = { code: 'INSTRUMENT_NOT_FOUND', ...told };
  recordMarket(desk, venue, { symbol, outcome: 'skipped', reason });
}

/** What a later question said of a symbol that this life does without; told when it is news. */
export function takeAbsent(desk: Desk, venue: VenueDesk, listed: Listed): void {
  const before = venue.absent.find(({ symbol }) => symbol === listed.symbol);
  // Of a symbol that is not in the settings nobody asks.
  if (before === undefined || before.cause === 'unconfigured' || before.cause === 'ended') return;
  const { symbol } = before;
  const cause = listed.type === 'listed' ? 'relisted' : listed.type;
  if (cause === before.cause) return;
  const text = listed.type === 'unreadable' ? listed.text : '';
  const now: AbsentSymbol = { ...before, cause, text };
  venue.absent = venue.absent.map((each) => (each === before ? now : each));
  if (listed.type !== 'listed') {
    tellOne(desk, venue, now);
    return;
  }
  const { status } = listed.instrument;
  const message = 'the venue lists the symbol again: a restart takes it';
  const detail = { venue: venue.setup.venue, symbol, status, remedy: 'restart' };
  desk.out.push({ type: 'logChange', event: 'symbol.relisted', message, detail });
  const reason: Reason = { code: 'INSTRUMENT_NOT_FOUND', cause, status, remedy: 'restart' };
  recordMarket(desk, venue, { symbol, outcome: 'skipped', reason });
}

/** On each tick: whether something is left of what the settings do not name; told when it is news. */
export function watchUnconfigured(desk: Desk, venue: VenueDesk): void {
  for (const before of venue.absent) {
    if (before.cause !== 'unconfigured' && before.cause !== 'ended') continue;
    const cause = isLeft(desk, venue, before) ? 'unconfigured' : 'ended';
    if (cause === before.cause) continue;
    const now: AbsentSymbol = { ...before, cause };
    venue.absent = venue.absent.map((each) => (each === before ? now : each));
    if (cause === 'unconfigured') {
      tellOne(desk, venue, now);
      continue;
    }
    const message = 'everything of a symbol that is not in the settings has ended';
    const detail = { venue: venue.setup.venue, symbol: before.symbol };
    desk.out.push({ type: 'logChange', event: 'symbol.ended', message, detail });
  }
}

function isLeft(desk: Desk, venue: VenueDesk, absent: AbsentSymbol): boolean {
  const { held, openOrdersCount } = findOpen(desk, venue, absent);
  return held !== undefined || openOrdersCount > 0 || venue.orders.isUnsettled(absent.symbol);
}

/** An exit of a symbol that this life does without. It stays held, and that is said now and then. */
export function tellStuck(desk: Desk, venue: VenueDesk, exit: ExitWish): void {
  const { instrument, strategy } = exit;
  const absent = venue.absent.find(({ symbol }) => symbol === instrument.symbol);
  if (absent === undefined || instrument.venue !== venue.setup.venue) return;
  const key = keyOf(strategy, instrument);
  if (desk.nowMs < (venue.exitRetryAtMs.get(key) ?? 0) || desk.recorder === undefined) return;
  venue.exitRetryAtMs.set(key, desk.nowMs + STUCK_EVERY_MS);
  desk.out.push(
    desk.recorder.record({
      atMs: desk.nowMs,
      decisionId: venue.orders.nextDecisionId(),
      stage: 'exit',
      venue: venue.setup.venue,
      symbol: instrument.symbol,
      strategy,
      outcome: 'denied',
      reason: { code: 'INSTRUMENT_NOT_FOUND', cause: absent.cause },
      inputs: { exit: exit.reason.code, held: formatAmount(instrument.base, exit.base) },
    }),
  );
}

/** In words, for whoever asks why we are not ready; `undefined`: it is no reason. */
export function describeAbsent(
  desk: Desk,
  venue: VenueDesk,
  absent: AbsentSymbol,
): string | undefined {
  if (absent.cause === 'ended') return undefined;
  const { held, openOrdersCount } = findOpen(desk, venue, absent);
  const base = absent.instrument?.base.name ?? '';
  const told = [describeCause(absent)];
  if (held !== undefined) {
    told.push(`${held} ${base} is held and cannot be valued or sold, so every entry is denied`);
  }
  if (openOrdersCount > 0) told.push(`orders without a proven end: ${openOrdersCount}`);
  return `${absent.symbol}: ${told.join('; ')}`;
}

function describeCause({ cause, text }: AbsentSymbol): string {
  switch (cause) {
    case 'missing':
      return 'the venue does not list it';
    case 'unreadable':
      return `its listing cannot be read (${text})`;
    case 'unconfigured':
      return 'it is not in the settings, and not everything of it has ended';
    case 'ended':
      return 'it is not in the settings';
    case 'relisted':
      return 'the venue lists it again: restart to trade it';
  }
}

/** Coins in whole lots, as decimal text, and orders that have not ended. */
function findOpen(
  desk: Desk,
  venue: VenueDesk,
  { symbol, instrument }: AbsentSymbol,
): { readonly held: string | undefined; readonly openOrdersCount: number } {
  const openOrders = venue.orders.openOrders().filter(({ intent }) => intent.symbol === symbol);
  const positions = (desk.portfolio?.listPositions() ?? []).filter(
    (position) =>
      position.instrument.symbol === symbol && position.instrument.venue === venue.setup.venue,
  );
  const sum = positions
    .filter(({ isDust }) => !isDust)
    .reduce((total, { base }) => total + base, 0n);
  const held =
    sum === 0n || instrument === undefined ? undefined : formatAmount(instrument.base, amount(sum));
  return { held, openOrdersCount: openOrders.length };
}
