import { expect, test } from 'vitest';
import { parseApiRequest } from '../../../src/exchange/ws/api-request.ts';
import { findDoor } from '../../../src/exchange/ws/ws-server.ts';

// Three clients, three ways to build an address; none may be turned away.
test.each([
  ['/ws', { type: 'market', combined: false, streams: [] }],
  ['/ws/0', { type: 'market', combined: false, streams: ['0'] }],
  ['/stream/ws/0', { type: 'market', combined: false, streams: ['0'] }],
  [
    '/ws/btcusdt@trade/ethusdt@depth%40100ms',
    { type: 'market', combined: false, streams: ['btcusdt@trade', 'ethusdt@depth@100ms'] },
  ],
  ['/stream', { type: 'market', combined: true, streams: [] }],
  ['/stream?streams=', { type: 'market', combined: true, streams: [] }],
  [
    '/any/prefix/stream?streams=btcusdt@trade/x&timeUnit=MILLISECOND',
    { type: 'market', combined: true, streams: ['btcusdt@trade', 'x'] },
  ],
  ['/ws-api/v3', { type: 'wsApi', returnsLimits: true }],
  ['/prefix/ws-api/v3?returnRateLimits=false', { type: 'wsApi', returnsLimits: false }],
  ['/elsewhere', undefined],
])('an upgrade to %s: goes through the right door', (url, door) => {
  expect(findDoor(url)).toEqual(door);
});

test('a WS API request: numbers keep the text the client signed', () => {
  const request = parseApiRequest(
    '{"id":7,"method":"order.place","params":{"price":52000.00,"timestamp":1645423376532,"flag":true,"list":["a"]}}',
  );
  expect(request?.id).toBe(7);
  expect(Object.fromEntries(request?.params ?? [])).toEqual({
    price: '52000.00',
    timestamp: '1645423376532',
    flag: 'true',
    list: '["a"]',
  });
});

test.each(['', 'ping', '[]', '{"method":3}', '{"id":{},"method":"ping"}'])(
  'a frame that is no request (%s): undefined, no crash',
  (frame) => {
    expect(parseApiRequest(frame)).toBeUndefined();
  },
);
