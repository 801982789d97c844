import type { DaemonView, StatusView } from '../../src/live/daemon-view.ts';
import { makeChain } from '../support/decisions.ts';
import { NOON_MS } from '../support/trading.ts';

export const STATUS: StatusView = {
  mode: 'ACTIVE',
  modeCause: 'everything is proven',
  modeSinceMs: NOON_MS,
  ready: true,
  setup: 'rehearsal',
  venue: 'binance',
  buildId: 'build-1',
  configHash: 'config-1',
  pid: 42,
  epoch: 3,
  startedAtMs: NOON_MS,
  nowMs: NOON_MS + 60_000,
  feeds: [
    {
      venue: 'binance',
      symbol: 'BTC/USDT',
      connected: true,
      bookSynced: true,
      dataAgeMs: 12,
      limitMs: 3000,
      messagesCount: 100,
      reconnectsCount: 0,
      bid: '60000',
      ask: '60000.1',
    },
  ],
  positions: [
    {
      strategy: 'ema-cross',
      venue: 'binance',
      symbol: 'BTC/USDT',
      quantity: '0.002',
      averagePrice: '60000.1',
      markPrice: '60001',
      realizedPnl: '0',
      unrealizedPnl: '0.0018',
      stopPrice: '59400',
      pnlAsset: 'USDT',
    },
  ],
  openOrders: [],
  dailyPnl: { asset: 'USDT', amount: '-0.12' },
  fees: { USDT: '0.12' },
  ordersUnknownCount: 0,
  framesCount: 1000,
  decisionsCount: 12,
  fillsCount: 1,
  faults: [],
};

/** A daemon in good health, with one chain of decisions. */
export function viewOf(change: Partial<DaemonView> = {}): DaemonView {
  return {
    status: () => STATUS,
    health: () => ({ healthy: true, loops: [] }),
    readiness: () => ({ ready: true, mode: 'ACTIVE', reasons: [] }),
    decisions: ({ limit }) => makeChain('d-1').slice(0, limit),
    orders: () => [],
    fills: () => [],
    positions: () => STATUS.positions,
    alarms: () => [],
    latency: () => [],
    memory: () => ({
      heapUsedBytes: 1,
      heapTotalBytes: 2,
      heapLimitBytes: 3,
      externalBytes: 4,
      rssBytes: 5,
      loopDelayMsP99: undefined,
      loopDelayMsMax: undefined,
      gc: {},
      collections: [],
    }),
    feeds: () => STATUS.feeds,
    ...change,
  };
}
