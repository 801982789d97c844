import type { DeskEvent } from '../domain/event.ts';
import type { World } from '../ports.ts';
import type { Desk } from './desk.ts';
import { handle } from './handle.ts';

/**
 * Connects a core to a world. What the core hears is captured; what must survive is in the journal
 * before it leaves. Answers that the world gives at once (a commit) are heard before anything else,
 * in the order in which they were given.
 */
export function run(world: World, desk: Desk): void {
  const waiting: DeskEvent[] = [];
  let isHandling = false;
  world.onEvent((event) => {
    waiting.push(event);
    if (isHandling) return;
    isHandling = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        world.capture(next);
        for (const effect of handle(desk, next)) world.perform(effect);
      }
    } finally {
      isHandling = false;
    }
  });
}
