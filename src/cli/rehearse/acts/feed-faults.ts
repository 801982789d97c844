import { setTimeout as delay } from 'node:timers/promises';
import type { Act, ActRecord } from '../act.ts';
import type { Night } from '../night.ts';
import { SYMBOLS } from '../rehearsal-settings.ts';
import { UNDER_WAY_MS } from './under-way.ts';

const QUIET = ['symbol.stale', 'feed.silent'];
const BTC = 'BTC/USDT';

async function detect(
  night: Night,
  record: ActRecord,
  events: readonly string[],
  sinceMs: number,
  symbol?: string,
): Promise<void> {
  const told = await night.untilTold(
    events,
    sinceMs,
    ({ fields }) => symbol === undefined || fields['symbol'] === symbol,
  );
  const about = [told.fields['symbol'], told.fields['cause']].filter((part) => part !== undefined);
  record.detected([told.event, ...about].join(' '), told.atMs);
}

/** From the moment that every symbol is stale until now no entry may have left. */
async function refuseEntries(night: Night, record: ActRecord, sinceMs: number): Promise<void> {
  const stale = SYMBOLS.map((symbol) =>
    night.told.find(['symbol.stale'], sinceMs, ({ fields }) => fields['symbol'] === symbol),
  );
  const fromMs = Math.max(...stale.map((told) => told?.atMs ?? Number.POSITIVE_INFINITY));
  if (!Number.isFinite(fromMs)) {
    record.note('replaced before every symbol was stale');
    return;
  }
  const { entries } = await night.placedBetween(fromMs + UNDER_WAY_MS, night.nowMs());
  if (entries > 0) throw new Error(`${entries} entries left on stale data`);
  record.note('no entry on stale data');
}

/** How many market sockets were replaced, by what ended them. */
async function replaced(night: Night): Promise<Readonly<Record<string, number>>> {
  const [feed] = await night.pages.feeds();
  return feed?.counters.reconnects ?? {};
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** Returns why the socket was given up. */
async function untilReplaced(night: Night, before: Readonly<Record<string, number>>) {
  return await night.until('another socket', async () => {
    const now = await replaced(night);
    return Object.keys(now).find((cause) => (now[cause] ?? 0) > (before[cause] ?? 0));
  });
}

export const silentStall: Act = {
  name: 'silent-stall',
  family: 'feed',
  story: 'the market sockets are open, pings are answered, and nothing comes, on new ones neither',
  play: async (night, record) => {
    const before = await replaced(night);
    const sinceMs = night.nowMs();
    const fault = await night.venue.arm({ fault: 'stall', target: { channel: 'market' } });
    record.injected('no market frame leaves any more', sinceMs);
    await detect(night, record, QUIET, sinceMs);
    record.note(`socket given up: ${await untilReplaced(night, before)}`);
    await refuseEntries(night, record, sinceMs);
    await night.venue.clear(fault);
    await night.untilReady();
    record.recovered('data fresh, entries allowed');
  },
};

export const halfOpenMarket: Act = {
  name: 'half-open-socket',
  family: 'feed',
  story: 'the market socket stays open with nobody behind it: only a new one brings data',
  play: async (night, record) => {
    const before = await replaced(night);
    const sinceMs = night.nowMs();
    const fault = await night.venue.arm({ fault: 'half-open', target: { channel: 'market' } });
    record.injected('open market sockets frozen', sinceMs);
    await detect(night, record, QUIET, sinceMs);
    record.note(`socket given up: ${await untilReplaced(night, before)}`);
    await refuseEntries(night, record, sinceMs);
    await night.untilReady();
    record.recovered('data fresh on a new socket, the old one still frozen');
    await night.venue.clear(fault);
  },
};

const LOST_IN_STORM = 3;
const CUT_EVERY_MS = 100;
const STORM_MS_MAX = 30_000;

export const reconnectStorm: Act = {
  name: 'reconnect-storm',
  family: 'feed',
  story: 'each market socket is cut as soon as it is open, three times in a row',
  play: async (night, record) => {
    const before = sum(await replaced(night));
    const sinceMs = record.injected('sockets cut as they open');
    const endAtMs = sinceMs + STORM_MS_MAX;
    while (sum(await replaced(night)) < before + LOST_IN_STORM && night.nowMs() < endAtMs) {
      await night.venue.arm({ fault: 'close', target: { channel: 'market' }, durationMs: 1 });
      await delay(CUT_EVERY_MS);
    }
    const lost = sum(await replaced(night)) - before;
    if (lost < LOST_IN_STORM) throw new Error(`only ${lost} sockets in ${STORM_MS_MAX / 1_000} s`);
    await detect(night, record, ['feed.disconnected', 'feed.storm'], sinceMs);
    record.note(`${lost} sockets opened in ${((night.nowMs() - sinceMs) / 1_000).toFixed(1)} s`);
    await night.untilReady(60_000);
    record.recovered('data fresh, entries allowed');
  },
};

export const bookGap: Act = {
  name: 'book-gap',
  family: 'feed',
  story: 'one update of an order book is lost',
  play: async (night, record) => {
    const target = { channel: 'market', stream: 'btcusdt@depth' } as const;
    const acted = await night.untilActed(
      await night.venue.arm({ fault: 'drop', count: 1, target }),
    );
    record.injected('one depth update of BTC/USDT swallowed', acted.atMs);
    await detect(night, record, ['book.gap'], acted.atMs, BTC);
    await night.until('a whole book', async () =>
      (await night.pages.feeds()).find(({ symbol, bookSynced }) => symbol === BTC && bookSynced),
    );
    await night.untilReady();
    record.recovered('book built anew, entries allowed');
  },
};

const GARBAGE_MS = 2_000;

export const garbage: Act = {
  name: 'garbage',
  family: 'feed',
  story: 'for 2 s every best bid and ask of one symbol says NaN',
  play: async (night, record) => {
    const acted = await night.untilActed(
      await night.venue.arm({
        fault: 'malform',
        target: { channel: 'market', stream: 'btcusdt@bookTicker' },
        settings: { how: 'nan' },
        durationMs: GARBAGE_MS,
      }),
    );
    record.injected('prices of BTC/USDT are NaN', acted.atMs);
    await detect(night, record, ['data.invalid'], acted.atMs, BTC);
    await delay(GARBAGE_MS);
    await night.untilReady();
    record.recovered('ten clean seconds, entries allowed');
  },
};
