import { formatPrice, formatQuantity, type Instrument } from '../domain/instrument.ts';
import type { Reason } from '../domain/reason.ts';
import type { Desk, VenueDesk } from './desk.ts';

const BPS = 10_000;

/** The market of one symbol as it is now: the first record of every chain. */
export function snapshotOf(
  desk: Desk,
  venue: VenueDesk,
  instrument: Instrument,
): {
  readonly reason: Reason;
  readonly inputs: Readonly<Record<string, number | string | boolean>>;
} {
  const { feed } = venue;
  const top = feed.top(instrument.index);
  const book = feed.book(instrument.index);
  const { fresh, cause, ageMs, limitMs } = feed.assessFreshness(instrument.index, desk.nowMs);
  const code = fresh ? 'DATA_USABLE' : 'STALE_DATA';
  const age = Number.isFinite(ageMs) ? round(ageMs) : 'never';
  const eventLagMs = feed.eventLagMs(instrument.index);
  if (top === undefined) return { reason: { code: 'NO_REFERENCE_PRICE' }, inputs: {} };
  const spreadTicks = top.askPrice - top.bidPrice;
  return {
    reason: { code, ageMs: age, limitMs, ...(cause === undefined ? {} : { cause }) },
    inputs: {
      bid: formatPrice(instrument, top.bidPrice),
      bidQuantity: formatQuantity(instrument, top.bidQuantity),
      ask: formatPrice(instrument, top.askPrice),
      askQuantity: formatQuantity(instrument, top.askQuantity),
      spreadBps: round((spreadTicks * BPS * 2) / (top.askPrice + top.bidPrice)),
      updateId: top.updateId,
      ageMs: age,
      ageLimitMs: limitMs,
      bookSynced: book?.isSynced ?? false,
      bookUpdateId: book?.updateId ?? 'none',
      eventLagMs: eventLagMs === undefined ? 'never' : round(eventLagMs),
      clockOffsetMs: round(feed.clockOffsetMs() ?? 0),
      mode: desk.mode.mode,
    },
  };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
