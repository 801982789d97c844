import type { OrderClass } from '../domain/order.ts';

/** For limits on taking risk: they must never stand in the way of leaving it. */
export const entriesOnly = (orderClass: OrderClass): boolean => orderClass === 'entry';

/** For whatever makes a price meaningless now. Protective orders are priced from what was paid, not from now. */
export const entriesAndExits = (orderClass: OrderClass): boolean => orderClass !== 'protective';

/** For orders that only ever shrink a position. */
export const exitsAndProtective = (orderClass: OrderClass): boolean => orderClass !== 'entry';

/** For rules of the venue: it would refuse the order whatever it is for. */
export const everyClass = (): boolean => true;
