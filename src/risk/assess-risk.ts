import type { OrderIntent } from '../domain/order.ts';
import type { RiskFacts } from './facts.ts';
import type { RiskLimits } from './limits.ts';
import type { SendVerdict, Verdict } from './verdict.ts';

/** May this intent become an order? Asks every check of its class; all must pass. */
export declare function assessRisk(
  intent: OrderIntent,
  facts: RiskFacts,
  limits: RiskLimits,
): Verdict;

/** The last look before the order leaves: what may have changed since the intent was approved. */
export declare function assessAtSend(
  intent: OrderIntent,
  facts: RiskFacts,
  limits: RiskLimits,
): SendVerdict;
