import { expect, test } from 'vitest';
import { symbolsAsked } from '../../src/sim/checkers/symbols-asked.ts';
import { type Call, judge, judgeLive, recordNight } from './support/recorded-night.ts';

const OPTIONS = { seed: 'symbols that are asked about', minutes: 6 };

/** The records of these evaluations were never made. */
function untold(isUntold: (symbol: string, strategy: string) => boolean) {
  return (call: Call): readonly Call[] => {
    if (call.hook !== 'onEffect' || call.args[0].type !== 'recordDecision') return [call];
    const { stage, strategy, symbol } = call.args[0].record;
    return stage === 'signal' && isUntold(symbol, String(strategy)) ? [] : [call];
  };
}

// One order an hour comes from any market: two of five may be left out for ever and nobody sees it.
test('a market that is heard and that nobody is asked about is seen, and a strategy that is left out', () => {
  const night = recordNight(OPTIONS);
  try {
    const right = judge(symbolsAsked, night);
    expect(right.violations).toEqual([]);
    expect(right.checksCount).toBeGreaterThan(50);

    const market = judge(
      symbolsAsked,
      night,
      untold((symbol) => symbol === 'NKN/USDT'),
    );
    const texts = market.violations.map(({ text }) => text);
    expect(texts.join()).toMatch(
      /\d+ best prices of NKN\/USDT were heard, the strategy that was asked most often was asked 0 /,
    );
    expect(texts.filter((text) => !text.includes('NKN/USDT'))).toEqual([]);

    const strategy = judge(
      symbolsAsked,
      night,
      untold((symbol, id) => symbol === 'BTC/USDT' && id === 'ema-cross'),
    );
    const [first] = strategy.violations;
    expect(first?.text).toMatch(
      /^ema-cross was asked nothing about BTC\/USDT for 30000 ms in which/,
    );
  } finally {
    night.close();
  }
});

test('while something is wrong, and for two minutes behind it, nothing is demanded', () => {
  const faults = [
    { name: 'network.down', atMs: 100_000, durationMs: 60_000, moment: 'atOnce', parameters: {} },
    { name: 'operator.pause', atMs: 200_000, durationMs: 60_000, moment: 'atOnce', parameters: {} },
  ] as const;
  const tally = judgeLive(symbolsAsked, { ...OPTIONS, faults });
  expect(tally.violationsCount).toBe(0);
});
