import type { BegunFault } from '../fault.ts';
import type { Stage } from '../stage.ts';
import type { SocketKind } from '../trouble.ts';

/** Sockets of a kind that are open now carry nothing in either direction; at the end the box in the middle wakes up and knows nothing of them. */
export function holdHalfOpen({ lines }: Pick<Stage, 'lines'>, kind: SocketKind): BegunFault {
  const dead = new Set(lines?.openOnes(kind));
  return {
    trouble: {
      frame: ({ connection }) => (dead.has(connection) ? [] : undefined),
      isMute: (_, connection) => dead.has(connection),
      losesWhatWeSay: (_, connection) => dead.has(connection),
    },
    end: () => {
      for (const connection of dead) lines?.cut(connection);
    },
  };
}
