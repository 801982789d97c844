import type { DeskEvent } from '../domain/event.ts';
import type { World } from '../ports.ts';
import type { Desk } from './desk.ts';
import { handle } from './handle.ts';

/**
 * Connects a core to a world. What the core hears is captured; what must survive is in the journal
 * before it leaves. Answers that the world gives at once (a commit) are heard before anything else,
 * in the order in which they were given, and at the moment they are heard: on a slow disk the commits of
 * other orders lie between, and an order must not look younger than it is.
 */
export function run(world: World, desk: Desk): void {
  const waiting: DeskEvent[] = [];
  let isHandling = false;
  const hear = (event: DeskEvent): void => {
    world.capture(event);
    const effects = handle(desk, event);
    if (effects.length === 0) return;
    for (const effect of effects) world.perform(effect);
  };
  world.onEvent((event) => {
    if (isHandling) {
      waiting.push(event);
      return;
    }
    isHandling = true;
    try {
      // Most events are frames that cause nothing: they do not pass through the queue at all.
      hear(event);
      while (waiting.length > 0) {
        const next = waiting.shift();
        if (next !== undefined) hear(isCommitted(next) ? { ...next, atMs: world.nowMs() } : next);
      }
    } finally {
      isHandling = false;
    }
  });
}

function isCommitted({ type }: DeskEvent): boolean {
  return type === 'intentDurable' || type === 'submittedDurable';
}
