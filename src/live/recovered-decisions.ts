import type { DecisionRecord } from '../domain/decision.ts';
import { recount } from '../domain/finer-grid.ts';
import type { ClientOrderId } from '../domain/ids.ts';
import { formatAmount, formatPrice, formatQuantity } from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { OrderIntent } from '../domain/order.ts';
import type { ReasonCode } from '../domain/reason.ts';
import type { DecisionLine } from '../observe/decision-line.ts';

/** Records wait a fraction of a second: what is missing is at the very end. The start must not read a whole night for it. */
const ROWS_MAX = 2_000;

/** Finds what is already on disk about an order. */
export type ChainOf = (id: ClientOrderId) => readonly DecisionLine[];

/**
 * Decision records that a crash took, made again from the journal: records are written in batches and
 * orders are not, so a killed daemon may have sent an order whose reasons were still in memory. Looks
 * at the last run only; what it makes says `recovered` in its inputs.
 */
export function recoverDecisions(
  rows: readonly JournalRow[],
  chainOf: ChainOf,
): readonly DecisionRecord[] {
  const intents = new Map<ClientOrderId, OrderIntent>();
  const known = new Map<ClientOrderId, readonly DecisionLine[]>();
  const made: DecisionRecord[] = [];
  const unproven = new Set<ClientOrderId>();
  const lastStart = rows.findLastIndex((row) => row.type === 'started');
  const first = Math.max(lastStart, rows.length - ROWS_MAX);
  for (const [place, row] of rows.entries()) {
    if (row.type === 'intent') intents.set(row.intent.clientOrderId, row.intent);
    const id = idOf(row);
    const intent = id === undefined ? undefined : intents.get(id);
    if (id === undefined || intent === undefined) continue;
    if (row.type === 'regridded') intents.set(id, recount(intent, row.instrument));
    const wasUnproven = unproven.has(id);
    if (row.type === 'unknown' || row.type === 'dead') unproven.add(id);
    if (row.type === 'reported') unproven.delete(id);
    if (place < first) continue;
    const record = toRecord(row, intent, wasUnproven);
    if (record === undefined) continue;
    const chain = known.get(intent.clientOrderId) ?? chainOf(intent.clientOrderId);
    known.set(intent.clientOrderId, chain);
    const isTold = [...chain, ...made].some((line) => isSame(line, record));
    if (!isTold) made.push(record);
  }
  return made;
}

function idOf(row: JournalRow): ClientOrderId | undefined {
  if (row.type === 'intent') return row.intent.clientOrderId;
  return 'clientOrderId' in row && row.type !== 'external' ? row.clientOrderId : undefined;
}

/** One order has one record per stage and state, and one per fill. */
function isSame(
  line: Pick<DecisionLine | DecisionRecord, 'clientOrderId' | 'stage' | 'outcome' | 'reason'> & {
    readonly inputs?: DecisionRecord['inputs'] | undefined;
  },
  record: DecisionRecord,
): boolean {
  if (line.clientOrderId !== record.clientOrderId || line.stage !== record.stage) return false;
  if (record.stage === 'fill') {
    return String(line.reason['tradeId'] ?? line.inputs?.['tradeId']) === record.reason['tradeId'];
  }
  if (record.stage !== 'ack') return true;
  const to = record.inputs['to'];
  return to === undefined ? line.outcome === record.outcome : line.inputs?.['to'] === to;
}

type Told = Pick<DecisionRecord, 'stage' | 'outcome' | 'reason'> &
  Partial<Pick<DecisionRecord, 'checks' | 'venueOrderId' | 'inputs'>>;

