import { toWire } from '../../matching/scale.ts';
import type { ExchangeCore } from '../../matching/exchange-core.ts';
import type { RecordingPlayer } from '../market/recording-player.ts';
import { describeBalance, describeFill, describeQueried } from '../wire-shapes.ts';
import type { WireLog } from '../wire-log.ts';

type Fields = Readonly<Record<string, unknown>>;

const ROWS_MAX = 1_000_000;

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
        core.allOrders(accountKey, { symbol, fromId: 0, limit: ROWS_MAX }).map(describeQueried),
      ),
      trades: symbols.flatMap((symbol) =>
        core.myTrades(accountKey, { symbol, fromId: 0, limit: ROWS_MAX }).map(describeFill),
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
