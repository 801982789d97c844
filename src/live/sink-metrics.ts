import type { MetricSet } from '../observe/metric-set.ts';
import type { Capture } from '../store/capture.ts';
import type { DecisionStore } from '../store/decision-store.ts';
import type { JournalStore } from '../store/journal-store.ts';
import type { DecisionLog } from './decision-log.ts';
import type { AppLog } from './log.ts';

/** Everything that writes to a disk beside the journal. */
export interface Sinks {
  readonly log: AppLog;
  readonly decisionLog: DecisionLog;
  readonly decisionStore: DecisionStore;
  readonly capture: Capture | undefined;
}

/** Exports what the sinks wrote, hold back and lost: a record that silently goes missing is a fault too. */
export function exportSinks(metrics: MetricSet, sinks: Sinks): void {
  const { log, decisionLog, decisionStore, capture } = sinks;
  metrics.onCollect(() => {
    for (const [name, file] of [
      ['app', log],
      ['decisions', decisionLog],
    ] as const) {
      const labels = { log: name };
      metrics.counter('overnight_log_write_errors_total', labels).value = file.writeErrorsCount;
      metrics.counter('overnight_log_dropped_total', labels).value = file.droppedCount;
    }
    const db = { db: 'decisions' };
    metrics.gauge('overnight_db_buffered_rows', db).value = decisionStore.bufferedCount;
    metrics.counter('overnight_db_dropped_rows_total', db).value = decisionStore.droppedCount;
    if (capture === undefined) return;
    metrics.counter('overnight_capture_bytes_total', {}).value = capture.writtenBytes;
    metrics.counter('overnight_capture_dropped_total', {}).value = capture.droppedCount;
  });
}

/** Exports how much of the journal waits for its next commit. */
export function exportJournal(metrics: MetricSet, journal: JournalStore): void {
  metrics.onCollect(() => {
    const waiting = metrics.gauge('overnight_db_buffered_rows', { db: 'journal' });
    waiting.value = journal.bufferedCount;
  });
}
