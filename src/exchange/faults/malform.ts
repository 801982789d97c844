import { z } from 'zod';
import { defineFault } from './fault.ts';

const HUGE_BYTES = 8 * 1024 * 1024;

/** What each way of breaking does to a frame's text. Prices are the first quoted decimals of a frame. */
const BREAKERS = {
  badJson: (text: string) => text.slice(0, Math.floor(text.length / 2)),
  huge: (text: string) => `${text.slice(0, -1)},"padding":"${'x'.repeat(HUGE_BYTES)}"}`,
  nan: (text: string) => replaceDecimals(text, '"NaN"'),
  negative: (text: string) => replaceDecimals(text, '"-1.00000000"'),
  zero: (text: string) => replaceDecimals(text, '"0.00000000"'),
  blank: (text: string) => replaceDecimals(text, '""'),
  exponent: (text: string) => replaceDecimals(text, '"1e400"'),
  wrongTypes: (text: string) => replaceDecimals(text, '{"price":true}'),
  unknownSymbol: (text: string) => text.replace(/"s":"[^"]*"/, '"s":"NOSUCHUSDT"'),
  notAnObject: () => '[1,2,3]',
} as const;

/** Garbage instead of the frame, or before it with `extra`. */
export const malform = defineFault({
  name: 'malform',
  does: `breaks frames: ${Object.keys(BREAKERS).join(', ')}`,
  settings: z.strictObject({
    how: z.enum([
      'badJson',
      'huge',
      'nan',
      'negative',
      'zero',
      'blank',
      'exponent',
      'wrongTypes',
      'unknownSymbol',
      'notAnObject',
    ]),
    /** True: the good frame follows the bad one, so that books and ids stay whole. */
    extra: z.boolean().default(false),
  }),
  arm: ({ how, extra }) => ({
    onFrame: (text) => {
      const bad = { text: BREAKERS[how](text) };
      return extra ? [bad, { text }] : [bad];
    },
  }),
});

function replaceDecimals(text: string, by: string): string {
  return text.replace(/"[0-9]+\.[0-9]+"/g, by);
}
