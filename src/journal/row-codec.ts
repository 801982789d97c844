import { InvariantBroken } from '../domain/assert.ts';
import type { JournalRow, JournalRowType } from '../domain/journal-row.ts';
import {
  causeShape,
  checkShape,
  clientOrderIdShape,
  fillShape,
  instrumentShape,
  intentShape,
  lotsShape,
  momentShape,
  reasonShape,
  refusalShape,
  venueOrderIdShape,
} from './order-shapes.ts';
import {
  asObject,
  finite,
  flag,
  listOf,
  object,
  oneOf,
  recordOf,
  type Shape,
  text,
  UnreadableRow,
} from './shape.ts';

/** Version of the row's text. A reader refuses what it does not know: a newer build wrote it. */
export const ROW_VERSION = 1;

type RowOf = { readonly [K in JournalRowType]: Extract<JournalRow, { readonly type: K }> };

const at = { atMs: momentShape } as const;
const ours = { ...at, clientOrderId: clientOrderIdShape } as const;
const source = oneOf('answer', 'userStream', 'query');
const mode = oneOf('RECOVERING', 'ACTIVE', 'REDUCING', 'OBSERVING', 'HALTED');
const once: Shape<1> = {
  encode: (value) => value,
  decode: (json, path) => {
    if (json !== 1) throw new UnreadableRow(path, '1', json);
    return 1;
  },
};

const SHAPES: { readonly [K in JournalRowType]: Shape<RowOf[K]> } = {
  intent: object({ type: oneOf('intent'), ...at, intent: intentShape, checks: listOf(checkShape) }),
  submitted: object({
    type: oneOf('submitted'),
    ...ours,
    sentAtMs: momentShape,
    leaseEndMs: momentShape,
    payloadHash: text,
    sendAttempts: once,
  }),
  voided: object({ type: oneOf('voided'), ...ours, reason: reasonShape }),
  reported: object({
    type: oneOf('reported'),
    ...ours,
    venueOrderId: venueOrderIdShape,
    state: oneOf('ACCEPTED', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'EXPIRED'),
    filledQuantity: lotsShape,
    source,
    text,
  }),
  rejected: object({ type: oneOf('rejected'), ...ours, proof: refusalShape }),
  unknown: object({ type: oneOf('unknown'), ...ours, cause: causeShape }),
  absent: object({ type: oneOf('absent'), ...ours, proof: text }),
  dead: object({ type: oneOf('dead'), ...ours }),
  cancelRequested: object({ type: oneOf('cancelRequested'), ...ours, reason: reasonShape }),
  filled: object({ type: oneOf('filled'), ...ours, fill: fillShape, source, late: flag }),
  regridded: object({ type: oneOf('regridded'), ...ours, instrument: instrumentShape }),
  external: object({
    type: oneOf('external'),
    ...at,
    venue: text,
    symbol: text,
    venueOrderId: venueOrderIdShape,
    clientOrderId: text,
    text,
  }),
  mode: object({
    type: oneOf('mode'),
    ...at,
    from: mode,
    to: mode,
    actor: oneOf('machine', 'operator'),
    cause: text,
  }),
  opening: object({ type: oneOf('opening'), ...at, venue: text, balances: recordOf(text) }),
  dayOpened: object({
    type: oneOf('dayOpened'),
    ...at,
    day: text,
    realizedQuote: text,
    ordersCount: finite,
  }),
  started: object({
    type: oneOf('started'),
    ...at,
    epoch: finite,
    clean: flag,
    configHash: text,
    buildId: text,
  }),
  stopped: object({ type: oneOf('stopped'), ...at, cause: text }),
};

/** One line of JSON, always the same for equal rows: what is stored and what the chain hashes. */
export function encodeRow(row: JournalRow): string {
  const json = encodeAs(row.type, row);
  if (typeof json !== 'object' || json === null) throw new InvariantBroken('a row is an object');
  return JSON.stringify({ v: ROW_VERSION, ...json });
}

/** The row of a text that `encodeRow` made. Throws `UnreadableRow` for any other text. */
export function decodeRow(stored: string): JournalRow {
  const { v: version, ...row } = asObject(parseJson(stored), 'row');
  if (version !== ROW_VERSION) throw new UnreadableRow('row.v', `version ${ROW_VERSION}`, version);
  const type = row['type'];
  if (!isRowType(type)) throw new UnreadableRow('row.type', 'a known row type', type);
  return SHAPES[type].decode(row, `row(${type})`);
}

function encodeAs<K extends JournalRowType>(type: K, row: RowOf[K]) {
  return SHAPES[type].encode(row);
}

function parseJson(stored: string): unknown {
  try {
    return JSON.parse(stored);
  } catch (cause) {
    throw new UnreadableRow('row', `JSON (${cause instanceof Error ? cause.message : ''})`, stored);
  }
}

function isRowType(value: unknown): value is JournalRowType {
  return typeof value === 'string' && Object.hasOwn(SHAPES, value);
}
