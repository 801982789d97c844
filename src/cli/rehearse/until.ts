import { setTimeout as delay } from 'node:timers/promises';

const ASK_EVERY_MS = 25;

/** What was waited for did not come in time. */
export class NotInTime extends Error {
  override readonly name = 'NotInTime';
}

/**
 * Asks again and again until there is an answer. A question that throws (nobody listens yet) counts as
 * no answer. Throws `NotInTime` at the deadline, and what `giveUp` throws at once.
 */
export async function until<T>(
  what: string,
  find: () => Promise<T | undefined> | T | undefined,
  deadlineMs: number,
  giveUp: () => void = () => undefined,
): Promise<T> {
  const endAtMs = performance.now() + deadlineMs;
  for (;;) {
    giveUp();
    let trouble: unknown;
    try {
      const found = await find();
      if (found !== undefined) return found;
    } catch (error) {
      trouble = error;
    }
    if (performance.now() > endAtMs) {
      const why = trouble instanceof Error ? `: ${trouble.message}` : '';
      throw new NotInTime(`no ${what} within ${deadlineMs / 1_000} s${why}`);
    }
    await delay(ASK_EVERY_MS);
  }
}
