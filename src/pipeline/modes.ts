import type { Effect } from '../domain/effect.ts';
import type { OperatorWord } from '../domain/event.ts';
import type { Mode, ModeActor } from '../domain/mode.ts';
import type { UnixMs } from '../domain/units.ts';

/** The mode the desk is in, who set it and why. */
export interface ModeState {
  readonly mode: Mode;
  readonly actor: ModeActor;
  readonly cause: string;
  readonly sinceMs: UnixMs;
}

/** What stands in the journal as the cause of an operator's mode. */
export function causeOfWord(word: OperatorWord, actor: string): string {
  return `${word} by ${actor}`;
}

/** Halted by somebody who also wants every position closed: a restart goes on with that. */
export function isFlatten({ actor, cause }: ModeState): boolean {
  return actor === 'operator' && cause.startsWith(causeOfWord('flatten', ''));
}

/** How far a mode is from trading: a machine may only step down by itself. */
const CAUTION: Readonly<Record<Mode, number>> = {
  ACTIVE: 0,
  REDUCING: 1,
  OBSERVING: 2,
  RECOVERING: 3,
  HALTED: 4,
};

export function isMoreCautious(mode: Mode, than: Mode): boolean {
  return CAUTION[mode] > CAUTION[than];
}

/** The journal row and the log line of a change. Written before the next order can be decided. */
export function tellModeChange(from: Mode, to: ModeState): readonly Effect[] {
  const detail = { from, to: to.mode, actor: to.actor, cause: to.cause };
  return [
    {
      type: 'appendRows',
      rows: [
        { type: 'mode', atMs: to.sinceMs, from, to: to.mode, actor: to.actor, cause: to.cause },
      ],
      now: true,
    },
    { type: 'logChange', event: 'mode.changed', message: 'the mode changed', detail },
  ];
}
