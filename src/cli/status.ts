import type { StatusView } from '../live/daemon-view.ts';
import { HaltLatch } from '../store/halt-latch.ts';
import { type Heartbeat, readHeartbeat } from '../store/heartbeat.ts';
import { readJournal } from '../store/journal-reader.ts';
import { askDaemon } from './ask-daemon.ts';
import { type DaemonFiles, findFiles } from './files.ts';
import { type JournalViews, viewJournal } from './journal-views.ts';
import {
  EXIT,
  formatAge,
  formatMoment,
  formatTable,
  toStdout,
  type VerbOptions,
  type Write,
} from './tell.ts';

/**
 * `overnight status`: how is the daemon. Exit 0 when it may trade, 1 when it runs and may not, 69 when
 * it does not answer; then what its files say is told.
 */
export async function statusCommand(
  { json, config }: VerbOptions,
  write: Write = toStdout,
): Promise<number> {
  const files = findFiles(config);
  const answer = await askDaemon(files, '/api/v1/status');
  if (answer.type === 'answered' && isStatus(answer.value)) {
    write(json ? `${JSON.stringify(answer.value)}\n` : renderStatus(answer.value));
    return answer.value.ready ? EXIT.fine : EXIT.finding;
  }
  const cause = answer.type === 'silent' ? answer.cause : 'its answer is no status';
  const last = readLast(files);
  if (json) write(`${JSON.stringify({ running: false, cause, ...last })}\n`);
  else write(renderLast(cause, last));
  return EXIT.noAnswer;
}

/** The daemon is ours; a foreign program on that port would lack these. */
function isStatus(value: unknown): value is StatusView {
  return (
    typeof value === 'object' &&
    value !== null &&
    'mode' in value &&
    'feeds' in value &&
    'openOrders' in value &&
    'epoch' in value
  );
}

function renderStatus(status: StatusView): string {
  const since = formatAge(status.nowMs - status.modeSinceMs);
  const feeds = status.feeds.map((feed) => [
    feed.symbol,
    feed.listing === 'TRADING' ? 'trading' : feed.listing,
    feed.connected ? 'connected' : 'DOWN',
    feed.bookSynced ? 'book synced' : 'BOOK NOT SYNCED',
    feed.dataAgeMs === undefined ? 'no data yet' : formatAge(feed.dataAgeMs),
    feed.bid ?? '-',
    feed.ask ?? '-',
  ]);
  const positions = status.positions.map((position) => [
    position.symbol,
    position.strategy,
    position.quantity,
    position.averagePrice ?? '-',
    position.unrealizedPnl ?? '-',
  ]);
  const orders = status.openOrders.map((order) => [
    order.clientOrderId,
    order.symbol,
    order.side,
    order.quantity,
    order.price,
    order.state,
  ]);
  const faults = status.faults.map((fault) => [
    fault.fault,
    fault.severity,
    `x${fault.count}`,
    `${formatAge(status.nowMs - fault.lastAtMs)} ago`,
    fault.text,
    formatDetail(fault.detail),
  ]);
  return [
    `${status.mode} since ${since}: ${status.modeCause}`,
    ...status.notReadyReasons.map((reason) => `not ready: ${reason}`),
    `${status.setup} on ${status.venue}, up ${formatAge(status.nowMs - status.startedAtMs)}, pid ${status.pid}, start ${status.epoch}, build ${status.buildId}`,
    `day ${status.dailyPnl.amount} ${status.dailyPnl.asset}, ${status.fillsCount} fills, ${status.decisionsCount} decisions, ${status.framesCount} messages`,
    ...section('feeds', ['symbol', '', '', '', 'age', 'bid', 'ask'], feeds),
    ...section('positions', ['symbol', 'strategy', 'quantity', 'average', 'unrealised'], positions),
    ...section('open orders', ['id', 'symbol', 'side', 'quantity', 'price', 'state'], orders),
    ...section('faults', ['fault', 'severity', '', 'last', '', 'the last one'], faults),
    '',
  ].join('\n');
}

function formatDetail(detail: StatusView['faults'][number]['detail']): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? +value.toFixed(1) : value}`)
    .join(', ');
}

function section(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  return rows.length === 0 ? ['', `${title}: none`] : ['', `${title}:`, formatTable(heads, rows)];
}

interface LastKnown {
  readonly heartbeat: Heartbeat | undefined;
  readonly journal: JournalViews | undefined;
  readonly chainBreak: string | undefined;
  readonly halted: string | undefined;
}

function readLast(files: DaemonFiles): LastKnown {
  const heartbeat = readHeartbeat(files.heartbeat);
  const journal = readJournal(files.journal);
  return {
    heartbeat: heartbeat.type === 'read' ? heartbeat.heartbeat : undefined,
    journal: journal.type === 'read' ? viewJournal(journal.rows) : undefined,
    chainBreak: journal.type === 'read' ? journal.chainBreak : undefined,
    halted: new HaltLatch(files.haltLatch).readCause(),
  };
}

const ENDED: ReadonlySet<string> = new Set([
  'FILLED',
  'CANCELED',
  'EXPIRED',
  'REJECTED',
  'ABSENT',
  'VOID',
]);

function renderLast(cause: string, { heartbeat, journal, chainBreak, halted }: LastKnown): string {
  const lines = [`the daemon does not answer (${cause})`];
  if (halted !== undefined) lines.push(`data/HALT is set: ${halted}`);
  if (chainBreak !== undefined) lines.push(`THE JOURNAL IS DAMAGED: ${chainBreak}`);
  if (heartbeat !== undefined) {
    const { atMs, pid, mode, modeCause } = heartbeat;
    lines.push(`last heartbeat ${formatMoment(atMs)}, pid ${pid}, ${mode}: ${modeCause}`);
  }
  if (journal === undefined) {
    lines.push(
      heartbeat === undefined
        ? 'no daemon has run here yet'
        : 'its journal is held: it runs, or hangs',
    );
    return `${lines.join('\n')}\n`;
  }
  const { lastStart, stopped, mode, positions, orders } = journal;
  if (lastStart !== undefined) {
    const end =
      stopped === undefined
        ? 'and it did not end cleanly'
        : `ended ${formatMoment(stopped.atMs)}: ${stopped.cause}`;
    lines.push(`last start ${lastStart.epoch} at ${formatMoment(lastStart.atMs)}, ${end}`);
  }
  if (mode !== undefined)
    lines.push(`mode ${mode.mode} since ${formatMoment(mode.atMs)}: ${mode.cause}`);
  const open = orders.filter(({ state }) => !ENDED.has(state));
  lines.push(
    ...section(
      'positions',
      ['symbol', 'strategy', 'quantity'],
      positions.map((p) => [p.symbol, p.strategy, p.quantity]),
    ),
    ...section(
      'open orders',
      ['id', 'symbol', 'side', 'quantity', 'state'],
      open.map((o) => [o.clientOrderId, o.symbol, o.side, o.quantity, o.state]),
    ),
  );
  return `${lines.join('\n')}\n`;
}
