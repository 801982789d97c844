import { z } from 'zod';
import { defineFault } from './fault.ts';

/** The engine acts, and the line drops before the answer is through. */
export const loseAnswer = defineFault({
  name: 'lose-answer',
  does: 'lets the engine act (or, with `before`, not even that) and destroys the socket without an answer',
  settings: z.strictObject({ where: z.enum(['before', 'after']).default('after') }),
  arm: ({ where }) => ({
    [where === 'after' ? 'afterRequest' : 'beforeRequest']: () => ({ type: 'destroy' }) as const,
  }),
});
