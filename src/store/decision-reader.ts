import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { type DecisionLine, isDecisionLine, type LatencyUs } from '../observe/decision-line.ts';

/** Filters of a list. Times are Unix ms, inclusive; newest first, at most `limit`. */
export interface DecisionFilter {
  readonly symbol?: string;
  readonly stage?: string;
  readonly outcome?: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly limit: number;
}

/** Which start made a record, its number among those of that start, and when. */
export interface DecisionNumber {
  readonly epoch: number;
  readonly seq: number;
  readonly atMs: number;
}

/** Asks `data/decisions.db` without disturbing its writer: a second, read-only connection. */
export class DecisionReader {
  readonly #db: Database.Database;

  /** `undefined` when there is no such file yet. */
  static open(path: string): DecisionReader | undefined {
    return existsSync(path) ? new DecisionReader(path) : undefined;
  }

  private constructor(path: string) {
    this.#db = new Database(path, { readonly: true, timeout: 200 });
  }

  /** The newest records that pass the filter, newest first. */
  list(filter: DecisionFilter): readonly DecisionLine[] {
    const where = ['at_ms >= @sinceMs', 'at_ms <= @untilMs'];
    if (filter.symbol !== undefined) where.push('symbol = @symbol');
    if (filter.stage !== undefined) where.push('stage = @stage');
    if (filter.outcome !== undefined) where.push('outcome = @outcome');
    return this.#read(
      `SELECT line FROM decision WHERE ${where.join(' AND ')} ORDER BY at_ms DESC, id DESC LIMIT @limit`,
      {
        sinceMs: filter.sinceMs ?? 0,
        untilMs: filter.untilMs ?? Number.MAX_SAFE_INTEGER,
        symbol: filter.symbol ?? null,
        stage: filter.stage ?? null,
        outcome: filter.outcome ?? null,
        limit: filter.limit,
      },
    );
  }

  /**
   * Every record of the chain that `ref` belongs to, oldest first; empty when nothing knows it. The
   * record of the sent order carries all its stage times, those that came later included.
   * `ref` is a decision id, a client order id, a venue order id, or `last-fill`.
   */
  chain(ref: string): readonly DecisionLine[] {
    const decisionId = ref === 'last-fill' ? this.#findLastFill() : this.#findChainOf(ref);
    if (decisionId === undefined) return [];
    const chain = this.#read(
      'SELECT line FROM decision WHERE decision_id = @decisionId ORDER BY id',
      { decisionId },
    );
    return chain.map((line) => this.#withOrderTimes(line));
  }

  /** Of all records at or after the moment, oldest first; those made again after a crash have none. */
  numbersSince(sinceMs: number): readonly DecisionNumber[] {
    return this.#db.prepare<[number], DecisionNumber>(SELECT_NUMBERS).all(sinceMs);
  }

  close(): void {
    this.#db.close();
  }

  #withOrderTimes(line: DecisionLine): DecisionLine {
    if (line.stage !== 'order' || line.clientOrderId === undefined) return line;
    const text = this.#db
      .prepare<[string], string>('SELECT latency_us FROM order_latency WHERE client_order_id = ?')
      .pluck()
      .get(line.clientOrderId);
    return text === undefined ? line : { ...line, latencyUs: parseTimes(text) };
  }

  #findChainOf(ref: string): string | undefined {
    for (const column of ['decision_id', 'client_order_id', 'venue_order_id']) {
      const found = this.#db
        .prepare<[string], string>(
          `SELECT decision_id FROM decision WHERE ${column} = ? ORDER BY id DESC LIMIT 1`,
        )
        .pluck()
        .get(ref);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #findLastFill(): string | undefined {
    return this.#db
      .prepare<[], string>(
        "SELECT decision_id FROM decision WHERE stage = 'fill' ORDER BY at_ms DESC LIMIT 1",
      )
      .pluck()
      .get();
  }

  #read(sql: string, values: Record<string, string | number | null>): readonly DecisionLine[] {
    const lines: DecisionLine[] = [];
    for (const text of this.#db.prepare<[typeof values], string>(sql).pluck().iterate(values)) {
      const value: unknown = JSON.parse(text);
      if (isDecisionLine(value)) lines.push(value);
    }
    return lines;
  }
}

const SELECT_NUMBERS = `
SELECT json_extract(line, '$.epoch') AS epoch, json_extract(line, '$.seq') AS seq, at_ms AS atMs
FROM decision WHERE at_ms >= ? AND json_extract(line, '$.seq') > 0 ORDER BY id`;

function parseTimes(text: string): LatencyUs {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, number] => typeof pair[1] === 'number'),
  );
}
