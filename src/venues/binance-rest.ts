import type { VenueQuestion } from '../domain/venue.ts';

/** Questions that need no key. */
export type PublicQuestion = Extract<
  VenueQuestion,
  { type: 'serverTime' } | { type: 'instruments' } | { type: 'depth' }
>;

export function isPublic(question: VenueQuestion): question is PublicQuestion {
  return (
    question.type === 'serverTime' || question.type === 'instruments' || question.type === 'depth'
  );
}

/** Path and query of a public question, below the venue's REST base address. */
export function publicPath(question: PublicQuestion): string {
  if (question.type === 'serverTime') return '/api/v3/time';
  if (question.type === 'instruments') {
    const symbols = encodeURIComponent(JSON.stringify(question.venueSymbols));
    return `/api/v3/exchangeInfo?symbols=${symbols}`;
  }
  const symbol = encodeURIComponent(question.instrument.venueSymbol);
  return `/api/v3/depth?symbol=${symbol}&limit=${question.limit}`;
}
