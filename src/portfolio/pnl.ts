/** A holding by average cost. All integers: `base` at the base's scale, the others at the quote's. */
export interface Holding {
  /** Negative: more was sold than bought. */
  readonly base: bigint;
  /** Quote paid for `base`; negative with a negative base: quote received for it. */
  readonly cost: bigint;
  /** Quote received less cost of all that was closed. */
  readonly realized: bigint;
}

export const NO_HOLDING: Holding = Object.freeze({ base: 0n, cost: 0n, realized: 0n });

/**
 * The holding after `baseDelta` more coins for `quotePaid` (negative: received).
 *
 * Rounding: the cost of a part that is closed is rounded towards zero, and what was cut off stays in
 * the cost of the rest, so that closing the rest takes it all. So at every moment, exactly:
 * `cost - realized` = sum of all quote paid, and of a holding closed to zero `cost` is 0.
 */
export function tradeAtAverage(holding: Holding, baseDelta: bigint, quotePaid: bigint): Holding {
  const { base, cost, realized } = holding;
  if (baseDelta === 0n) return { base, cost, realized: realized - quotePaid };

  const grows = base === 0n || base > 0n === baseDelta > 0n;
  if (grows) return { base: base + baseDelta, cost: cost + quotePaid, realized };

  const size = magnitude(base);
  const closing = magnitude(baseDelta);
  if (closing <= size) {
    const closedCost = closing === size ? cost : (cost * closing) / size;
    return {
      base: base + baseDelta,
      cost: cost - closedCost,
      realized: realized - quotePaid - closedCost,
    };
  }
  // Through zero: a part of the trade closes all there is, the rest opens the other way.
  const closingPaid = (quotePaid * size) / closing;
  return {
    base: base + baseDelta,
    cost: quotePaid - closingPaid,
    realized: realized - closingPaid - cost,
  };
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
