import { baseAmountOf, notionalOf } from '../../domain/instrument.ts';
import { everyClass } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';
import { atMost } from '../worth.ts';

/** Costs more quote, or needs more coins, than is free and ours. Every class: the venue would refuse it, or it would take what belongs to the owner. */
export const notionalExceedsFreeBalance: RiskCheck = {
  code: 'NOTIONAL_EXCEEDS_FREE_BALANCE',
  valueName: 'needed',
  limitName: 'free',
  applies: everyClass,
  assess: (intent, { instrument, freeQuote, freeBase }) => {
    const buys = intent.side === 'BUY';
    const asset = buys ? instrument.quote : instrument.base;
    const free = buys ? freeQuote : freeBase;
    const needed = buys
      ? notionalOf(instrument, intent.price, intent.quantity)
      : baseAmountOf(instrument, intent.quantity);
    if (free === undefined) return { value: 'unknown', limit: 'a known balance', passed: false };
    return atMost(needed, free, asset);
  },
};
