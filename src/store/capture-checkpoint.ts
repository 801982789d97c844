import type { OutageListener } from './capture-outage.ts';

/** The payload of a checkpoint record: a line of JSON, and behind it the text of the desk. */
export interface CheckpointRecord {
  /** Records (events and outcomes) of this life before it, the lost ones included. */
  readonly recordsCount: number;
  /** The desk between two events; `undefined` when it could not be kept. */
  readonly text: string | undefined;
  /** Why there is none. */
  readonly missing: string | undefined;
}

/** Takes checkpoints of a desk. */
export class CheckpointTaker {
  readonly #take: (() => string | undefined) | undefined;
  readonly #listener: Pick<OutageListener, 'failed'>;
  #isMissingTold = false;

  constructor(
    take: (() => string | undefined) | undefined,
    listener: Pick<OutageListener, 'failed'>,
  ) {
    this.#take = take;
    this.#listener = listener;
  }

  /** `undefined`: there is no desk to save yet. One that throws is one that is missing: trading goes on. */
  take(recordsCount: number): CheckpointRecord | undefined {
    try {
      const text = this.#take?.();
      return text === undefined ? undefined : { recordsCount, text, missing: undefined };
    } catch (error) {
      const missing = String(error);
      // Each file says it; people are told once in a run.
      if (!this.#isMissingTold) this.#listener.failed(`capture: no checkpoint: ${missing}`);
      this.#isMissingTold = true;
      return { recordsCount, text: undefined, missing };
    }
  }
}

export function encodeCheckpointRecord({ recordsCount, text, missing }: CheckpointRecord): string {
  return `${JSON.stringify({ recordsCount, missing })}\n${text ?? ''}`;
}

/** Throws `SyntaxError` for any other text. */
export function decodeCheckpointRecord(payload: string): CheckpointRecord {
  const end = payload.indexOf('\n');
  const line: unknown = JSON.parse(payload.slice(0, end < 0 ? payload.length : end));
  if (typeof line !== 'object' || line === null || !('recordsCount' in line)) {
    throw new SyntaxError('expected a line of JSON with recordsCount');
  }
  const { recordsCount } = line;
  if (typeof recordsCount !== 'number') throw new SyntaxError('expected recordsCount, a number');
  const missing = 'missing' in line ? String(line.missing) : undefined;
  const text = end < 0 ? '' : payload.slice(end + 1);
  return { recordsCount, text: text === '' ? undefined : text, missing };
}
