import { strategyId } from '../domain/ids.ts';
import type { FileBlocks } from './schema.ts';
import type { Settings } from './settings.ts';
import { defaultBases } from './venue-bases.ts';

/** Bars for the dashboard and the reports, whatever the strategies want. */
const COMMON_CANDLE_INTERVAL_MS = 60_000;

/** The settings that the rooms take, from blocks that passed every check; `undefined` if one is missing. */
export function composeSettings(file: FileBlocks): Settings | undefined {
  const { venue, startMode, symbols, account, feed, signal, strategies, sizing, risk } = file;
  const { exits, execution, recovery, data, http, log, capture, retention, mail } = file;
  if (!(venue && startMode && symbols && account && feed && signal && strategies)) return undefined;
  if (!(sizing && risk && exits && execution && recovery && data && http && log)) return undefined;
  if (!(capture && retention && mail)) return undefined;
  const bases = defaultBases(venue.setup, file.exchange?.port);
  return {
    venue: {
      setup: venue.setup,
      name: venue.name,
      restBase: venue.restBase ?? bases.restBase,
      wsBase: venue.wsBase ?? bases.wsBase,
      wsApiBase: venue.wsApiBase ?? bases.wsApiBase,
      keyFile: venue.keyFile,
    },
    startMode,
    symbols,
    feed: { ...feed, candleIntervalsMs: candleIntervals(strategies) },
    signal: {
      ...signal,
      strategies: strategies.map((strategy) => ({ ...strategy, id: strategyId(strategy.id) })),
    },
    sizing,
    risk,
    portfolio: {
      account,
      exits: { standard: exits.standard, byStrategy: exits.byStrategy ?? {} },
    },
    execution: {
      ...execution,
      leaseWaitMs: recovery.leaseWaitMs,
      refusalsInRowMax: risk.refusalsInRowMax,
      intentAgeMsMax: risk.intentAgeMsMax,
    },
    recovery,
    data,
    http,
    log,
    capture,
    retention,
    mail: { recipient: mail.recipient, recipientConfirmed: mail.recipientConfirmed },
    exchange: file.exchange,
    live: file.live,
  };
}

function candleIntervals(
  strategies: readonly { readonly parameters: Readonly<Record<string, number>> }[],
): readonly number[] {
  const intervals = new Set([COMMON_CANDLE_INTERVAL_MS]);
  for (const { parameters } of strategies) {
    const interval = parameters['candleIntervalMs'];
    if (interval !== undefined) intervals.add(interval);
  }
  return [...intervals].sort((a, b) => a - b);
}
