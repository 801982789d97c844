import type { Mode } from '../domain/mode.ts';
import type { MetricSet } from '../observe/metric-set.ts';
import type { Desk, VenueDesk } from '../pipeline/desk.ts';
import type { DaemonStatus } from './daemon-status.ts';
import type { Pm2Gauge } from './pm2.ts';
import { wallClockMs } from './wall-clock.ts';

const MODES: readonly Mode[] = ['RECOVERING', 'ACTIVE', 'REDUCING', 'OBSERVING', 'HALTED'];

/** Reads the desk whenever somebody scrapes: nothing of this costs anything while nobody looks. */
export function exportDesk(metrics: MetricSet, desk: Desk): void {
  metrics.onCollect(() => {
    for (const mode of MODES) {
      metrics.gauge('overnight_mode', { mode }).value = desk.mode.mode === mode ? 1 : 0;
    }
    metrics.gauge('overnight_open_positions', {}).value = countPositions(desk);
    for (const venue of desk.venues) exportVenue(metrics, desk, venue);
  });
}

function exportVenue(metrics: MetricSet, desk: Desk, desked: VenueDesk): void {
  const { feed, orders, stream, instruments, listings } = desked;
  const venue = desked.setup.venue;
  const nowMs = wallClockMs();
  for (const { index, symbol, status } of instruments) {
    metrics.gauge('overnight_venue_status', { venue, symbol }).value = status === 'TRADING' ? 1 : 0;
    const ageMs = feed.ageMs(index, nowMs);
    // A symbol without any data has no age: it stays missing instead of pretending.
    if (Number.isFinite(ageMs)) {
      metrics.gauge('overnight_market_data_age_seconds', { venue, symbol }).value = ageMs / 1_000;
    }
    const synced = feed.book(index)?.isSynced === true ? 1 : 0;
    metrics.gauge('overnight_book_synced', { venue, symbol }).value = synced;
  }
  for (const { symbol } of desked.absent) {
    metrics.gauge('overnight_venue_status', { venue, symbol }).value = 0;
  }
  for (const [outcome, count] of [
    ['good', listings.goodCount],
    ['failed', listings.failedCount],
  ] as const) {
    metrics.counter('overnight_listing_answers_total', { venue, outcome }).value = count;
  }
  const live = feed.connections().filter(({ state }) => state === 'live');
  metrics.gauge('overnight_ws_connected', { venue, stream: 'market' }).value =
    live.length > 0 ? 1 : 0;
  metrics.gauge('overnight_ws_connected', { venue, stream: 'account' }).value = stream.isUp(nowMs)
    ? 1
    : 0;
  const lastAtMs = Math.max(...live.map(({ lastFrameAtMs }) => lastFrameAtMs ?? 0), 0);
  if (lastAtMs > 0) {
    metrics.gauge('overnight_ws_last_message_age_seconds', { venue, stream: 'market' }).value =
      (nowMs - lastAtMs) / 1_000;
  }
  for (const [reason, count] of Object.entries(feed.counters.reconnects)) {
    metrics.counter('overnight_ws_reconnects_total', { venue, reason }).value = count;
  }
  for (const [reason, count] of Object.entries(feed.counters.rejections)) {
    metrics.counter('overnight_data_rejected_total', { venue, reason }).value = count;
  }
  metrics.counter('overnight_book_gaps_total', { venue }).value = feed.counters.bookGaps;
  const offsetMs = feed.clockOffsetMs();
  if (offsetMs !== undefined) {
    metrics.gauge('overnight_clock_offset_seconds', { venue }).value = offsetMs / 1_000;
  }
  metrics.gauge('overnight_orders_open', { venue }).value = orders.openOrders().length;
  metrics.gauge('overnight_orders_unknown', { venue }).value = orders.unknownCount();
  const daily = desk.portfolio?.assessPnl(nowMs).daily;
  if (daily !== undefined) {
    metrics.gauge('overnight_daily_pnl_quote', { account: venue }).value =
      Number(daily) / 10 ** desk.setup.accountQuote.scale;
  }
}

function countPositions(desk: Desk): number {
  const held = (desk.portfolio?.listPositions() ?? []).filter(
    ({ quantity, isDust }) => quantity > 0 && !isDust,
  );
  return new Set(held.map(({ instrument }) => `${instrument.venue}|${instrument.symbol}`)).size;
}

/** The main gauges for `pm2 monit` and `pm2 describe`. */
export function pm2Gauges(status: DaemonStatus, desk: Desk): Readonly<Record<string, Pm2Gauge>> {
  const { mode, dailyPnl, framesCount, ordersUnknownCount, openOrders, feeds } = status.status();
  const oldestMs = Math.max(0, ...feeds.map(({ dataAgeMs }) => dataAgeMs ?? 0));
  const latency = status.latency().find(({ stage }) => stage === 'tick_to_order');
  const { heapUsedBytes, rssBytes, loopDelayMsP99 } = status.memory();
  return {
    Mode: { value: mode },
    'Oldest data': { value: Math.round(oldestMs), unit: 'ms' },
    'Open positions': { value: countPositions(desk) },
    'Open orders': { value: openOrders.length },
    'Unknown orders': { value: ordersUnknownCount },
    'Daily P&L': { value: dailyPnl.amount, unit: dailyPnl.asset },
    Frames: { value: framesCount },
    'Tick to order p99': { value: latency?.p99Us ?? 'none yet', unit: 'us' },
    'Loop delay p99': { value: loopDelayMsP99 ?? 'none yet', unit: 'ms' },
    'Heap used': { value: Math.round(heapUsedBytes / 1_048_576), unit: 'MiB' },
    RSS: { value: Math.round(rssBytes / 1_048_576), unit: 'MiB' },
  };
}
