import { clientOrderId, tradeId, venueOrderId } from '../../src/domain/ids.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import { lots, price } from '../../src/domain/units.ts';
import { BTC_USDT, makeFill, makeIntent, NOON_MS } from './trading.ts';

export const REGRIDDED = clientOrderId('ov1');
const atMs = NOON_MS;
const ours = { atMs, clientOrderId: REGRIDDED } as const;

/** A lot is a hundred of those of `BTC_USDT`. */
export const COARSE: Instrument = { ...BTC_USDT, lotDecimals: 3 };

/** Rows of an order of 0.005 BTC at 60,000 in coarse lots: one is filled, then seven and a half of a tenth of one. */
export function regriddedRows(): readonly JournalRow[] {
  const intent = makeIntent({ clientOrderId: REGRIDDED, instrument: COARSE, quantity: lots(5) });
  const filled = (trade: string, quantity: number, instrument: Instrument): JournalRow => {
    const told = { tradeId: tradeId(trade), venueOrderId: venueOrderId('7') };
    const fill = makeFill(
      { ...told, quantity: lots(quantity), price: price(6_000_000) },
      instrument,
    );
    return { type: 'filled', ...ours, fill, source: 'query', late: false };
  };
  return [
    { type: 'intent', atMs, intent, checks: [] },
    {
      type: 'submitted',
      ...ours,
      sentAtMs: atMs,
      leaseEndMs: atMs,
      payloadHash: '',
      sendAttempts: 1,
    },
    filled('41', 1, COARSE),
    { type: 'regridded', ...ours, instrument: BTC_USDT },
    filled('42', 75, BTC_USDT),
    {
      type: 'reported',
      ...ours,
      venueOrderId: venueOrderId('7'),
      state: 'CANCELED',
      filledQuantity: lots(175),
      source: 'query',
      text: 'CANCELED',
    },
  ];
}
