import { z } from 'zod';
import { defineFault } from './fault.ts';

/** The key is gone: -2015 from the next request on. */
export const revokeKey = defineFault({
  name: 'revoke-key',
  does: 'forgets an API key for good',
  settings: z.strictObject({ apiKey: z.string().default('demo') }),
  arm: ({ apiKey }, controls) => {
    controls.revokeKey(apiKey);
    return {};
  },
});
