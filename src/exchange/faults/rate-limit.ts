import { z } from 'zod';
import { REFUSALS } from '../../matching/wire/venue-refusal.ts';
import { defineFault } from './fault.ts';

/** 429 for matching requests, whatever the real counters say. */
export const rateLimit = defineFault({
  name: 'rate-limit',
  does: 'answers 429 with Retry-After to matching requests',
  settings: z.strictObject({ retryAfterSec: z.int().positive().default(5) }),
  arm: ({ retryAfterSec }) => {
    const refusal = REFUSALS.tooMuchWeight(6_000, retryAfterSec);
    return {
      beforeRequest: () => ({
        type: 'answer',
        httpStatus: 429,
        body: JSON.stringify(refusal.body),
        headers: { 'retry-after': String(retryAfterSec) },
      }),
    };
  },
});
