import { z } from 'zod';
import { BoundedList } from '../../domain/bounded.ts';

const LINES_MAX = 20_000;

const lineShape = z.looseObject({ event: z.string(), level: z.string() });

/** One warning or change of state, as the daemon said it, stamped when it reached us. */
export interface Told {
  /** Milliseconds of the night. The line's own time is the daemon's clock, which some faults move. */
  readonly atMs: number;
  readonly event: string;
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Everything that the daemons of one night said on stdout: warnings, errors and changes of state. */
export class ToldLines {
  readonly #lines = new BoundedList<Told>('rehearse.told', LINES_MAX, 'dropOldest');

  /** What is no JSON line with an event (a stack, the address of the page) is left to the output. */
  hear(line: string, atMs: number): void {
    if (!line.startsWith('{')) return;
    const parsed = lineShape.safeParse(parseJson(line));
    if (!parsed.success) return;
    const { event, level, ...fields } = parsed.data;
    this.#lines.push({ atMs, event, level, fields });
  }

  /** The first line since `sinceMs` of one of the events that fits. */
  find(
    events: readonly string[],
    sinceMs: number,
    fits: (told: Told) => boolean = () => true,
  ): Told | undefined {
    return this.all().find(
      (told) => told.atMs >= sinceMs && events.includes(told.event) && fits(told),
    );
  }

  all(): readonly Told[] {
    return [...this.#lines];
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Half a line of a killed process says nothing we could use.
    return undefined;
  }
}
