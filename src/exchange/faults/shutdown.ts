import { z } from 'zod';
import { defineFault } from './fault.ts';

/** The planned end of connections, now instead of after 24 hours. */
export const shutdown = defineFault({
  name: 'shutdown',
  does: 'says serverShutdown on every WS connection and closes them `closeAfterMs` later',
  settings: z.strictObject({ closeAfterMs: z.number().min(0).default(2_000) }),
  arm: ({ closeAfterMs }, controls) => {
    controls.shutDownConnections(closeAfterMs);
    return {};
  },
});
