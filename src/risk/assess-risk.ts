import type { CheckResult } from '../domain/decision.ts';
import type { OrderIntent } from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import { approve } from './approve.ts';
import { CHECKS, SEND_CHECKS } from './checks.ts';
import type { RiskFacts } from './facts.ts';
import type { RiskLimits } from './limits.ts';
import type { BrokenCheck, RiskCheck, SendVerdict, Verdict } from './verdict.ts';

/** May this intent become an order? Asks every check of its class; all must pass. */
export function assessRisk(
  intent: OrderIntent,
  facts: RiskFacts,
  limits: RiskLimits,
  asked: readonly RiskCheck[] = CHECKS,
): Verdict {
  const { checks, reason, brokenChecks } = ask(asked, intent, facts, limits);
  return reason === undefined
    ? { type: 'approved', intent: approve(intent), checks }
    : { type: 'denied', reason, checks, brokenChecks };
}

/** The last look before the order leaves: what may have changed since the intent was approved. */
export function assessAtSend(
  intent: OrderIntent,
  facts: RiskFacts,
  limits: RiskLimits,
): SendVerdict {
  const { checks, reason, brokenChecks } = ask(SEND_CHECKS, intent, facts, limits);
  return reason === undefined
    ? { type: 'confirmed', checks }
    : { type: 'denied', reason, checks, brokenChecks };
}

interface Answers {
  readonly checks: readonly CheckResult[];
  readonly reason: Reason | undefined;
  readonly brokenChecks: readonly BrokenCheck[];
}

function ask(
  asked: readonly RiskCheck[],
  intent: OrderIntent,
  facts: RiskFacts,
  limits: RiskLimits,
): Answers {
  const checks: CheckResult[] = [];
  const brokenChecks: BrokenCheck[] = [];
  let reason: Reason | undefined;

  for (const check of asked) {
    if (!check.applies(intent.class)) continue;
    try {
      const result = evaluate(check, intent, facts, limits);
      checks.push(result);
      if (!result.passed) reason ??= reasonOf(check, result);
    } catch (cause) {
      // A check that cannot be evaluated is a no: this gate fails closed.
      const text = cause instanceof Error ? cause.message : String(cause);
      brokenChecks.push({ code: check.code, cause });
      checks.push({
        code: 'VALIDATION_FAILED',
        value: `${check.code}: ${text}`,
        limit: 'evaluated',
        passed: false,
      });
      reason ??= { code: 'VALIDATION_FAILED', check: check.code, text };
    }
  }
  // Nothing asked is nothing proven: a class that no check knows must not pass.
  if (checks.length === 0) reason = { code: 'VALIDATION_FAILED', checksCount: 0, limitCount: 1 };
  return { checks, reason, brokenChecks };
}

function evaluate(
  check: RiskCheck,
  intent: OrderIntent,
  facts: RiskFacts,
  limits: RiskLimits,
): CheckResult {
  const { value, limit, passed } = check.assess(intent, facts, limits);
  return {
    code: check.code,
    value: recordable(value),
    limit: recordable(limit),
    passed: passed === true && isMeasured(value) && isMeasured(limit),
  };
}

/** NaN and infinity compare in surprising ways: where one appears, nothing was measured. */
const isMeasured = (value: number | string): boolean =>
  typeof value === 'string' || Number.isFinite(value);

/** JSON has no NaN: as text it survives into the record. */
const recordable = (value: number | string): number | string =>
  isMeasured(value) ? value : String(value);

function reasonOf(check: RiskCheck, result: CheckResult): Reason {
  return { code: check.code, [check.valueName]: result.value, [check.limitName]: result.limit };
}
