/** Exit codes of every verb. */
export const EXIT = { fine: 0, finding: 1, usage: 2, noAnswer: 69 } as const;

/** The command was used wrongly: printed without a stack, exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something of this machine stands in the way: printed without a stack, exit 1. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

/** How a verb was called. */
export interface VerbOptions {
  readonly json?: boolean;
  readonly config?: string;
}

/** Where a verb writes to: the terminal, or a test. */
export type Write = (text: string) => void;

export const toStdout: Write = (text) => void process.stdout.write(text);

/** A table for a terminal: columns as wide as their widest cell, numbers to the right. */
export function formatTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const toLine = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        isNumeric(cell) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [heads, ...rows].map(toLine).join('\n');
}

function isNumeric(cell: string): boolean {
  return /^-?\d[\d.,]*(?: [a-zµ%]+)?$/.test(cell);
}

/** `850 ms`, `12.3 s`, `4 min`, `3.1 h`. */
export function formatAge(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

/** `8 us`, `1.4 ms`, `2.1 s`. */
export function formatMicros(us: number): string {
  if (us < 1000) return `${us < 10 ? us.toFixed(1) : Math.round(us)} us`;
  if (us < 1_000_000) return `${(us / 1000).toFixed(1)} ms`;
  return `${(us / 1_000_000).toFixed(1)} s`;
}

/** `2026-11-20 03:12:07.412`, UTC. */
export function formatMoment(atMs: number): string {
  return new Date(atMs).toISOString().replace('T', ' ').replace('Z', '');
}
