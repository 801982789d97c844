import { z } from 'zod';
import { defineFault } from './fault.ts';

/** The address is banned: 418 to everything until it ends. */
export const ban = defineFault({
  name: 'ban',
  does: 'answers 418 with Retry-After to every request for `banMs`',
  settings: z.strictObject({ banMs: z.number().positive().default(120_000) }),
  arm: ({ banMs }, controls) => {
    controls.banAddress(banMs);
    return { onCleared: () => controls.banAddress(0) };
  },
});
