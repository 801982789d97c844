import type { FaultId } from '../domain/fault.ts';
import type { UnixMs } from '../domain/units.ts';
import type { AnswerHealth, VenueAnswer } from '../domain/venue.ts';
import type { DeskState } from './desk-state.ts';
import type { StepBuilder } from './execution-step.ts';

/** Learns from any answer what it says about our standing at the venue, and raises the fault of it. */
export function tellTrouble(
  state: DeskState,
  answer: VenueAnswer,
  atMs: UnixMs,
  step: StepBuilder,
  isSigned = true,
): void {
  const health = state.setup.codec.assessHealth(answer);
  const usedWeight = answer.type === 'http' ? answer.usedWeight : undefined;
  if (isSigned && health.trouble === 'none' && answer.type === 'http' && answer.status === 200) {
    state.limiter.acceptKey();
  }
  takeHealth(state, health, usedWeight, atMs, step);
}

/** As `tellTrouble`, for an answer that somebody else has assessed. */
export function takeHealth(
  state: DeskState,
  health: AnswerHealth,
  usedWeight: number | undefined,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const isNewBlock = state.limiter.note(health, usedWeight, atMs);
  const fault = faultOf(health.trouble);
  if (fault === undefined) return;
  // While we stay away anyway, each further refusal of what was on its way says nothing new.
  const { trouble } = health;
  const isBlock = trouble === 'limited' || trouble === 'banned' || trouble === 'auth';
  if (isBlock && !isNewBlock) return;
  const severity = trouble === 'banned' || trouble === 'auth' ? 'error' : 'warn';
  step.fault(fault, severity, {
    venue: state.setup.venue,
    trouble,
    blockedUntilMs: state.limiter.findBlockedUntilMs(atMs) ?? 0,
  });
}

// biome-ignore format: it reads as a list
function faultOf(trouble: AnswerHealth['trouble']): FaultId | undefined {
  switch (trouble) {
    case 'none':        return undefined;
    case 'limited':     return 'venue.rate_limited';
    case 'banned':      return 'venue.banned';
    case 'auth':        return 'venue.auth_lost';
    case 'clock':       return 'clock.skewed';
    case 'overloaded':  return 'venue.error';
    case 'unreachable': return 'venue.unreachable';
    case 'schema':      return 'venue.schema_changed';
  }
}
