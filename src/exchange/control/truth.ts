import type { ExchangeCore } from '../../matching/exchange-core.ts';
import { toWire } from '../../matching/scale.ts';
import { describeBalance, describeFill, describeQueried } from '../../matching/wire/wire-shapes.ts';
import type { RecordingPlayer } from '../market/recording-player.ts';
import type { WireLog } from '../wire-log.ts';

type Fields = Readonly<Record<string, unknown>>;

// The core answers lists as the venue does, a thousand rows at a time.
const PAGE_ROWS = 1_000;

/** Everything the exchange knows, for whoever checks what a client believes. */
export function tellTruth(
  core: ExchangeCore,
  wireLog: WireLog,
  recording: RecordingPlayer | undefined,
  nowMs: number,
): Fields {
  const ledger = core.ledger();
  const symbols = core.symbols().map(({ symbol }) => symbol);
  return {
    serverTime: nowMs,
    accounts: ledger.accounts.map(({ accountKey, balances }) => ({
      account: accountKey,
      balances: balances.map(describeBalance),
      orders: symbols.flatMap((symbol) =>
        everyPage(
          (fromId) => core.allOrders(accountKey, { symbol, fromId, limit: PAGE_ROWS }),
          (order) => order.orderId,
        ).map(describeQueried),
      ),
      trades: symbols.flatMap((symbol) =>
        everyPage(
          (fromId) => core.myTrades(accountKey, { symbol, fromId, limit: PAGE_ROWS }),
          (fill) => fill.tradeId,
        ).map(describeFill),
      ),
    })),
    market: ledger.market.map(describeNet),
    fees: ledger.fees.map(describeNet),
    deposited: ledger.deposited.map(describeNet),
    imbalances: ledger.imbalances.map(({ asset, off }) => ({ asset, off: toWire(off) })),
    wireLog: wireLog.entries,
    wireLogEvicted: wireLog.evictedCount,
    clientIdCounts: wireLog.clientIdCounts,
    recording: recording?.progress ?? null,
  };
}

function describeNet(row: { readonly asset: string; readonly net: bigint }): Fields {
  return { asset: row.asset, net: toWire(row.net) };
}

function everyPage<Row>(
  page: (fromId: number) => readonly Row[],
  idOf: (row: Row) => number,
): readonly Row[] {
  const all: Row[] = [];
  let fromId = 0;
  for (;;) {
    const rows = page(fromId);
    all.push(...rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return all;
    fromId = idOf(last) + 1;
  }
}