function toRecord(
  row: JournalRow,
  intent: OrderIntent,
  wasUnproven: boolean,
): DecisionRecord | undefined {
  const told = tell(row, intent, wasUnproven);
  if (told === undefined) return undefined;
  return {
    atMs: row.atMs,
    seq: 0,
    decisionId: intent.decisionId,
    venue: intent.venue,
    symbol: intent.symbol,
    strategy: intent.strategy,
    clientOrderId: intent.clientOrderId,
    venueOrderId: told.venueOrderId,
    dataTrust: 'certified',
    run: undefined,
    stage: told.stage,
    outcome: told.outcome,
    reason: told.reason,
    checks: told.checks ?? [],
    inputs: { ...told.inputs, recovered: true },
  };
}

function tell(row: JournalRow, intent: OrderIntent, wasUnproven: boolean): Told | undefined {
  switch (row.type) {
    case 'intent':
      return {
        stage: 'risk',
        outcome: 'accepted',
        reason: { code: 'INTENT_APPROVED' },
        checks: row.checks,
        inputs: {
          wish: intent.reason.code,
          side: intent.side,
          orderClass: intent.class,
          price: formatPrice(intent.instrument, intent.price),
          quantity: formatQuantity(intent.instrument, intent.quantity),
        },
      };
    case 'submitted':
      return {
        stage: 'order',
        outcome: 'sent',
        reason: { code: 'SENT', sentAtMs: row.sentAtMs, leaseEndMs: row.leaseEndMs },
      };
    case 'voided':
      return { stage: 'order', outcome: 'void', reason: row.reason };
    case 'rejected':
      return {
        stage: 'ack',
        outcome: 'rejected',
        reason: { code: 'VENUE_REFUSED', venueCode: row.proof.code, text: row.proof.text },
      };
    case 'unknown':
      return {
        stage: 'ack',
        outcome: 'unknown',
        reason: { code: 'OUTCOME_UNPROVEN', cause: row.cause.type },
      };
    case 'filled':
      return tellFill(row, intent);
    case 'reported':
      return tellReport(row, intent, wasUnproven);
    default:
      // What is left says nothing that another record of the chain would not say.
      return undefined;
  }
}

type ReportedRow = Extract<JournalRow, { type: 'reported' }>;

// biome-ignore format: it reads as a list
const REPORTED: Readonly<Record<ReportedRow['state'], Pick<Told, 'outcome'> & { readonly code: ReasonCode }>> = {
  ACCEPTED:         { outcome: 'accepted', code: 'VENUE_ACCEPTED' },
  PARTIALLY_FILLED: { outcome: 'partial',  code: 'FILL' },
  FILLED:           { outcome: 'filled',   code: 'FILL' },
  CANCELED:         { outcome: 'canceled', code: 'VENUE_CANCELED' },
  EXPIRED:          { outcome: 'expired',  code: 'VENUE_EXPIRED' },
};

/** The venue will not say it again: an order that has ended in the journal is not asked about. */
function tellReport(row: ReportedRow, intent: OrderIntent, wasUnproven: boolean): Told {
  const { outcome, code } = REPORTED[row.state];
  return {
    stage: 'ack',
    outcome: wasUnproven ? 'adopted' : outcome,
    reason: {
      code: wasUnproven ? 'FOUND_AT_VENUE' : code,
      filledLots: row.filledQuantity,
      quantityLots: intent.quantity,
      ...(row.text === '' ? {} : { text: row.text }),
    },
    venueOrderId: row.venueOrderId,
    inputs: { to: row.state, source: row.source },
  };
}

function tellFill(row: Extract<JournalRow, { type: 'filled' }>, intent: OrderIntent): Told {
  const { fill } = row;
  const { instrument } = intent;
  return {
    stage: 'fill',
    outcome: fill.quantity >= intent.quantity ? 'filled' : 'partial',
    reason: { code: row.late ? 'LATE_FILL' : 'FILL', tradeId: fill.tradeId },
    venueOrderId: fill.venueOrderId,
    inputs: {
      side: fill.side,
      price: formatPrice(instrument, fill.price),
      quantity: formatQuantity(instrument, fill.quantity),
      quote: formatAmount(instrument.quote, fill.quote),
      feeAsset: fill.feeAsset,
      liquidity: fill.liquidity,
      source: row.source,
    },
  };
}
