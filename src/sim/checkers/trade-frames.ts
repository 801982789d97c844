import { bytesOf, type FrameReceived } from '../../domain/event.ts';

const AT_SIGN = 64;
const LETTER_T = 116;
/** `{"stream":"` and the longest symbol. */
const STREAM_NAME_BYTES = 40;

export interface HeardTrade {
  /** As the venue spells it. */
  readonly symbol: string;
  readonly id: number;
  readonly price: number;
  readonly quantity: number;
  /** Venue clock, ms. */
  readonly tradedAtMs: number;
}

/** What a frame of the market socket says of a trade; `undefined`: nothing, or nothing that can be believed. */
export function readTradeFrame(event: FrameReceived): HeardTrade | undefined {
  if (!isTrade(event)) return undefined;
  try {
    const { stream, data } = JSON.parse(Buffer.from(bytesOf(event)).toString('utf8'));
    const trade = { symbol: data.s, id: data.t, price: Number(data.p), quantity: Number(data.q) };
    if (typeof stream !== 'string' || stream !== `${String(data.s).toLowerCase()}@trade`) {
      return undefined;
    }
    const numbers = [trade.id, trade.price, trade.quantity, data.T];
    return numbers.every(Number.isFinite) ? { ...trade, tradedAtMs: data.T } : undefined;
  } catch {
    return undefined;
  }
}

/** Looked at before anything is parsed: two frames of three are of other streams. */
function isTrade({ chunk, from, to }: FrameReceived): boolean {
  const endAt = Math.min(to, from + STREAM_NAME_BYTES);
  for (let at = from; at < endAt; at += 1) {
    if (chunk[at] === AT_SIGN) return chunk[at + 1] === LETTER_T;
  }
  return false;
}
