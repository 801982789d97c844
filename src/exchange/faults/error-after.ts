import { z } from 'zod';
import { defineFault } from './fault.ts';

/** A server error although the engine did what was asked: the order exists. */
export const errorAfter = defineFault({
  name: 'error-after',
  does: 'lets the engine act, then answers an error or any other body (`{}`, HTML, half a JSON)',
  settings: z.strictObject({
    httpStatus: z.int().min(200).max(599).default(504),
    body: z
      .string()
      .default(
        '{"code":-1007,"msg":"Timeout waiting for response from backend server. Send status unknown; execution status unknown."}',
      ),
  }),
  arm: ({ httpStatus, body }) => ({
    afterRequest: () => ({ type: 'answer', httpStatus, body }),
  }),
});
