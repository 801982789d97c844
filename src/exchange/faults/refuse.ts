import { z } from 'zod';
import { defineFault } from './fault.ts';

/** Nobody gets in; who is in stays in. */
export const refuse = defineFault({
  name: 'refuse',
  does: 'cuts new connections: REST sockets, WS upgrades, or both',
  settings: z.strictObject({}),
  arm: () => ({ onConnect: () => true }),
});
