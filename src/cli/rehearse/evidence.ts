import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { DecisionReader } from '../../store/decision-reader.ts';
import { readJournal } from '../../store/journal-reader.ts';
import { truthShape } from './exchange-truth.ts';
import type { Evidence } from './judge.ts';

const TRUTH_FILE = 'truth.json';
const DECISIONS_MAX = 1_000_000;
const keptShape = z.object({ truth: truthShape, operatorIds: z.array(z.string()) });

/** A night that this build cannot judge; the message says why. */
export class UnreadableNight extends Error {
  override readonly name = 'UnreadableNight';
}

/** Whether a night was kept there. */
export function isKept(folder: string): boolean {
  return existsSync(path.join(folder, TRUTH_FILE));
}

/** Keeps what the exchange knew beside what the daemon wrote: the exchange forgets its wire log with its process. */
export function keepTruth(folder: string, kept: z.infer<typeof keptShape>): void {
  writeFileSync(path.join(folder, TRUTH_FILE), JSON.stringify(kept));
}

/** Everything to judge a night by, from the folder of a stopped one. Throws `UnreadableNight`. */
export function readEvidence(folder: string): Evidence {
  const text = readFileSync(path.join(folder, TRUTH_FILE), 'utf8');
  const kept = keptShape.safeParse(JSON.parse(text));
  if (!kept.success) {
    const [first] = kept.error.issues;
    throw new UnreadableNight(
      `${path.join(folder, TRUTH_FILE)} was written by another build: ${first?.path.join('.')}: ${first?.message}`,
    );
  }
  const { truth, operatorIds } = kept.data;
  const journal = readJournal(path.join(folder, 'data', 'journal.db'));
  if (journal.type !== 'read') throw new UnreadableNight(`the journal is ${journal.type}`);
  return {
    truth,
    operatorIds,
    rows: journal.rows,
    chainBreak: journal.chainBreak,
    explainedIds: readSentIds(path.join(folder, 'data', 'decisions.db')),
  };
}

function readSentIds(file: string): ReadonlySet<string> {
  const reader = DecisionReader.open(file);
  if (reader === undefined) return new Set();
  try {
    const sent = reader.list({ stage: 'order', outcome: 'sent', limit: DECISIONS_MAX });
    return new Set(sent.flatMap(({ clientOrderId }) => clientOrderId ?? []));
  } finally {
    reader.close();
  }
}
