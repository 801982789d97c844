import { invariant } from '../domain/assert.ts';
import {
  type Asset,
  formatAmount,
  formatPrice,
  type Instrument,
  lotsIn,
  notionalOf,
  notionalUnit,
} from '../domain/instrument.ts';
import type { TopOfBook } from '../domain/market.ts';
import type { Side } from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import { type Amount, amount, type Lots, lots, type Price } from '../domain/units.ts';
import type { QuoteRate } from './facts.ts';
import { BPS_WHOLE, bpsParts, limitPriceThrough } from './limit-price.ts';
import type { RiskLimits, SizingSettings } from './limits.ts';
import { limitAmount } from './worth.ts';

/** What the size of an entry depends on. Balances are what we may use, not all that is there. */
export interface EntryToSize {
  readonly instrument: Instrument;
  readonly side: Side;
  readonly top: TopOfBook;
  /** Ticks between the entry and the stop that will leave it. For `riskPerTrade`. */
  readonly stopDistanceTicks: number;
  readonly accountQuote: Asset;
  /** In the account's quote. `undefined`: not verified, then only `fixedNotional` can size. */
  readonly equity: Amount | undefined;
  readonly quoteRate: QuoteRate | undefined;
  /** In the instrument's quote and base. */
  readonly freeQuote: Amount;
  readonly freeBase: Amount;
}

/** What an exit needs: all whole lots of a position go; the rest is dust. */
export interface ExitToSize {
  readonly instrument: Instrument;
  readonly side: Side;
  readonly top: TopOfBook;
  /** Coins held, at the base's scale. */
  readonly base: Amount;
}

/** What ended up deciding a quantity. */
export type SizeBound =
  | 'method'
  | 'maxPerOrder'
  | 'freeBalance'
  | 'venueQuantityMax'
  | 'venueNotionalMax'
  | 'position';

/** Price and quantity of a LIMIT IOC order, or why there is none; with the numbers for the decision record. */
export type Sized =
  | {
      readonly type: 'sized';
      readonly price: Price;
      readonly quantity: Lots;
      readonly boundBy: SizeBound;
      readonly inputs: Readonly<Record<string, number | string>>;
    }
  | {
      readonly type: 'unsized';
      readonly reason: Reason;
      readonly inputs: Readonly<Record<string, number | string>>;
    };

interface Bound {
  readonly by: SizeBound;
  readonly lots: bigint;
}

/**
 * Sizes an entry: what the method wants, but never more than one order may be worth, than is free, or
 * than the venue takes; floored to the lot. Integers throughout, every division rounded down.
 */
export function sizeEntry(entry: EntryToSize, settings: SizingSettings, limits: RiskLimits): Sized {
  const { instrument, side, quoteRate: rate, accountQuote } = entry;
  const price = limitPriceThrough(instrument, entry.top, side, {
    throughTicks: settings.entryThroughTicks,
    throughBps: settings.entryThroughBps,
    collarBps: limits.priceCollarBps,
  });
  const inputs: Record<string, number | string> = {
    method: settings.method,
    limitPrice: formatPrice(instrument, price),
    freeQuote: formatAmount(instrument.quote, entry.freeQuote),
    freeBase: formatAmount(instrument.base, entry.freeBase),
  };
  if (rate === undefined) {
    return { type: 'unsized', reason: { code: 'NO_REFERENCE_PRICE', of: 'quoteRate' }, inputs };
  }
  const wanted = lotsByMethod(entry, settings, price, rate);
  if (typeof wanted !== 'bigint') return { type: 'unsized', reason: wanted, inputs };

  const lotValue = BigInt(price) * notionalUnit(instrument);
  const orderMax = limitAmount(limits.orderNotionalMax, accountQuote);
  const bounds: Bound[] = [
    { by: 'method', lots: wanted },
    { by: 'maxPerOrder', lots: inInstrumentQuote(orderMax, rate) / lotValue },
    {
      by: 'freeBalance',
      lots:
        side === 'BUY' ? entry.freeQuote / lotValue : BigInt(lotsIn(instrument, entry.freeBase)),
    },
    ...venueBounds(instrument, lotValue),
  ];
  inputs['wantedLots'] = Number(wanted);
  inputs['stopDistanceTicks'] = entry.stopDistanceTicks;
  return finish(instrument, price, bounds, inputs);
}

