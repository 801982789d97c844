import { type ClientOrderId, tradeId, venueOrderId } from '../../../src/domain/ids.ts';
import { type Instrument, notionalOf } from '../../../src/domain/instrument.ts';
import type { Fill, OrderIntent, OrderReport } from '../../../src/domain/order.ts';
import { amount, lots, unixMs } from '../../../src/domain/units.ts';
import type { VenueQuestion } from '../../../src/domain/venue.ts';
import type { Said } from './plain-codec.ts';

interface Held {
  readonly intent: OrderIntent;
  readonly venueOrderId: string;
  status: OrderReport['status'];
  readonly fills: Fill[];
  readonly takenAtMs: number;
}

const NOT_FOUND = {
  type: 'notFound',
  proof: { httpStatus: 400, code: -2013, text: 'Order does not exist.' },
} as const;

/** The truth about orders at a venue: what it took, what it filled, what it answers to questions. */
export class PlainVenue {
  readonly held = new Map<ClientOrderId, Held>();
  /** All trades of the account, oldest first. */
  readonly trades: Fill[] = [];
  /** Questions about single orders say that they do not exist: a replica that lags. */
  isBlind = false;
  /** Every question fails. */
  isDown = false;
  /** Second orders under an id that had one before. */
  readonly #repeated: OrderReport[] = [];
  #orders = 0;

  take(intent: OrderIntent, atMs: number): OrderReport {
    if (this.held.has(intent.clientOrderId)) throw new Error('the venue got an id twice');
    this.#orders += 1;
    this.held.set(intent.clientOrderId, {
      intent,
      venueOrderId: String(1000 + this.#orders),
      status: 'NEW',
      fills: [],
      takenAtMs: atMs,
    });
    return this.report(intent.clientOrderId, atMs);
  }

  /** Fills some lots and tells of it as an event would: with this one fill. */
  fill(id: ClientOrderId, quantity: number, atMs: number): OrderReport {
    const order = this.#get(id);
    const { intent } = order;
    const fill: Fill = {
      venue: intent.venue,
      symbol: intent.symbol,
      tradeId: tradeId(String(this.trades.length + 1)),
      venueOrderId: venueOrderId(order.venueOrderId),
      clientOrderId: undefined,
      side: intent.side,
      price: intent.price,
      quantity: lots(quantity),
      quote: notionalOf(intent.instrument, intent.price, lots(quantity)),
      fee: amount(0n),
      feeAsset: 'USDT',
      liquidity: 'TAKER',
      tradedAtMs: unixMs(atMs),
    };
    order.fills.push(fill);
    this.trades.push(fill);
    if (filledOf(order) >= intent.quantity) order.status = 'FILLED';
    else if (order.status === 'NEW') order.status = 'PARTIALLY_FILLED';
    return this.report(id, atMs, [fill]);
  }

  /** A trade of somebody else on the same account. */
  foreignTrade(instrument: Instrument, atMs: number): Fill {
    const fill: Fill = {
      venue: instrument.venue,
      symbol: instrument.symbol,
      tradeId: tradeId(String(this.trades.length + 1)),
      venueOrderId: venueOrderId('77'),
      clientOrderId: undefined,
      side: 'BUY',
      price: instrument.priceMax,
      quantity: lots(1),
      quote: notionalOf(instrument, instrument.priceMax, lots(1)),
      fee: amount(0n),
      feeAsset: 'USDT',
      liquidity: 'TAKER',
      tradedAtMs: unixMs(atMs),
    };
    this.trades.push(fill);
    return fill;
  }

  /** A box in the middle brings the request of a filled order once more: it is taken, and filled, under another number. */
  repeat(id: ClientOrderId, atMs: number): Fill {
    const { intent, status } = this.#get(id);
    if (status !== 'FILLED') throw new Error(`${id} still works: its id is taken`);
    const fill = { ...this.foreignTrade(intent.instrument, atMs), side: intent.side };
    const second = { ...fill, quantity: intent.quantity, venueOrderId: venueOrderId('copy') };
    this.trades.splice(-1, 1, second);
    const { venueOrderId: of } = second;
    this.#repeated.push({ ...this.report(id, atMs), venueOrderId: of, fills: [] });
    return second;
  }

  end(id: ClientOrderId, status: 'CANCELED' | 'EXPIRED', atMs: number): OrderReport {
    const order = this.#get(id);
    if (order.status === 'NEW' || order.status === 'PARTIALLY_FILLED') order.status = status;
    return this.report(id, atMs);
  }

  isWorking(id: ClientOrderId): boolean {
    const status = this.held.get(id)?.status;
    return status === 'NEW' || status === 'PARTIALLY_FILLED';
  }

  report(id: ClientOrderId, atMs: number, fills: readonly Fill[] = []): OrderReport {
    const order = this.#get(id);
    return {
      instrument: order.intent.instrument,
      symbol: order.intent.symbol,
      clientOrderId: id,
      venueOrderId: venueOrderId(order.venueOrderId),
      side: order.intent.side,
      status: order.status,
      text: order.status === 'EXPIRED' ? 'EXPIRED' : '',
      price: order.intent.price,
      quantity: order.intent.quantity,
      filledQuantity: lots(filledOf(order)),
      filledQuote: amount(order.fills.reduce((sum, fill) => sum + fill.quote, 0n)),
      updatedAtMs: unixMs(atMs),
      fills,
    };
  }

  /** Lots of the symbol that the account really holds. */
  heldLots(symbol: string): number {
    return this.trades
      .filter((fill) => fill.symbol === symbol)
      .reduce((sum, fill) => sum + (fill.side === 'BUY' ? fill.quantity : -fill.quantity), 0);
  }

  answerTo(question: VenueQuestion, atMs: number): Said {
    if (this.isDown) return {};
    switch (question.type) {
      case 'serverTime':
        return { time: { type: 'value', value: { serverAtMs: unixMs(atMs) } } };
      case 'account':
        return {
          account: {
            type: 'value',
            value: { canTrade: true, balances: [], updatedAtMs: unixMs(atMs) },
          },
        };
      case 'openOrders': {
        const value = [...this.held.keys()]
          .filter((id) => !this.isBlind && this.isWorking(id))
          .map((id) => this.report(id, atMs));
        return { orders: { type: 'value', value } };
      }
      case 'ordersSince': {
        const value = [...this.held.entries()]
          .filter(([, order]) => !this.isBlind && order.takenAtMs >= question.sinceMs)
          .map(([id]) => this.report(id, atMs));
        return { orders: { type: 'value', value: [...value, ...this.#repeated] } };
      }
      case 'orderByClientId': {
        const id = question.clientOrderId;
        if (this.isBlind || !this.held.has(id)) return { order: NOT_FOUND };
        return { order: { type: 'value', value: this.report(id, atMs) } };
      }
      case 'fillsFrom': {
        const { instrument, fromTradeId = 0 } = question;
        const fills = this.trades.filter(
          ({ symbol, tradeId: id }) => symbol === instrument.symbol && Number(id) >= fromTradeId,
        );
        return { fills: { type: 'value', value: { instrument, fills } } };
      }
      default:
        return {};
    }
  }

  #get(id: ClientOrderId): Held {
    const order = this.held.get(id);
    if (order === undefined) throw new Error(`the venue does not have ${id}`);
    return order;
  }
}

function filledOf(order: { readonly fills: readonly Fill[] }): number {
  return order.fills.reduce((sum, fill) => sum + fill.quantity, 0);
}
