import { z } from 'zod';
import { defineFault } from './fault.ts';

/** The nastiest of all: the socket lives, and says nothing. */
export const stall = defineFault({
  name: 'stall',
  does: 'sends no frame any more; pings are answered unless `pongs` is false',
  settings: z.strictObject({ pongs: z.boolean().default(true) }),
  arm: ({ pongs }) => ({
    onFrame: () => [],
    isMute: () => !pongs,
  }),
});
