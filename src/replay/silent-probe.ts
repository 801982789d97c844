import type { Probe } from '../ports.ts';

/** Nobody measures what was decided long ago. */
export const SILENT_PROBE: Probe = {
  markParsed: () => undefined,
  beginWish: () => undefined,
  markApproved: () => undefined,
  endWish: () => undefined,
  markIdle: () => undefined,
  observeFeed: () => undefined,
};
