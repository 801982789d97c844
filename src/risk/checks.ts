import { bookCrossed } from './checks/book-crossed.ts';
import { bookNotSynced } from './checks/book-not-synced.ts';
import { clockSkew } from './checks/clock-skew.ts';
import { cooldown } from './checks/cooldown.ts';
import { dailyLossLimit } from './checks/daily-loss-limit.ts';
import { diskLow } from './checks/disk-low.ts';
import { equityUnverified } from './checks/equity-unverified.ts';
import { instrumentChanged } from './checks/instrument-changed.ts';
import { intentAge } from './checks/intent-age.ts';
import { loopLag } from './checks/loop-lag.ts';
import { maxGrossExposure } from './checks/max-gross-exposure.ts';
import { maxOpenOrders } from './checks/max-open-orders.ts';
import { maxOrdersPerDay } from './checks/max-orders-per-day.ts';
import { maxPosition } from './checks/max-position.ts';
import { noReferencePrice } from './checks/no-reference-price.ts';
import { notionalBelowMinimum } from './checks/notional-below-minimum.ts';
import { notionalExceedsFreeBalance } from './checks/notional-exceeds-free-balance.ts';
import { notionalExceedsMaxPerOrder } from './checks/notional-exceeds-max-per-order.ts';
import { notionalExceedsMaximum } from './checks/notional-exceeds-maximum.ts';
import { priceCollar } from './checks/price-collar.ts';
import { priceRange } from './checks/price-range.ts';
import { privateStreamDown } from './checks/private-stream-down.ts';
import { quantityBelowMinimum } from './checks/quantity-below-minimum.ts';
import { quantityExceedsMaximum } from './checks/quantity-exceeds-maximum.ts';
import { rateLimitExceeded } from './checks/rate-limit-exceeded.ts';
import { reconciliationPending } from './checks/reconciliation-pending.ts';
import { reduceOnly } from './checks/reduce-only.ts';
import { refusalCircuit } from './checks/refusal-circuit.ts';
import { selfTrade } from './checks/self-trade.ts';
import { spreadTooWide } from './checks/spread-too-wide.ts';
import { staleData } from './checks/stale-data.ts';
import { symbolFrozen } from './checks/symbol-frozen.ts';
import { tradingHalted } from './checks/trading-halted.ts';
import { tradingReducing } from './checks/trading-reducing.ts';
import { venueMaintenance } from './checks/venue-maintenance.ts';
import type { RiskCheck } from './verdict.ts';

/**
 * Every question of the gate. All are asked; the first one in this order that says no gives the
 * reason: may we at all, is what we know true, is the price sane, would the venue take it, can we
 * afford it, is it too much.
 */
export const CHECKS: readonly RiskCheck[] = Object.freeze([
  instrumentChanged,
  tradingHalted,
  tradingReducing,
  reconciliationPending,
  privateStreamDown,
  venueMaintenance,
  staleData,
  bookNotSynced,
  bookCrossed,
  clockSkew,
  loopLag,
  diskLow,
  symbolFrozen,
  refusalCircuit,
  noReferencePrice,
  priceCollar,
  priceRange,
  spreadTooWide,
  quantityBelowMinimum,
  quantityExceedsMaximum,
  notionalBelowMinimum,
  notionalExceedsMaximum,
  notionalExceedsMaxPerOrder,
  notionalExceedsFreeBalance,
  reduceOnly,
  maxPosition,
  maxGrossExposure,
  maxOpenOrders,
  maxOrdersPerDay,
  rateLimitExceeded,
  equityUnverified,
  dailyLossLimit,
  cooldown,
  selfTrade,
]);

/** What may have changed between the approval and the send. */
export const SEND_CHECKS: readonly RiskCheck[] = Object.freeze([
  instrumentChanged,
  intentAge,
  tradingHalted,
  tradingReducing,
  reconciliationPending,
  privateStreamDown,
  venueMaintenance,
  staleData,
  bookNotSynced,
  bookCrossed,
  clockSkew,
  loopLag,
  symbolFrozen,
  noReferencePrice,
  priceCollar,
  maxOrdersPerDay,
  rateLimitExceeded,
]);
