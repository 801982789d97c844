import type { DecisionLine } from '../observe/decision-line.ts';

/**
 * `data/decisions.db`: a row per record, the whole record as JSON beside the columns that questions
 * are asked by. Orders are few among decisions, so their indexes are partial and small. The stage times
 * of an order stand apart: they grow until the answer and the fill are there, after its records are written.
 */
export const DECISION_SCHEMA = `
CREATE TABLE IF NOT EXISTS decision (
  id INTEGER PRIMARY KEY,
  at_ms REAL NOT NULL,
  decision_id TEXT NOT NULL,
  stage TEXT NOT NULL,
  outcome TEXT NOT NULL,
  symbol TEXT NOT NULL,
  client_order_id TEXT,
  venue_order_id TEXT,
  line TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS decision_by_chain ON decision(decision_id);
CREATE INDEX IF NOT EXISTS decision_by_client_order ON decision(client_order_id) WHERE client_order_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS decision_by_venue_order ON decision(venue_order_id) WHERE venue_order_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS decision_by_symbol ON decision(symbol, at_ms);
CREATE INDEX IF NOT EXISTS decision_by_time ON decision(at_ms);
CREATE TABLE IF NOT EXISTS order_latency (
  client_order_id TEXT PRIMARY KEY,
  at_ms REAL NOT NULL,
  latency_us TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS order_latency_by_time ON order_latency(at_ms);
CREATE INDEX IF NOT EXISTS decision_fills ON decision(at_ms) WHERE stage = 'fill';
`;

export const INSERT_DECISION = `
INSERT INTO decision (at_ms, decision_id, stage, outcome, symbol, client_order_id, venue_order_id, line)
VALUES (@atMs, @decisionId, @stage, @outcome, @symbol, @clientOrderId, @venueOrderId, @line)`;

export const UPSERT_LATENCY = `
INSERT INTO order_latency (client_order_id, at_ms, latency_us) VALUES (@clientOrderId, @atMs, @latencyUs)
ON CONFLICT (client_order_id) DO UPDATE SET latency_us = excluded.latency_us`;

/** The stage times of one order, as JSON. */
export interface StoredLatency {
  readonly clientOrderId: string;
  readonly atMs: number;
  readonly latencyUs: string;
}

export interface StoredDecision {
  readonly atMs: number;
  readonly decisionId: string;
  readonly stage: string;
  readonly outcome: string;
  readonly symbol: string;
  readonly clientOrderId: string | null;
  readonly venueOrderId: string | null;
  readonly line: string;
}

export function toStoredDecision(line: DecisionLine): StoredDecision {
  return {
    atMs: line.atMs,
    decisionId: line.decisionId,
    stage: line.stage,
    outcome: line.outcome,
    symbol: line.symbol,
    clientOrderId: line.clientOrderId ?? null,
    venueOrderId: line.venueOrderId ?? null,
    line: JSON.stringify(line),
  };
}
