import { z } from 'zod';
import { defineFault } from './fault.ts';

/** The venue's clock jumps, and jumps back when the fault ends. */
export const clockShift = defineFault({
  name: 'clock-shift',
  does: 'moves the server time and event times by `shiftMs` until cleared',
  settings: z.strictObject({ shiftMs: z.number() }),
  arm: ({ shiftMs }, controls) => {
    controls.shiftClock(shiftMs);
    return { onCleared: () => controls.shiftClock(-shiftMs) };
  },
});
