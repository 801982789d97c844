import { z } from 'zod';
import { defineFault } from './fault.ts';

/** Everything twice: trades, depth events, execution reports. */
export const duplicate = defineFault({
  name: 'duplicate',
  does: 'sends matching frames `copies` times; target.channel userStream for execution reports',
  settings: z.strictObject({ copies: z.int().min(2).max(100).default(2) }),
  arm: ({ copies }) => ({
    onFrame: (text) => Array.from({ length: copies }, () => ({ text })),
  }),
});
