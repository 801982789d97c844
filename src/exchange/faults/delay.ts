import { z } from 'zod';
import { defineFault } from './fault.ts';

/** Slowness before the engine (orders come late), after it (answers come late), and of frames. */
export const delay = defineFault({
  name: 'delay',
  does: 'delays requests before (`before`) or answers after the engine, and WS frames',
  settings: z.strictObject({
    delayMs: z.number().positive(),
    where: z.enum(['before', 'after', 'frames']).default('after'),
  }),
  arm: ({ delayMs, where }) => {
    const wait = { type: 'delay', delayMs } as const;
    return {
      ...(where === 'before' ? { beforeRequest: () => wait } : {}),
      ...(where === 'after' ? { afterRequest: () => wait } : {}),
      ...(where === 'frames' ? { onFrame: (text: string) => [{ text, delayMs }] } : {}),
    };
  },
});
