/** Every id that the daemon makes begins so; a person's orders do not. */
const OWN_PREFIX = 'ov';

/** Whether an order at the exchange claims to be one of the daemon's. */
export function isOwnId(clientOrderId: string): boolean {
  return clientOrderId.startsWith(OWN_PREFIX);
}
