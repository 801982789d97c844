import { z } from 'zod';
import { defineFault } from './fault.ts';

/** Closes the open connections of the target's channel at once. They may come back. */
export const close = defineFault({
  name: 'close',
  does: 'closes open WS connections now; without a code they are cut, not closed',
  settings: z.strictObject({ code: z.int().min(1000).max(4999).optional() }),
  arm: ({ code }, controls, target) => {
    controls.closeConnections(target, code);
    return {};
  },
});
