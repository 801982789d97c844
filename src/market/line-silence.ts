import type { UnixMs } from '../domain/units.ts';
import type { FeedContext } from './feed-context.ts';
import type { FeedLimits } from './feed-limits.ts';
import type { SymbolFeed } from './symbol-feed.ts';

/** All symbols silent for so many times the shortest of their limits: it is the socket. */
const SILENCE_FACTOR = 2;

/** How long nothing new may come on a socket. As long as the venue confirms every symbol, silence is no fault. */
export function longestSilenceMs(
  symbols: readonly SymbolFeed[],
  limits: FeedLimits,
  atMs: UnixMs,
): number {
  let shortestMs = Number.POSITIVE_INFINITY;
  let allConfirmed = true;
  for (const { freshness } of symbols) {
    if (freshness.limitMs < shortestMs) shortestMs = freshness.limitMs;
    if (freshness.ageMs(atMs) > freshness.limitMs) allConfirmed = false;
  }
  if (allConfirmed) return Number.POSITIVE_INFINITY;
  return Math.max(limits.dataSilenceMsMax, SILENCE_FACTOR * shortestMs);
}

/**
 * An event came that tells when it was. How late it is, what comes on the same way without a time of its own may be
 * as well; of its own symbol it has said so itself.
 */
export function holdBackOthers(
  symbols: readonly SymbolFeed[],
  event: { readonly instrument: number; readonly eventAtMs: UnixMs },
  { clock, limits }: FeedContext,
  atMs: UnixMs,
): void {
  const lagMs = clock.lagOf(event.eventAtMs, atMs);
  if (lagMs <= limits.eventLagMsMax) return;
  for (const { instrument, freshness } of symbols) {
    if (instrument.index !== event.instrument) freshness.onHeldBack(lagMs);
  }
}
