import { expect, test } from 'vitest';
import { toRecordedMessage } from '../../../src/exchange/market/recorded-message.ts';
import { parseLine } from '../../../src/exchange/market/recording-file.ts';
import { shiftTimes } from '../../../src/exchange/market/recording-player.ts';

test('a combined frame: stream, symbol and payload, the payload to the last digit', () => {
  const data =
    '{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}';
  expect(parseLine(`1723161254087896568 {"stream":"btcusdt@trade","data":${data}}`)).toEqual({
    type: 'frame',
    receivedAtMs: Number('1723161254087896568') / 1_000_000,
    stream: 'btcusdt@trade',
    symbol: 'BTCUSDT',
    data,
  });
});

test('a raw frame: the stream is told from what it says', () => {
  const raw = (text: string) => parseLine(`1723161254087896568 ${text}`);
  expect(raw('{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":2,"b":[],"a":[]}')).toMatchObject({
    stream: 'btcusdt@depth@100ms',
  });
  expect(raw('{"u":5,"s":"ETHUSDT","b":"1.0","B":"1.0","a":"1.1","A":"1.0"}')).toMatchObject({
    stream: 'ethusdt@bookTicker',
  });
});

test('REST books: bare or with their address; other remarks are passed over', () => {
  const body = '{"lastUpdateId":5,"bids":[],"asks":[]}';
  expect(parseLine(`1723161254206652067 ${body}`)).toMatchObject({
    type: 'snapshot',
    symbol: undefined,
    body,
  });
  expect(
    parseLine(`#rest 1633998512320639000 https://x/api/v3/depth?symbol=NKNUSDT&limit=1000 ${body}`),
  ).toMatchObject({ type: 'snapshot', symbol: 'NKNUSDT', body });
  for (const line of [
    '#open 1 wss://x',
    '#meta hello',
    '#tx 1 {}',
    '',
    'nonsense',
    'x {"e":"trade"}',
  ]) {
    expect(parseLine(line)).toBeUndefined();
  }
});

// A digit changed anywhere else would break what the recording proves.
test('shifted to now: event and trade times move, ids and prices do not', () => {
  const trade =
    '{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","T":1723161255342,"m":true}';
  expect(shiftTimes(trade, 1_000)).toBe(
    '{"e":"trade","E":1723161256343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","T":1723161256342,"m":true}',
  );
  const top = '{"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000"}';
  expect(shiftTimes(top, 1_000)).toBe(top);
  const kline =
    '{"e":"kline","E":1723161255343,"s":"BTCUSDT","k":{"t":1723161240000,"T":1723161299999}}';
  expect(shiftTimes(kline, 1_000)).toBe(kline.replace('1723161255343', '1723161256343'));
});

// Mutated recordings are how detectors are tested: the exchange must play them, not die of them.
test.each([
  '{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"NaN","q":"1.0","m":true}',
  '{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"-1.0","q":"1.0","m":true}',
  '{"e":"trade","E":1,"s":"BTCUSDT"',
  '{}',
])('a broken frame in a recording (%s): no business of the matching core', (data) => {
  const frame = {
    type: 'frame',
    receivedAtMs: 1,
    stream: 'btcusdt@trade',
    symbol: 'BTCUSDT',
    data,
  } as const;
  expect(toRecordedMessage(frame)).toBeUndefined();
});
