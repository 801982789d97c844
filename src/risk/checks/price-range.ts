import { formatPrice } from '../../domain/instrument.ts';
import { everyClass } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** The limit price is outside the venue's own range. Every class: it would refuse the order. */
export const priceRange: RiskCheck = {
  code: 'PRICE_COLLAR',
  valueName: 'price',
  limitName: 'range',
  applies: everyClass,
  assess: (intent, { instrument }) => ({
    value: formatPrice(instrument, intent.price),
    limit: `${formatPrice(instrument, instrument.priceMin)} to ${formatPrice(instrument, instrument.priceMax)}`,
    passed: intent.price >= instrument.priceMin && intent.price <= instrument.priceMax,
  }),
};
