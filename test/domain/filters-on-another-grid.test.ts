import { expect, test } from 'vitest';
import { formatPrice, formatQuantity, type Instrument } from '../../src/domain/instrument.ts';
import { filtersOn } from '../../src/domain/regrid.ts';
import { amount, lots, price } from '../../src/domain/units.ts';
import { makeInstrument } from '../support/frames.ts';

const used: Instrument = {
  ...makeInstrument(0),
  tickDecimals: 2,
  tickUnits: 1,
  lotDecimals: 3,
  lotUnits: 1,
};

function boundsOf(listed: Partial<Instrument>): readonly string[] {
  const on = { ...used, ...filtersOn(used, { ...used, ...listed }) };
  return [
    formatPrice(on, on.priceMin),
    formatPrice(on, on.priceMax),
    formatQuantity(on, on.quantityMin),
    formatQuantity(on, on.quantityMax),
  ];
}

// A bound that is rounded the wrong way lets an order out that the venue refuses.
test('filters of another grid, counted in our steps, let nothing pass that the venue would not take', () => {
  const bounds = {
    priceMin: price(15),
    priceMax: price(99_995),
    quantityMin: lots(15),
    quantityMax: lots(99_995),
  };
  const coarser = { tickDecimals: 1, tickUnits: 1, lotDecimals: 2, lotUnits: 1, ...bounds };
  expect(boundsOf(coarser)).toEqual(['1.5', '9999.5', '0.15', '999.95']);

  const finer = { tickDecimals: 3, tickUnits: 1, lotDecimals: 4, lotUnits: 1, ...bounds };
  expect(boundsOf(finer)).toEqual(['0.02', '99.99', '0.002', '9.999']);
});

test('a bound that is switched off stays so on every grid, and the value of an order knows no steps', () => {
  const off = price(Number.MAX_SAFE_INTEGER);
  const listed = { ...used, tickDecimals: 1, priceMax: off, notionalMin: amount(7n) };
  const finer = { ...used, tickDecimals: 5, priceMax: off, notionalMax: undefined };
  expect(filtersOn(used, listed)).toMatchObject({ priceMax: off, notionalMin: 7n });
  expect(filtersOn(used, finer)).toMatchObject({ priceMax: off, notionalMax: undefined });
});
