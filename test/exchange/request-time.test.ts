import { expect, test } from 'vitest';
import { Parameters } from '../../src/exchange/parameters.ts';
import { checkRequestTime } from '../../src/exchange/request-time.ts';

const SERVER_MS = 1_700_000_000_000;
const server = { earliestMs: SERVER_MS, latestMs: SERVER_MS };
const check = (query: string) => () => checkRequestTime(Parameters.ofRest(query, ''), server);

// Numbers on both sides of each limit: a client one millisecond off must learn it here, not at the venue.
test('a timestamp inside the window passes, one millisecond outside is refused', () => {
  expect(check(`timestamp=${SERVER_MS - 5_000}`)).not.toThrow();
  expect(check(`timestamp=${SERVER_MS - 5_001}`)).toThrow(
    'Timestamp for this request is outside of the recvWindow.',
  );
  expect(check(`timestamp=${SERVER_MS + 999}`)).not.toThrow();
  expect(check(`timestamp=${SERVER_MS + 1_000}`)).toThrow(
    "Timestamp for this request was 1000ms ahead of the server's time.",
  );
});

test('recvWindow: up to three decimals and 60000, and no more', () => {
  expect(check(`timestamp=${SERVER_MS - 10}&recvWindow=10.5`)).not.toThrow();
  expect(check(`timestamp=${SERVER_MS - 11}&recvWindow=10.5`)).toThrow('outside of the recvWindow');
  expect(check(`timestamp=${SERVER_MS}&recvWindow=60000`)).not.toThrow();
  expect(check(`timestamp=${SERVER_MS}&recvWindow=60000.001`)).toThrow(
    'recvWindow must be less than 60000',
  );
  expect(check(`timestamp=${SERVER_MS}&recvWindow=1.2345`)).toThrow('recvWindow');
});

test('microseconds: a longer timestamp means the same moment', () => {
  expect(check(`timestamp=${SERVER_MS}500`)).not.toThrow();
  expect(check(`timestamp=${SERVER_MS - 5_001}000`)).toThrow('outside of the recvWindow');
});

test('no timestamp: refused as missing before anything else', () => {
  expect(check('')).toThrow(
    "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.",
  );
});
