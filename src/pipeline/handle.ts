import { assertNever } from '../domain/assert.ts';
import { type Effect, NO_EFFECTS } from '../domain/effect.ts';
import type { DeskEvent } from '../domain/event.ts';
import type { Desk } from './desk.ts';
import { watchLateness } from './lateness.ts';
import {
  onCancelAnswered,
  onIntentDurable,
  onOrderAnswered,
  onSubmittedDurable,
  onVenueAnswered,
} from './on-answer.ts';
import { onHealth } from './on-health.ts';
import { onOperator } from './on-operator.ts';
import { onFrame, onPing, onSocketClosed, onSocketOpened } from './on-socket.ts';
import { onStarted } from './on-started.ts';
import { onStopRequested } from './on-stop.ts';
import { onTimer } from './on-timer.ts';

/**
 * One event in, the effects it causes out. Same events, same effects: live, sim and replay. The
 * returned list is the caller's until the next call.
 */
export function handle(desk: Desk, event: DeskEvent): readonly Effect[] {
  desk.nowMs = event.atMs;
  if (desk.phase === 'stopped') return NO_EFFECTS;
  watchLateness(desk);
  dispatch(desk, event);
  if (desk.out.length === 0) return NO_EFFECTS;
  const effects = desk.out;
  desk.out = [];
  return effects;
}

function dispatch(desk: Desk, event: DeskEvent): void {
  // biome-ignore format: it reads as a list
  switch (event.type) {
    case 'frameReceived':    onFrame(desk, event); break;
    case 'pingReceived':     onPing(desk, event.connection); break;
    case 'socketOpened':     onSocketOpened(desk, event.connection); break;
    case 'socketClosed':     onSocketClosed(desk, event.connection, event.code, event.cause); break;
    case 'timerFired':       onTimer(desk); break;
    case 'venueAnswered':    onVenueAnswered(desk, event); break;
    case 'intentDurable':    onIntentDurable(desk, event.order); break;
    case 'submittedDurable': onSubmittedDurable(desk, event.order); break;
    case 'orderAnswered':    onOrderAnswered(desk, event.clientOrderId, event.answer); break;
    case 'cancelAnswered':   onCancelAnswered(desk, event.clientOrderId, event.answer); break;
    case 'healthSampled':    onHealth(desk, event); break;
    case 'operatorSpoke':    onOperator(desk, event.word, event.actor); break;
    case 'started':          onStarted(desk, event); break;
    case 'stopRequested':    onStopRequested(desk, event.cause); break;
    default:                 assertNever(event);
  }
}
