import { expect, test } from 'vitest';
import { bytesOf, frameReceived } from '../../src/domain/event.ts';
import { trueBars } from '../../src/sim/checkers/true-bars.ts';
import { type Call, judgeLive } from './support/recorded-night.ts';

const OPTIONS = { seed: 'bars', minutes: 4 };

/** Some of the trades that the daemon hears, told otherwise to the checker. */
function retellTrades(change: (text: string, count: number) => string | undefined) {
  let count = 0;
  return (call: Call): readonly Call[] => {
    if (call.hook !== 'onEvent' || call.args[0].type !== 'frameReceived') return [call];
    const [event, atMs] = call.args;
    const text = Buffer.from(bytesOf(event)).toString();
    if (!text.includes('@trade')) return [call];
    count += 1;
    const told = change(text, count);
    if (told === undefined) return [];
    const heard = frameReceived(event.connection, event.atMs, Buffer.from(told));
    return [{ hook: 'onEvent', args: [heard, atMs] }];
  };
}

function found(retell: (call: Call) => readonly Call[]): string {
  return judgeLive(trueBars, OPTIONS, retell)
    .violations.map(({ text }) => text)
    .join('\n');
}

test('a quiet night: bars are what their trades make of them, and there was something to compare', () => {
  const tally = judgeLive(trueBars, OPTIONS);
  expect(tally.violations).toEqual([]);
  expect(tally.checksCount).toBeGreaterThan(100);
});

test('bars made of other sizes than the trades had are seen', () => {
  const text = found(retellTrades((told) => told.replace(/"q":"/, '"q":"7')));
  expect(text).toMatch(/^the bar of .* from .*Z: .* in ticks and lots, its trades make .*$/m);
});

test('a bar that is called whole though a trade of it was never heard is seen', () => {
  const text = found(retellTrades((told, count) => (count % 5 === 0 ? undefined : told)));
  expect(text).toMatch(/^the bar of .* is called whole, and trade \d+ of it was not heard$/m);
});
