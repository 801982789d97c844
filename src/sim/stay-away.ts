import type { VenueAnswer } from '../domain/venue.ts';

/** Without a word of the venue on how long: a refused key and a firewall want patience; its shortest ban; its window. */
const USUAL_MS: Readonly<Record<number, number>> = {
  401: 300_000,
  403: 300_000,
  418: 120_000,
  429: 10_000,
};

/** How long an answer keeps a careful client away from then on; 0: it does not. */
export function stayAwayMs(answer: VenueAnswer): number {
  if (answer.type !== 'http') return 0;
  const usualMs = USUAL_MS[answer.status];
  return usualMs === undefined ? 0 : (answer.retryAfterMs ?? usualMs);
}
