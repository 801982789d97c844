/** By so much may our clock be faster than the true one: what a correction of it adds at most. */
const CLOCK_FAST_MAX = 0.05;

/**
 * How long by our clock is surely as long as `ms` by the true one. Ours may run fast, as one does that is being put
 * right: who counts by it must not be early. Units: ms.
 */
export function longerThan(ms: number): number {
  return Math.ceil(ms * (1 + CLOCK_FAST_MAX));
}
