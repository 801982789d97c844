import type { ExchangeCore, Outcome, Refused } from '../../matching/exchange-core.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import type { RateLimits } from '../../matching/wire/rate-limits.ts';
import { REFUSALS, VenueRefusal } from '../../matching/wire/venue-refusal.ts';
import type { ApiKeys } from '../api-keys.ts';
import type { ExchangeClock } from '../exchange-clock.ts';
import type { Parameters } from '../parameters.ts';

/** What operations work on: the pure exchange behind its clock. */
export interface Venue {
  readonly core: ExchangeCore;
  readonly clock: ExchangeClock;
  readonly limits: RateLimits;
  readonly keys: ApiKeys;
  /** The core's time: never falls, whatever a fault does to the clock clients see. */
  coreNowMs(): number;
  /** Publishes pending book changes, so that the id of a snapshot taken now is the end of a published event. */
  settleBook(symbol: string): void;
  /** Tells streams and accounts what happened. */
  tell(happenings: readonly MarketHappening[]): void;
}

/** What a request came with, once its sender is known. */
export interface Call {
  readonly params: Parameters;
  /** Empty for public operations. */
  readonly account: string;
}

/**
 * One thing a client may ask, whichever door it came by: REST routes and WS API methods name the
 * same operations.
 */
export interface Operation {
  readonly security: 'PUBLIC' | 'SIGNED';
  /** Checked before time and signature, as the venue does. */
  readonly mandatory: readonly string[];
  readonly weight: (params: Parameters) => number;
  /** New orders it counts for the order limits; 0 for all but placements. */
  readonly orderCount: number;
  /** Placements and cancels: free when they succeed, and written to the wire log. */
  readonly isTrading: boolean;
  readonly run: (venue: Venue, call: Call) => unknown;
}

export function publicOperation(
  weight: number | ((params: Parameters) => number),
  run: Operation['run'],
  mandatory: readonly string[] = [],
): Operation {
  return {
    security: 'PUBLIC',
    mandatory,
    weight: typeof weight === 'number' ? () => weight : weight,
    orderCount: 0,
    isTrading: false,
    run,
  };
}

export function signedOperation(
  weight: number | ((params: Parameters) => number),
  run: Operation['run'],
  mandatory: readonly string[] = [],
): Operation {
  return { ...publicOperation(weight, run, mandatory), security: 'SIGNED' };
}

/** An operation that changes orders. `orderCount` 0: it only cancels. */
export function tradingOperation(
  orderCount: number,
  run: Operation['run'],
  mandatory: readonly string[],
): Operation {
  return { ...signedOperation(1, run, mandatory), orderCount, isTrading: true };
}

/** Publishes what happened and returns the answer, or throws the core's refusal. */
export function settle<Answer extends object>(venue: Venue, outcome: Outcome<Answer>): Answer {
  venue.tell(outcome.happenings);
  return orRefuse(outcome.answer);
}

/** The answer unless it is a refusal, which is thrown in the venue's own words. */
export function orRefuse<Answer extends object>(answer: Answer | Refused): Answer {
  if (isRefused(answer)) throw new VenueRefusal(answer.code, answer.msg);
  return answer;
}

export function isRefused(answer: object): answer is Refused {
  return 'type' in answer && answer.type === 'refused';
}

/** The symbol of a market question; refuses an unknown one (-1121). */
export function readSymbol(venue: Venue, params: Parameters): string {
  const symbol = params.requiredText('symbol');
  if (venue.core.symbol(symbol) === undefined) throw REFUSALS.symbol();
  return symbol;
}
