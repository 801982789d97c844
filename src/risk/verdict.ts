import type { CheckResult } from '../domain/decision.ts';
import type { Approved, OrderClass, OrderIntent } from '../domain/order.ts';
import type { Reason, ReasonCode } from '../domain/reason.ts';
import type { RiskFacts } from './facts.ts';
import type { RiskLimits } from './limits.ts';

/** What the gate says of an intent. `checks` holds every check of its class, passed or not, in list order. */
export type Verdict =
  | {
      readonly type: 'approved';
      readonly intent: Approved<OrderIntent>;
      readonly checks: readonly CheckResult[];
    }
  | Denied;

/** What the gate says right before the order leaves. */
export type SendVerdict =
  | { readonly type: 'confirmed'; readonly checks: readonly CheckResult[] }
  | Denied;

export interface Denied {
  readonly type: 'denied';
  /** Of the first check in list order that did not pass. */
  readonly reason: Reason;
  readonly checks: readonly CheckResult[];
  /** Checks that threw: our bug, so the pipeline raises `risk.check_failed` for each. */
  readonly brokenChecks: readonly BrokenCheck[];
}

export interface BrokenCheck {
  readonly code: ReasonCode;
  readonly cause: unknown;
}

/** What one check compared. Money and states are text; a number that is not finite never passes. */
export interface Finding {
  readonly value: number | string;
  readonly limit: number | string;
  readonly passed: boolean;
}

/** One question of the gate. */
export interface RiskCheck {
  readonly code: ReasonCode;
  /** Names of the two compared values in the reason, units included: `ageMs`, `limitMs`. */
  readonly valueName: string;
  readonly limitName: string;
  /** Whether an order of this class is asked this question; the file says why. */
  applies(orderClass: OrderClass): boolean;
  assess(intent: OrderIntent, facts: RiskFacts, limits: RiskLimits): Finding;
}
