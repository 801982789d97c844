import { hasGridOf, type Instrument } from '../domain/instrument.ts';

/**
 * Every order carries the instrument it was priced on, and thousands carry the same one: in a
 * checkpoint each different one stands once.
 */
export class InstrumentTable {
  readonly #all: Instrument[] = [];

  /** The place of an instrument with exactly these fields. */
  placeOf(instrument: Instrument): number {
    const place = this.#all.findIndex((each) => each === instrument || isSame(each, instrument));
    return place === -1 ? this.#all.push(instrument) - 1 : place;
  }

  list(): readonly Instrument[] {
    return this.#all;
  }
}

/** Journal rows are decoded one by one: equal instruments need not be one object. */
function isSame(one: Instrument, other: Instrument): boolean {
  return (
    one.index === other.index &&
    one.venue === other.venue &&
    one.symbol === other.symbol &&
    one.venueSymbol === other.venueSymbol &&
    one.version === other.version &&
    one.status === other.status &&
    one.base.name === other.base.name &&
    one.base.scale === other.base.scale &&
    one.quote.name === other.quote.name &&
    one.quote.scale === other.quote.scale &&
    hasGridOf(one, other) &&
    one.priceMin === other.priceMin &&
    one.priceMax === other.priceMax &&
    one.quantityMin === other.quantityMin &&
    one.quantityMax === other.quantityMax &&
    one.notionalMin === other.notionalMin &&
    one.notionalMax === other.notionalMax
  );
}
