// What every contestant can do, whoever it is.

/** One program under measurement, alone in its process. */
export interface Contestant {
  /** Resolves when its subscriptions stand and the tape may run. */
  start(): Promise<void>;
  /** Whether it has handled so many frames of the tape since the start. */
  hasHandled(framesCount: number): boolean;
  /** Asked after the CPU was read: it may take its time. */
  notes(): Promise<Readonly<Record<string, string | number>>>;
  stop(): Promise<void>;
}