/** Sizes an exit: every whole lot of the position, at a price beyond the other side of the book. */
export function sizeExit(exit: ExitToSize, settings: SizingSettings, limits: RiskLimits): Sized {
  const { instrument, base } = exit;
  const price = limitPriceThrough(instrument, exit.top, exit.side, {
    throughTicks: settings.exitThroughTicks,
    throughBps: settings.exitThroughBps,
    collarBps: limits.exitPriceCollarBps,
  });
  const bounds: Bound[] = [
    { by: 'position', lots: BigInt(lotsIn(instrument, base)) },
    ...venueBounds(instrument, BigInt(price) * notionalUnit(instrument)),
  ];
  const inputs = {
    limitPrice: formatPrice(instrument, price),
    base: formatAmount(instrument.base, base),
  };
  return finish(instrument, price, bounds, inputs);
}

function lotsByMethod(
  entry: EntryToSize,
  settings: SizingSettings,
  price: Price,
  rate: QuoteRate,
): bigint | Reason {
  const unit = notionalUnit(entry.instrument);
  if (settings.method === 'fixedNotional') {
    const value = limitAmount(settings.orderNotional, entry.accountQuote);
    return inInstrumentQuote(value, rate) / (BigInt(price) * unit);
  }
  if (entry.equity === undefined) return { code: 'EQUITY_UNVERIFIED', state: 'unverified' };
  const stop = entry.stopDistanceTicks;
  if (!Number.isSafeInteger(stop) || stop <= 0) {
    return { code: 'VALIDATION_FAILED', stopDistanceTicks: stop, stopDistanceTicksMin: 1 };
  }
  const equity = entry.equity > 0n ? entry.equity : amount(0n);
  const atRisk = (equity * bpsParts(settings.riskPerTradeBps)) / BPS_WHOLE;
  // One lot loses the way to the stop and the fee of both fills, the second one too at the entry's price.
  const lotRisk =
    (BigInt(stop) * BPS_WHOLE + 2n * bpsParts(settings.takerFeeBps) * BigInt(price)) * unit;
  return (inInstrumentQuote(amount(atRisk), rate) * BPS_WHOLE) / lotRisk;
}

/** The largest amount of the instrument's quote that is worth no more than `value` of the account's. */
function inInstrumentQuote(value: Amount, rate: QuoteRate): bigint {
  invariant(rate.accountUnits > 0n && rate.quoteUnits > 0n, 'a quote rate is positive');
  return (value * rate.quoteUnits) / rate.accountUnits;
}

function venueBounds(instrument: Instrument, lotValue: bigint): Bound[] {
  const bounds: Bound[] = [{ by: 'venueQuantityMax', lots: BigInt(instrument.quantityMax) }];
  if (instrument.notionalMax !== undefined) {
    bounds.push({ by: 'venueNotionalMax', lots: instrument.notionalMax / lotValue });
  }
  return bounds;
}

function finish(
  instrument: Instrument,
  price: Price,
  bounds: readonly Bound[],
  inputs: Readonly<Record<string, number | string>>,
): Sized {
  const least = bounds.reduce((a, b) => (b.lots < a.lots ? b : a));
  const quantity = lots(Number(least.lots > 0n ? least.lots : 0n));
  const quantityMin = Math.max(1, instrument.quantityMin);
  if (quantity < quantityMin) {
    const reason: Reason = {
      code: 'QUANTITY_BELOW_MINIMUM',
      quantityLots: quantity,
      limitLots: quantityMin,
      boundBy: least.by,
    };
    return { type: 'unsized', reason, inputs };
  }
  const notional = notionalOf(instrument, price, quantity);
  if (notional < instrument.notionalMin) {
    const reason: Reason = {
      code: 'NOTIONAL_BELOW_MINIMUM',
      notional: formatAmount(instrument.quote, notional),
      limit: formatAmount(instrument.quote, instrument.notionalMin),
      boundBy: least.by,
    };
    return { type: 'unsized', reason, inputs };
  }
  return { type: 'sized', price, quantity, boundBy: least.by, inputs };
}
