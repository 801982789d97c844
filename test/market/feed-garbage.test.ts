import { expect, test } from 'vitest';
import type { Instrument } from '../../src/domain/instrument.ts';
import { makeInstrument } from '../support/frames.ts';
import { GeneratedNight } from '../support/generated-night.ts';

const BTC: Instrument = makeInstrument(0);
const garbage: readonly (readonly [string, string | Uint8Array])[] = [
  ['invalidJson', '{"stream":"btcusdt@trade","data":{'],
  ['invalidJson', ''],
  ['invalidJson', Buffer.from([0xff, 0xfe, 0x00, 0x7d, 0x7d])],
  ['oversized', Buffer.alloc(20_000_000, 0x20)],
  ['invalidShape', 'null'],
  ['invalidShape', '[]'],
  ['invalidShape', top({ b: 61837.63 })],
  ['invalidNumber', top({ b: 'NaN' })],
  ['invalidNumber', top({ b: '-1.00000000' })],
  ['invalidNumber', top({ b: '1e5' })],
  ['invalidNumber', top({ b: ' 12 ' })],
  ['invalidNumber', top({ b: '0x10' })],
  ['invalidNumber', top({ b: '' })],
  ['invalidNumber', top({ b: '1e400' })],
  ['invalidNumber', top({ u: -5 })],
  ['invalidNumber', top({ u: 1.5 })],
  ['notPositive', top({ b: '0.00000000' })],
  ['notPositive', top({ B: '0.00000000' })],
  ['offGrid', top({ b: '61837.63100000' })],
  ['unknownSymbol', top({ s: 'DOGEUSDT' }, 'dogeusdt@bookTicker')],
  ['unknownStream', top({}, 'nonsense')],
  ['crosswired', top({ s: 'ETHUSDT' })],
  ['crossed', top({ b: '61837.65000000' })],
];

function top(change: Record<string, unknown>, stream = 'btcusdt@bookTicker'): string {
  const data = {
    u: 60_000_000_000,
    s: BTC.venueSymbol,
    b: '61837.63000000',
    B: '3.78826000',
    a: '61837.64000000',
    A: '1.54698000',
    ...change,
  };
  return JSON.stringify({ stream, data });
}

for (const [rejection, frame] of garbage) {
  const shown = typeof frame === 'string' ? frame.slice(0, 110) : `${frame.length} bytes`;
  test(`garbage is counted as ${rejection} and reaches nobody: ${shown}`, () => {
    const night = new GeneratedNight('garbage');
    night.start();
    night.frame(frame);

    expect(night.rejections.map((one) => one.rejection)).toEqual([rejection]);
    expect(night.feed.counters.rejections).toEqual({ [rejection]: 1 });
    expect(night.tops.length).toBe(1); // the snapshot's
  });
}

// What the venue said last is not what we know: nobody may act upon what it said before.
for (const [how, frame] of [
  ['with a price that is none', top({ b: 'NaN' })],
  ['with a bid above its ask', top({ b: '61837.65000000' })],
  ['cut off', top({}).slice(0, 60)],
] as const) {
  test(`a best price that is refused, ${how}: the one before is doubted until the next`, () => {
    const night = new GeneratedNight('a refused best price');
    night.start();
    night.live(5_000);
    expect(night.isFresh()).toBe(true);
    night.frame(frame);
    expect(night.isFresh()).toBe(false);
    expect(night.faults()).toEqual([]);

    night.live(1_000);
    expect(night.isFresh()).toBe(true);
  });
}

test('three bad messages of a symbol within 10 s close its gate for as long', () => {
  const night = new GeneratedNight('bad messages');
  night.start();
  night.live(5_000);
  for (let count = 1; count <= 3; count++) {
    expect(night.isFresh()).toBe(true);
    expect(night.faults()).toEqual([]);
    night.frame(top({ b: 'NaN' }));
    night.live(1_000);
  }
  expect(night.isFresh()).toBe(false);
  expect(night.faults()).toEqual(['data.invalid']);

  night.live(10_100);
  expect(night.isFresh()).toBe(true);
});
