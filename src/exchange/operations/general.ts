import { describeExchange } from '../../matching/wire/exchange-info.ts';
import { REFUSALS, VenueRefusal } from '../../matching/wire/venue-refusal.ts';
import { type Operation, publicOperation, type Venue } from './operation.ts';

export const ping: Operation = publicOperation(1, () => ({}));

export const time: Operation = publicOperation(1, (venue) => ({
  serverTime: venue.clock.nowMs(),
}));

/** `GET exchangeInfo`, `exchangeInfo`: all symbols, one, or a JSON list of them. */
export const exchangeInfo: Operation = publicOperation(20, (venue, { params }) => {
  const one = params.text('symbol');
  const many = params.text('symbols');
  const status = params.text('symbolStatus');
  params.text('permissions');
  params.text('showPermissionSets');
  params.refuseUnread();
  if (one !== undefined && many !== undefined) throw REFUSALS.combination();
  const isNamed = one !== undefined || many !== undefined;
  if (isNamed && status !== undefined) throw REFUSALS.combination();
  const names = one !== undefined ? [one] : many !== undefined ? readNames(many) : undefined;
  // One unknown name, and nothing is said of the others either.
  if (names !== undefined) refuseUnknown(venue, names);
  const symbols = venue.core
    .symbols()
    .filter((rules) => names === undefined || names.includes(rules.symbol))
    .filter((rules) => status === undefined || rules.status === status);
  return describeExchange(symbols, venue.limits.settings, venue.clock.nowMs());
});

/** Account streams by listen key ended in February 2026. */
export const userDataStreamRemoved: Operation = publicOperation(2, () => {
  throw new VenueRefusal(-1, 'This endpoint has been removed. Please use the WebSocket API.', {
    httpStatus: 410,
  });
});

/** Reads a JSON list of symbol names: `["BTCUSDT","ETHUSDT"]`. */
export function readNames(text: string): readonly string[] {
  const isList = /^\["[A-Z0-9\-_.]{1,20}"(?:,"[A-Z0-9\-_.]{1,20}")*\]$/.test(text);
  const names = isList ? text.slice(2, -2).split('","') : [];
  if (names.length === 0) {
    throw REFUSALS.illegalPattern(
      'symbols',
      '^\\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\\]$',
    );
  }
  return names;
}

/** Refuses names of which one is no symbol (-1121). */
export function refuseUnknown(venue: Venue, names: readonly string[]): void {
  if (names.some((name) => venue.core.symbol(name) === undefined)) throw REFUSALS.symbol();
}
