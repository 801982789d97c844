import type { PlannedFault } from './fault.ts';

const COLUMNS = ['at', 'for', 'begins', 'fault', 'with'] as const;

/** What a seed chose, one fault per line, for people: when, for how long, at which instant, what. */
export function formatSchedule(schedule: readonly PlannedFault[]): string {
  const rows: readonly (readonly string[])[] = [
    COLUMNS,
    ...schedule.map(({ atMs, durationMs, moment, name, parameters }) => [
      formatAt(atMs),
      formatLength(durationMs),
      moment,
      name,
      Object.entries(parameters)
        .map(([key, value]) => `${key}=${value}`)
        .join(' '),
    ]),
  ];
  const widths = COLUMNS.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Since the beginning of the night: `03:12:07`. */
function formatAt(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return [seconds / 3_600, (seconds / 60) % 60, seconds % 60]
    .map((part) => String(Math.floor(part)).padStart(2, '0'))
    .join(':');
}

function formatLength(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  return ms < 120_000 ? `${(ms / 1_000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}
