import { expect, test } from 'vitest';
import type { Effect } from '../../src/domain/effect.ts';
import { SIM_FAULTS } from '../../src/sim/faults/catalogue.ts';
import { SimNight } from '../../src/sim/night.ts';
import { tempFolder } from '../store/temp-folder.ts';

// The venue's clock jumps back just when the account socket has to be opened anew: what we sign comes from its future.
test('account events that a wrong clock cannot subscribe to come back when the clock is known', () => {
  const together = { atMs: 60_000, moment: 'atOnce' } as const;
  const effects: Effect[] = [];
  const night = new SimNight({
    seed: 'subscription refused',
    hours: 1,
    faults: [
      {
        ...together,
        name: 'venue_clock.jumped',
        durationMs: 60_000,
        parameters: { byMs: -30_000 },
      },
      {
        ...together,
        name: 'socket.cut',
        durationMs: 1_000,
        parameters: { kind: 'account', code: 1_006 },
      },
    ],
    catalogue: SIM_FAULTS,
    watchers: () => [{ onEffect: (effect) => void effects.push(effect) }],
    folder: tempFolder(),
  });
  try {
    night.waitMs(90_000);
    const dropped = effects.flatMap((effect) =>
      effect.type === 'closeSocket' && effect.connection.includes('/account/') ? effect.cause : [],
    );
    expect(dropped.length).toBeGreaterThan(0);
    for (const cause of dropped) expect(cause).toMatch(/^refused: -1021 .* ahead of the server/);
    const [venue] = night.daemon.life?.desk.venues ?? [];
    expect(venue?.stream.downSinceMs()).toBeUndefined();
  } finally {
    night.close();
  }
});
