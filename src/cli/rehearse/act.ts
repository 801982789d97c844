import type { Night } from './night.ts';

export const FAMILIES = [
  'feed',
  'order',
  'account',
  'limit',
  'process',
  'machine',
  'operator',
] as const;
export type Family = (typeof FAMILIES)[number];

/** One fault of the bad night, from its injection to the proof that it is over. */
export interface Act {
  readonly name: string;
  readonly family: Family;
  /** What happens, in a line. */
  readonly story: string;
  /** Throws `CannotInject` when this machine does not allow it, anything else when it was not survived. */
  readonly play: (night: Night, record: ActRecord) => Promise<void>;
}

/** It could not be shown here: neither survived nor lost. */
export class CannotInject extends Error {
  override readonly name = 'CannotInject';
}

/** A moment of an act, and what proved it. */
export interface Mark {
  readonly atMs: number;
  readonly by: string;
}

/** What became of one act, filled in while it is played. */
export class ActRecord {
  readonly act: Act;
  readonly #nowMs: () => number;
  injectedAt: Mark | undefined;
  detectedAt: Mark | undefined;
  recoveredAt: Mark | undefined;
  readonly notes: string[] = [];
  trouble: string | undefined;
  notInjected: string | undefined;

  constructor(act: Act, nowMs: () => number) {
    this.act = act;
    this.#nowMs = nowMs;
  }

  /** The fault is there from now on; `atMs` when it was there before it could be told. */
  injected(by: string, atMs = this.#nowMs()): number {
    this.injectedAt = { atMs, by };
    return atMs;
  }
  /** The daemon shows that it knows. */
  detected(by: string, atMs = this.#nowMs()): void {
    this.detectedAt = { atMs, by };
  }
  /** Entries are allowed again, or the order is resolved. */
  recovered(by: string, atMs = this.#nowMs()): void {
    this.recoveredAt = { atMs, by };
  }
  note(text: string): void {
    this.notes.push(text);
  }

  get verdict(): 'survived' | 'NOT SHOWN' | 'FAILED' {
    if (this.notInjected !== undefined) return 'NOT SHOWN';
    const isWhole =
      this.injectedAt !== undefined &&
      this.detectedAt !== undefined &&
      this.recoveredAt !== undefined;
    return this.trouble === undefined && isWhole ? 'survived' : 'FAILED';
  }
}
