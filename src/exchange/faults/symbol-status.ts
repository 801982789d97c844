import { z } from 'zod';
import { defineFault } from './fault.ts';

/** Maintenance of one symbol; trading again when the fault ends. */
export const symbolStatus = defineFault({
  name: 'symbol-status',
  does: 'puts a symbol into HALT, BREAK or CANCEL_ONLY until cleared',
  settings: z.strictObject({
    symbol: z.string(),
    status: z.enum(['HALT', 'BREAK', 'CANCEL_ONLY']),
  }),
  arm: ({ symbol, status }, controls) => {
    controls.setSymbolStatus(symbol, status);
    return { onCleared: () => controls.setSymbolStatus(symbol, 'TRADING') };
  },
});
