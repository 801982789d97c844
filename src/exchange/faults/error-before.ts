import { z } from 'zod';
import { defineFault } from './fault.ts';

/** A server error although the engine never saw the request. The client cannot tell it from `error-after`. */
export const errorBefore = defineFault({
  name: 'error-before',
  does: 'answers an error; the engine never sees the request',
  settings: z.strictObject({
    httpStatus: z.int().min(400).max(599).default(503),
    body: z
      .string()
      .default('{"code":-1000,"msg":"An unknown error occurred while processing the request."}'),
  }),
  arm: ({ httpStatus, body }) => ({
    beforeRequest: () => ({ type: 'answer', httpStatus, body }),
  }),
});
