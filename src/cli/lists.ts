import { REASONS } from '../domain/reason.ts';
import type { FillView, ListQuery, OrderView, PositionView } from '../live/daemon-view.ts';
import type { DecisionLine } from '../observe/decision-line.ts';
import { DecisionReader } from '../store/decision-reader.ts';
import { readJournal } from '../store/journal-reader.ts';
import { askDaemon } from './ask-daemon.ts';
import { type DaemonFiles, findFiles } from './files.ts';
import { type JournalViews, viewJournal } from './journal-views.ts';
import { type ListOptions, readListQuery } from './list-options.ts';
import { EXIT, formatMoment, formatTable, toStdout, type Write } from './tell.ts';

/** `overnight decisions`: newest first. Read from the decision file, running daemon or not. */
export async function decisionsCommand(
  options: ListOptions,
  write: Write = toStdout,
): Promise<number> {
  const files = findFiles(options.config);
  const query = readListQuery(options, Date.now());
  const reader = DecisionReader.open(files.decisions);
  const lines = reader?.list(query) ?? [];
  reader?.close();
  if (options.json) write(`${JSON.stringify(lines)}\n`);
  else write(`${lines.length === 0 ? noneOf(files, query) : tableOfDecisions(lines)}\n`);
  return EXIT.fine;
}

/** `overnight orders`, newest first. */
export async function ordersCommand(
  options: ListOptions,
  write: Write = toStdout,
): Promise<number> {
  return await listCommand<OrderView>(options, write, {
    path: '/api/v1/orders',
    fromJournal: ({ orders }) => orders,
    atMsOf: ({ createdAtMs }) => createdAtMs,
    heads: ['created', 'id', 'symbol', 'side', 'quantity', 'price', 'filled', 'state', 'strategy'],
    toRow: (order) => [
      formatMoment(order.createdAtMs),
      order.clientOrderId,
      order.symbol,
      order.side,
      order.quantity,
      order.price,
      order.filledQuantity,
      order.state,
      order.strategy,
    ],
  });
}

/** `overnight fills`, newest first. */
export async function fillsCommand(options: ListOptions, write: Write = toStdout): Promise<number> {
  return await listCommand<FillView>(options, write, {
    path: '/api/v1/fills',
    fromJournal: ({ fills }) => fills,
    atMsOf: ({ tradedAtMs }) => tradedAtMs,
    heads: ['traded', 'symbol', 'side', 'quantity', 'price', 'value', 'fee', 'trade', 'order'],
    toRow: (fill) => [
      formatMoment(fill.tradedAtMs),
      fill.symbol,
      fill.side,
      fill.quantity,
      fill.price,
      fill.quote,
      `${fill.fee} ${fill.feeAsset}`,
      fill.tradeId,
      fill.clientOrderId,
    ],
  });
}

/** `overnight positions`. */
export async function positionsCommand(
  options: ListOptions,
  write: Write = toStdout,
): Promise<number> {
  return await listCommand<PositionView>(options, write, {
    path: '/api/v1/positions',
    fromJournal: ({ positions }) => positions,
    atMsOf: () => undefined,
    heads: ['symbol', 'strategy', 'quantity', 'average', 'mark', 'realised', 'unrealised', 'in'],
    toRow: (position) => [
      position.symbol,
      position.strategy,
      position.quantity,
      position.averagePrice ?? '-',
      position.markPrice ?? '-',
      position.realizedPnl ?? '-',
      position.unrealizedPnl ?? '-',
      position.pnlAsset,
    ],
  });
}

interface ListKind<T extends { readonly symbol: string }> {
  readonly path: string;
  readonly fromJournal: (views: JournalViews) => readonly T[];
  readonly atMsOf: (item: T) => number | undefined;
  readonly heads: readonly string[];
  readonly toRow: (item: T) => readonly string[];
}

async function listCommand<T extends { readonly symbol: string }>(
  options: ListOptions,
  write: Write,
  kind: ListKind<T>,
): Promise<number> {
  const files = findFiles(options.config);
  const query = readListQuery(options, Date.now());
  const items = await readItems(files, query, kind);
  if (items.type === 'silent') {
    write(`${items.cause}\n`);
    return EXIT.noAnswer;
  }
  if (options.json) write(`${JSON.stringify(items.items)}\n`);
  else if (items.items.length === 0) write(`${noneOf(files, query)}\n`);
  else write(`${formatTable(kind.heads, items.items.map(kind.toRow))}\n`);
  return EXIT.fine;
}

type Items<T> =
  | { readonly type: 'read'; readonly items: readonly T[] }
  | { readonly type: 'silent'; readonly cause: string };

/** From the running daemon; from the journal when none runs. */
async function readItems<T extends { readonly symbol: string }>(
  files: DaemonFiles,
  query: ListQuery,
  kind: ListKind<T>,
): Promise<Items<T>> {
  const answer = await askDaemon(files, `${kind.path}?${toSearch(query)}`);
  if (answer.type === 'answered' && Array.isArray(answer.value)) {
    return { type: 'read', items: answer.value };
  }
  const journal = readJournal(files.journal);
  if (journal.type === 'read') {
    const all = kind.fromJournal(viewJournal(journal.rows));
    return {
      type: 'read',
      items: all.filter((item) => matches(item, query, kind)).slice(0, query.limit),
    };
  }
  if (journal.type === 'absent') return { type: 'read', items: [] };
  const cause = answer.type === 'silent' ? answer.cause : 'the daemon answered with something else';
  return { type: 'silent', cause: `a daemon holds the journal and does not answer: ${cause}` };
}

function matches<T extends { readonly symbol: string }>(
  item: T,
  { symbol, sinceMs, untilMs }: ListQuery,
  kind: ListKind<T>,
): boolean {
  const atMs = kind.atMsOf(item);
  if (symbol !== undefined && item.symbol !== symbol) return false;
  if (atMs === undefined) return true;
  return atMs >= (sinceMs ?? 0) && atMs <= (untilMs ?? Number.POSITIVE_INFINITY);
}

function toSearch(query: ListQuery): string {
  const pairs = Object.entries(query).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  return new URLSearchParams(pairs).toString();
}

/** Nothing found; said with the likeliest mistake, a symbol written in the venue's way. */
function noneOf({ settings }: DaemonFiles, { symbol }: ListQuery): string {
  if (symbol === undefined || settings.symbols.includes(symbol)) return 'none';
  return `none; ${symbol} is no symbol of the settings (${settings.symbols.join(', ')})`;
}

function tableOfDecisions(lines: readonly DecisionLine[]): string {
  const heads = ['at', 'stage', 'symbol', 'strategy', 'outcome', 'reason', 'chain'];
  const rows = lines.map((line) => [
    line.at.replace('T', ' ').replace('Z', ''),
    line.stage,
    line.symbol,
    line.strategy ?? '-',
    line.run === undefined ? line.outcome : `${line.outcome} x${line.run.count}`,
    line.reason.code in REASONS ? line.reason.code : `${line.reason.code} (not of this build)`,
    line.decisionId,
  ]);
  return formatTable(heads, rows);
}
