import type { Effect } from '../domain/effect.ts';
import { formatPrice, formatQuantity } from '../domain/instrument.ts';
import { encodeRow } from '../journal/row-codec.ts';

/** What an event caused and a person may ask about later. Everything else a desk asks for can be read off these. */
export const OUTCOME_KINDS = ['decision', 'row', 'place', 'cancel', 'stop'] as const;
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

const NOTHING: readonly string[] = Object.freeze([]);

/**
 * The outcomes of an effect as text, each a kind, a space and JSON on one line, the same for equal
 * effects: decision records, journal rows, orders and cancels that leave, the end of the process.
 */
export function outcomesOf(effect: Effect): readonly string[] {
  switch (effect.type) {
    case 'recordDecision':
      return [`decision ${JSON.stringify(effect.record)}`];
    case 'appendRows':
      return effect.rows.map((row) => `row ${encodeRow(row)}`);
    case 'persistIntent': {
      const { order, checks, atMs } = effect;
      return [`row ${encodeRow({ type: 'intent', atMs, intent: order, checks })}`];
    }
    case 'persistSubmitted':
      return [`row ${encodeRow(effect.row)}`];
    case 'placeOrder':
      return [`place ${JSON.stringify(describeOrder(effect))}`];
    case 'cancelOrder': {
      const { venue, instrument, clientOrderId } = effect;
      return [`cancel ${JSON.stringify({ venue, symbol: instrument.symbol, clientOrderId })}`];
    }
    case 'stopProcess': {
      const { exitCode, cause } = effect;
      return [`stop ${JSON.stringify({ exitCode, cause })}`];
    }
    default:
      return NOTHING;
  }
}

/** What is signed and sent. */
function describeOrder({
  order,
  timestampMs,
  recvWindowMs,
}: Extract<Effect, { type: 'placeOrder' }>) {
  const { instrument, clientOrderId, venue, symbol, side, type, timeInForce } = order;
  const price = formatPrice(instrument, order.price);
  const quantity = formatQuantity(instrument, order.quantity);
  const what = { clientOrderId, venue, symbol, side, type, timeInForce, price, quantity };
  return { ...what, timestampMs, recvWindowMs };
}

/** Its kind and the values of its JSON; `undefined` for a text that is no outcome of ours. */
export function parseOutcome(
  text: string,
): { readonly kind: OutcomeKind; readonly value: Readonly<Record<string, unknown>> } | undefined {
  const end = text.indexOf(' ');
  const kind = OUTCOME_KINDS.find((each) => each === text.slice(0, end));
  if (kind === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text.slice(end + 1));
    return isRecord(value) ? { kind, value } : undefined;
  } catch {
    // Damaged: whoever compares it sees that it differs.
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
