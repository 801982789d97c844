import { z } from 'zod';
import { defineFault } from './fault.ts';

/** Every other matching frame is held back until those after it have gone. */
export const reorder = defineFault({
  name: 'reorder',
  does: 'holds every other matching frame back by `holdMs`, so that later ones overtake it',
  settings: z.strictObject({ holdMs: z.number().positive().default(50) }),
  arm: ({ holdMs }) => {
    let holds = false;
    return {
      onFrame: (text) => {
        holds = !holds;
        return holds ? [{ text, delayMs: holdMs }] : [{ text }];
      },
    };
  },
});
