import { gzipSync } from 'node:zlib';

/** What a made-up recording contains, counted while it was made. */
export interface MadeRecording {
  readonly gz: Buffer;
  readonly counts: Readonly<Record<string, number>>;
  readonly lastUpdateId: number;
  readonly finalTop: readonly [readonly [string, string], readonly [string, string]];
}

/** The receiver's clock stood this far behind the exchange, as in a real recording. */
export const RECEIVER_BEHIND_MS = 1_270;

/**
 * A small recording in the raw format, with everything a real one has: diffs from before the
 * snapshot, a bare REST book, trades, best prices, and a receiver whose clock was wrong.
 */
export function makeRecording(events: number, startMs = 1_700_000_000_000): MadeRecording {
  const bids = new Map<number, number>();
  const asks = new Map<number, number>();
  for (let level = 0; level < 50; level++) {
    bids.set(5_000_000 - level, 100_000 + level);
    asks.set(5_000_001 + level, 100_000 + level);
  }
  const lines: string[] = ['#open 1 wss://stream.example/stream'];
  const counts: Record<string, number> = {};
  let updateId = 900;
  const say = (atMs: number, text: string) => lines.push(`${atMs}000000 ${text}`);
  const frame = (atMs: number, stream: string, data: unknown) => {
    counts[stream] = (counts[stream] ?? 0) + 1;
    say(atMs, JSON.stringify({ stream, data }));
  };
  for (let event = 0; event < events; event++) {
    const atMs = startMs + event * 100;
    const E = atMs + RECEIVER_BEHIND_MS;
    const price = 5_000_000 - (event % 40);
    const size = event % 7 === 0 ? 0 : 1_000 + event;
    if (size === 0 && price !== 5_000_000) bids.delete(price);
    else bids.set(price, 1_000 + event);
    const U = updateId + 1;
    updateId += 3;
    frame(atMs, 'btcusdt@depth@100ms', {
      e: 'depthUpdate',
      E,
      s: 'BTCUSDT',
      U,
      u: updateId,
      b: [[money(price), quantity(bids.get(price) ?? 0)]],
      a: [],
    });
    if (event === 2) {
      const book = { lastUpdateId: updateId, bids: rows(bids, -1), asks: rows(asks, 1) };
      say(atMs + 10, JSON.stringify(book));
    }
    const [bid, ask] = [rows(bids, -1)[0], rows(asks, 1)[0]];
    const top = { u: updateId, s: 'BTCUSDT', b: bid?.[0], B: bid?.[1], a: ask?.[0], A: ask?.[1] };
    frame(atMs + 1, 'btcusdt@bookTicker', top);
    frame(atMs + 2, 'btcusdt@trade', {
      e: 'trade',
      E,
      s: 'BTCUSDT',
      t: 100 + event,
      p: money(5_000_000),
      q: quantity(1_000),
      T: E - 1,
      m: true,
      M: true,
    });
  }
  const [bid = ['', ''], ask = ['', '']] = [rows(bids, -1)[0], rows(asks, 1)[0]];
  return {
    gz: gzipSync(`${lines.join('\n')}\n`),
    counts,
    lastUpdateId: updateId,
    finalTop: [bid, ask],
  };
}

function money(cents: number): string {
  return `${(cents / 100).toFixed(2)}000000`;
}

function quantity(lots: number): string {
  return `${(lots / 100_000).toFixed(5)}000`;
}

function rows(side: ReadonlyMap<number, number>, sign: 1 | -1): [string, string][] {
  return [...side]
    .sort(([a], [b]) => sign * (a - b))
    .map(([price, size]): [string, string] => [money(price), quantity(size)]);
}
