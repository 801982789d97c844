import { z } from 'zod';
import { defineFault } from './fault.ts';

/** Account events end; the connection stays. */
export const endUserStream = defineFault({
  name: 'end-user-stream',
  does: 'ends all user data streams with eventStreamTerminated',
  settings: z.strictObject({}),
  arm: (_, controls) => {
    controls.terminateUserStreams();
    return {};
  },
});
