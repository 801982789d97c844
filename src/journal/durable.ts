import type { Durable } from '../domain/order.ts';

/**
 * Brands what the journal holds. Only the world may call it, right after the commit returned: the
 * brand says that a crash would not lose it.
 */
export function markDurable<T>(value: T): Durable<T> {
  return value as Durable<T>;
}
