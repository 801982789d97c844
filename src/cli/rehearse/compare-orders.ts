import { formatFixed } from '../../domain/decimal.ts';
import { formatPrice, formatQuantity } from '../../domain/instrument.ts';
import type { OrderIntent, OrderStateName } from '../../domain/order.ts';
import type { ProjectedOrder } from '../../sim/checkers/projected-orders.ts';
import type { AccountTruth } from './exchange-truth.ts';
import { toUnits } from './journal-orders.ts';

const SCALE = 8;
const ONE = 10n ** BigInt(SCALE);

type OrderTruth = AccountTruth['orders'][number];

/** The journal's word for each status of the exchange. */
const STATES: Readonly<Record<string, OrderStateName>> = {
  NEW: 'ACCEPTED',
  PARTIALLY_FILLED: 'PARTIALLY_FILLED',
  FILLED: 'FILLED',
  CANCELED: 'CANCELED',
  EXPIRED: 'EXPIRED',
  EXPIRED_IN_MATCH: 'EXPIRED',
  REJECTED: 'REJECTED',
};

/** Where an order that both sides have is another one there, or in another state: a sentence each. */
export function compareOrder(order: ProjectedOrder, there: OrderTruth): readonly string[] {
  const { clientOrderId: id, status } = there;
  const found: string[] = [];
  if (STATES[status] !== order.state) {
    found.push(`order ${id} is ${status} there, the journal says ${order.state}`);
  }
  const asked = tellIntent(order.intent);
  const taken = tellOrder(there);
  if (asked !== taken) found.push(`order ${id} is ${taken} there, the journal says ${asked}`);
  return found;
}

function tellIntent({ instrument, symbol, side, price, quantity }: OrderIntent): string {
  const units = [formatQuantity(instrument, quantity), formatPrice(instrument, price)].map(plain);
  return `${side} ${units[0]} ${symbol.replace('/', '')} at ${units[1]}`;
}

function tellOrder({ symbol, side, price, origQty }: OrderTruth): string {
  return `${side} ${plain(origQty)} ${symbol} at ${plain(price)}`;
}

/** The same number in the same digits. */
function plain(text: string): string {
  return formatFixed(toUnits(text), SCALE).replace(/\.?0+$/, '');
}

const RESTING: readonly string[] = ['NEW', 'PARTIALLY_FILLED'];

/** Assets of which more or less is locked than the orders that rest there hold, whoever placed them. */
export function compareLocked({ balances, orders }: AccountTruth): readonly string[] {
  const held = new Map<string, bigint>();
  for (const order of orders) {
    if (!RESTING.includes(order.status)) continue;
    const rest = toUnits(order.origQty) - toUnits(order.executedQty);
    // Every symbol of the night is quoted in USDT.
    const asset = order.side === 'BUY' ? 'USDT' : order.symbol.replace(/USDT$/, '');
    const amount = order.side === 'BUY' ? (rest * toUnits(order.price)) / ONE : rest;
    held.set(asset, (held.get(asset) ?? 0n) + amount);
  }
  return balances.flatMap(({ asset, locked }) => {
    const [there, expected] = [toUnits(locked), held.get(asset) ?? 0n].map((units) =>
      formatFixed(units, SCALE),
    );
    return there === expected
      ? []
      : [`${asset}: ${there} is locked there, and orders that rest hold ${expected}`];
  });
}
