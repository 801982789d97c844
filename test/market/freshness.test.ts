import { expect, test } from 'vitest';
import { unixMs } from '../../src/domain/units.ts';
import { DEFAULT_FEED_LIMITS } from '../../src/market/feed-limits.ts';
import { SymbolFreshness } from '../../src/market/freshness.ts';

/** A symbol that moves each half second for so long. */
function lively(fromMs: number, toMs: number): SymbolFreshness {
  const clock = new SymbolFreshness(DEFAULT_FEED_LIMITS);
  for (let atMs = fromMs; atMs <= toMs; atMs += 500) clock.onAdvanced(unixMs(atMs));
  return clock;
}

// The venue was asked once, half a second into a silence, and said that nothing had changed. Then the stream
// stalled for half a minute. What nobody confirmed was no silence of the market, and must not teach patience.
test('a silence that the venue confirmed at its begin is proven up to there, and no further', () => {
  const clock = lively(0, 10_000);
  clock.onConfirmed(unixMs(10_500), true);
  clock.onAdvanced(unixMs(40_000));
  clock.onAdvanced(unixMs(40_500));
  expect(clock.limitMs).toBeLessThan(10_000);
});

test('a silence that the venue confirmed again and again makes the limit longer', () => {
  const clock = lively(0, 10_000);
  for (let atMs = 11_000; atMs <= 40_000; atMs += 1_000) clock.onConfirmed(unixMs(atMs), true);
  clock.onAdvanced(unixMs(40_200));
  expect(clock.limitMs).toBeGreaterThan(30_000);
});

// A quiet market may say nothing for hours behind the frame that was refused: the venue's word ends the doubt.
test('a doubt ends with the venue’s word that nothing has changed, when it was asked behind the doubt', () => {
  const symbol = new SymbolFreshness(DEFAULT_FEED_LIMITS);
  symbol.onAdvanced(unixMs(10_000));
  symbol.onDoubted(unixMs(11_000));
  expect(symbol.assess(unixMs(11_000), true).cause).toBe('invalid');
  symbol.onConfirmed(unixMs(10_900), true);
  expect(symbol.assess(unixMs(11_000), true).cause).toBe('invalid');
  symbol.onConfirmed(unixMs(11_100), false);
  expect(symbol.assess(unixMs(11_200), true).cause).toBe('invalid');
  symbol.onConfirmed(unixMs(11_200), true);
  expect(symbol.assess(unixMs(11_300), true).fresh).toBe(true);
});
