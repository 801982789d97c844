import { formatPrice } from '../../domain/instrument.ts';
import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** The limit price reaches an order of our own on the other side. Entries only: an exit may not wait for our own entry to be canceled; the venue's self-trade rule ends one of the two. */
export const selfTrade: RiskCheck = {
  code: 'SELF_TRADE',
  valueName: 'price',
  limitName: 'ownPrice',
  applies: entriesOnly,
  assess: (intent, { instrument, restingOrders }) => {
    const buys = intent.side === 'BUY';
    const met = restingOrders.find(
      (own) =>
        own.side !== intent.side && (buys ? own.price <= intent.price : own.price >= intent.price),
    );
    return {
      value: formatPrice(instrument, intent.price),
      limit: met === undefined ? 'none met' : formatPrice(instrument, met.price),
      passed: met === undefined,
    };
  },
};
