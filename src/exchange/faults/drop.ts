import { z } from 'zod';
import { defineFault } from './fault.ts';

/** Swallows matching frames: one stream, one symbol, one depth event (`count: 1`), one kind of account event. */
export const drop = defineFault({
  name: 'drop',
  does: 'swallows matching WS frames; aim it with target.stream or target.symbol',
  settings: z.strictObject({}),
  arm: () => ({ onFrame: () => [] }),
});
