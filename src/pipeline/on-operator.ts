import type { OperatorWord } from '../domain/event.ts';
import type { Mode } from '../domain/mode.ts';
import { applyStep } from './apply-step.ts';
import type { Desk } from './desk.ts';
import { holdBack, setMode } from './mode-machine.ts';
import { causeOfWord } from './modes.ts';

const MODE_OF: Readonly<Record<OperatorWord, Mode>> = {
  pause: 'OBSERVING',
  resume: 'ACTIVE',
  reduce: 'REDUCING',
  halt: 'HALTED',
  flatten: 'HALTED',
};

/** A person spoke: it holds until a person speaks again, over restarts. */
export function onOperator(desk: Desk, word: OperatorWord, actor: string): void {
  const mode = MODE_OF[word];
  const cause = causeOfWord(word, actor);
  desk.targetMode = { mode, actor: 'operator', cause, sinceMs: desk.nowMs };
  desk.flattening = word === 'flatten';
  desk.mustGoOnFlattening = false;
  if (word === 'resume') for (const venue of desk.venues) venue.orders.releaseRefusals();
  // The word as it was said: a restart goes by it.
  setMode(desk, mode, 'operator', cause);
  if (mode === 'ACTIVE' || mode === 'REDUCING') holdBack(desk);
  if (mode !== 'HALTED') return;
  const reason = { code: 'TRADING_HALTED', cause } as const;
  for (const venue of desk.venues) {
    applyStep(desk, venue, venue.orders.cancelAll(['entry', 'exit'], reason, desk.nowMs));
  }
}
