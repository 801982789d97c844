import { parseDecimal } from '../domain/decimal.ts';
import { REFUSALS } from '../matching/wire/venue-refusal.ts';
import type { Parameters } from './parameters.ts';

const RECV_WINDOW_MS_DEFAULT = 5_000;
const RECV_WINDOW_MS_MAX = 60_000;
const AHEAD_MS_MAX = 1_000;
// A millisecond timestamp reaches 14 digits in the year 2286; anything longer is in microseconds.
const MICROSECOND_DIGITS = 14;

/** How the venue's clock stands for the request: at speed 1 both are the same moment. */
export interface ServerTime {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** Refuses a signed request whose `timestamp` is too old or ahead (-1021), or whose window is too wide (-1131). */
export function checkRequestTime(params: Parameters, server: ServerTime): void {
  const timestampMs = readTimestampMs(params);
  const recvWindowMs = readRecvWindowMs(params);
  if (timestampMs >= server.latestMs + AHEAD_MS_MAX) throw REFUSALS.aheadOfServer();
  if (server.earliestMs - timestampMs > recvWindowMs) throw REFUSALS.outsideWindow();
}

function readTimestampMs(params: Parameters): number {
  const text = params.requiredText('timestamp');
  if (!/^[0-9]{1,20}$/.test(text)) throw REFUSALS.illegalPattern('timestamp', '^[0-9]{1,20}$');
  return text.length > MICROSECOND_DIGITS ? Number(text) / 1_000 : Number(text);
}

function readRecvWindowMs(params: Parameters): number {
  const text = params.text('recvWindow');
  if (text === undefined) return RECV_WINDOW_MS_DEFAULT;
  const us = parseDecimal(text, 3);
  if (us === undefined) throw REFUSALS.badData('recvWindow');
  const recvWindowMs = Number(us) / 1_000;
  if (recvWindowMs > RECV_WINDOW_MS_MAX) throw REFUSALS.recvWindowTooLarge();
  return recvWindowMs;
}
