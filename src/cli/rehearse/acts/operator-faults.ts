import { z } from 'zod';
import type { Act } from '../act.ts';

const quoteShape = z.object({ bidPrice: z.string() });
const placedShape = z.object({ orderId: z.number(), status: z.string() });
const SYMBOL = 'BTCUSDT';
/** So many orders of the daemon must pass while the stranger rests. */
const ORDERS_MEANWHILE = 3;

export const manualOrder: Act = {
  name: 'manual-order',
  family: 'operator',
  story:
    "a person places an order with the account's own key at the exchange, and cancels it later",
  play: async (night, record) => {
    const { venue } = night;
    const { bidPrice } = await venue.askPublic(`ticker/bookTicker?symbol=${SYMBOL}`, quoteShape);
    const clientOrderId = `by-hand-${venue.operatorIds.length + 1}`;
    venue.operatorIds.push(clientOrderId);
    const sinceMs = night.nowMs();
    const placed = await venue.askSigned(
      'POST',
      'order',
      {
        symbol: SYMBOL,
        side: 'BUY',
        type: 'LIMIT',
        timeInForce: 'GTC',
        quantity: '0.01',
        // Far below the market: it locks money and rests.
        price: (Number(bidPrice) * 0.9).toFixed(2),
        newClientOrderId: clientOrderId,
      },
      placedShape,
    );
    record.injected(`order ${placed.orderId}, ${placed.status}`, sinceMs);
    const told = await night.untilTold(
      ['order.external'],
      sinceMs,
      ({ fields }) => Number(fields['venueOrderId']) === placed.orderId,
    );
    record.detected(`order.external ${placed.orderId}`, told.atMs);
    const before = await venue.placedCount();
    await night.until('orders beside it', async () =>
      (await venue.placedCount()) >= before + ORDERS_MEANWHILE ? true : undefined,
    );
    const id = { symbol: SYMBOL, origClientOrderId: clientOrderId };
    const canceled = await venue.askSigned('DELETE', 'order', id, placedShape);
    if (canceled.status !== 'CANCELED') throw new Error(`the stranger is ${canceled.status}`);
    await night.untilProven();
    record.recovered('never touched, our own orders went on beside it');
  },
};
