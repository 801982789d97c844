import { z } from 'zod';
import { defineFault } from './fault.ts';

/** The other end is gone and nobody said so: a cable, a NAT that forgot us. Only a new connection helps. */
export const halfOpen = defineFault({
  name: 'half-open',
  does: 'freezes the WS connections of the target that are open now: nothing is read, sent, answered or closed; new ones live; when it ends they are cut',
  settings: z.strictObject({}),
  arm: (_, controls, target) => ({ onCleared: controls.freezeConnections(target) }),
});
