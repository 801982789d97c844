import { formatAmount, formatPrice, formatQuantity } from '../domain/instrument.ts';
import { amount } from '../domain/units.ts';
import type { BookedFill } from '../execution/execution-step.ts';
import type { FillBooking } from '../portfolio/views.ts';
import type { Desk, VenueDesk } from './desk.ts';
import { needPortfolio } from './facts.ts';
import { tellPosition } from './tell-positions.ts';

/** A fill that counts for the first time: into the portfolio, and told. */
export function bookFill(desk: Desk, venue: VenueDesk, booked: BookedFill): void {
  const { fill, order, late, source } = booked;
  const { intent } = order;
  const booking = needPortfolio(desk).applyFill(fill, intent.instrument, intent.strategy);
  tellPosition(desk, venue, intent.strategy, intent.instrument.index);
  if (booking.type === 'duplicate' || desk.recorder === undefined) return;
  const { instrument } = intent;
  const isWhole = order.filledQuantity >= intent.quantity;
  desk.out.push(
    desk.recorder.record({
      atMs: desk.nowMs,
      decisionId: intent.decisionId,
      stage: 'fill',
      venue: fill.venue,
      symbol: fill.symbol,
      strategy: intent.strategy,
      outcome: isWhole ? 'filled' : 'partial',
      reason: { code: late ? 'LATE_FILL' : 'FILL', tradeId: fill.tradeId },
      order,
      venueOrderId: fill.venueOrderId,
      inputs: {
        side: fill.side,
        price: formatPrice(instrument, fill.price),
        quantity: formatQuantity(instrument, fill.quantity),
        quote: formatAmount(instrument.quote, fill.quote),
        fee: formatAmount(feeAsset(instrument, fill.feeAsset), fill.fee),
        feeAsset: fill.feeAsset,
        liquidity: fill.liquidity,
        source,
        tradedAtMs: fill.tradedAtMs,
        ...describePosition(booking),
      },
    }),
  );
  recordClosed(desk, booked, booking);
}

type Booked = Extract<FillBooking, { type: 'booked' }>;

function describePosition({ realized, position }: Booked): Readonly<Record<string, string>> {
  const { instrument } = position;
  return {
    realizedPnl: formatAmount(instrument.quote, realized),
    positionQuantity: formatQuantity(instrument, position.quantity),
    positionDust: formatAmount(instrument.base, position.dust),
    positionCost: formatAmount(instrument.quote, position.cost),
  };
}

/** The position is flat: why it was closed and what it earned, as the last record of the chain that closed it. */
function recordClosed(desk: Desk, { fill, order }: BookedFill, { position }: Booked): void {
  if (fill.side !== 'SELL' || desk.recorder === undefined) return;
  if (position.quantity > 0 && !position.isDust) return;
  const { intent } = order;
  desk.out.push(
    desk.recorder.record({
      atMs: desk.nowMs,
      decisionId: intent.decisionId,
      stage: 'exit',
      venue: fill.venue,
      symbol: fill.symbol,
      strategy: intent.strategy,
      outcome: 'closed',
      reason: intent.reason,
      order,
      venueOrderId: fill.venueOrderId,
      inputs: {
        realizedPnlTotal: formatAmount(intent.instrument.quote, position.realized),
        dust: formatAmount(intent.instrument.base, amount(position.base)),
        fillsCount: position.fillsCount,
      },
    }),
  );
}

function feeAsset(
  { base, quote }: BookedFill['order']['intent']['instrument'],
  name: string,
): { readonly name: string; readonly scale: number } {
  if (base.name === name) return base;
  return quote.name === name ? quote : { name, scale: 8 };
}
