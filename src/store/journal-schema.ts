/**
 * `data/journal.db`, version 1. Rows are appended and never changed: triggers refuse UPDATE and DELETE,
 * and each row's hash covers the one before. The promises that money hangs on are constraints, so that
 * a mistake in the core stops at the disk: one intent per client order id, one send per intent ever,
 * nothing sent without an intent or after it was voided, each fill booked once.
 */
export const JOURNAL_SCHEMA_VERSION = 1;

/** 'ovnj': another program's SQLite file is not taken for a journal. */
export const JOURNAL_APPLICATION_ID = 0x6f766e6a;

export const JOURNAL_SCHEMA = `
CREATE TABLE epoch (
  epoch INTEGER PRIMARY KEY,
  wall_ms REAL NOT NULL,
  pid INTEGER NOT NULL,
  build_id TEXT NOT NULL,
  config_hash TEXT NOT NULL
) STRICT;

CREATE TABLE journal (
  id INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL REFERENCES epoch(epoch),
  type TEXT NOT NULL,
  client_order_id TEXT,
  send_attempts INTEGER,
  venue TEXT,
  symbol TEXT,
  trade_id TEXT,
  body TEXT NOT NULL,
  build_id TEXT NOT NULL,
  config_hash TEXT NOT NULL,
  wall_ms REAL NOT NULL,
  mono_ns INTEGER NOT NULL,
  server_ms REAL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  CHECK (type <> 'submitted' OR send_attempts = 1),
  CHECK (type NOT IN ('intent', 'submitted', 'voided') OR client_order_id IS NOT NULL),
  CHECK (type <> 'filled' OR (venue IS NOT NULL AND symbol IS NOT NULL AND trade_id IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX intent_once ON journal(client_order_id) WHERE type = 'intent';
CREATE UNIQUE INDEX submitted_once ON journal(client_order_id) WHERE type = 'submitted';
CREATE UNIQUE INDEX voided_once ON journal(client_order_id) WHERE type = 'voided';
CREATE UNIQUE INDEX fill_once ON journal(venue, symbol, trade_id) WHERE type = 'filled';
CREATE INDEX starts ON journal(wall_ms) WHERE type IN ('started', 'stopped');

CREATE TRIGGER submitted_needs_intent BEFORE INSERT ON journal
  WHEN NEW.type = 'submitted'
  AND NOT EXISTS (SELECT 1 FROM journal WHERE type = 'intent' AND client_order_id = NEW.client_order_id)
  BEGIN SELECT RAISE(ABORT, 'submitted without an intent'); END;
CREATE TRIGGER submitted_never_after_void BEFORE INSERT ON journal
  WHEN NEW.type = 'submitted'
  AND EXISTS (SELECT 1 FROM journal WHERE type = 'voided' AND client_order_id = NEW.client_order_id)
  BEGIN SELECT RAISE(ABORT, 'submitted after it was voided'); END;

CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER epoch_no_update BEFORE UPDATE ON epoch
  BEGIN SELECT RAISE(ABORT, 'epochs are append-only'); END;
CREATE TRIGGER epoch_no_delete BEFORE DELETE ON epoch
  BEGIN SELECT RAISE(ABORT, 'epochs are append-only'); END;

PRAGMA application_id = ${JOURNAL_APPLICATION_ID};
PRAGMA user_version = ${JOURNAL_SCHEMA_VERSION};
`;
