import { afterEach } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import type { Desk } from '../../src/pipeline/desk.ts';
import type { DeskSetup } from '../../src/pipeline/setup.ts';
import { expectSameThroughCheckpoints, type Heard } from './checkpoint-proof.ts';
import { SILENT_PROBE } from './night-setup.ts';
import type { NightWorld } from './night-world.ts';

/** Some tests live through hundreds of lives: of each test so many are decided again. */
const LIVES_MAX = 2;
const CUTS_PER_LIFE = 8;
/** A long life of two symbols takes two seconds to decide again; a busy machine makes much of that. */
const HOOK_MS_MAX = 120_000;
const SEED = process.env['CHECKPOINT_SEED'] ?? `${Date.now()}`;

const lives: (() => Heard)[] = [];

/** A life begins. Its set-up is kept as it is now: a story may change it for the next one. */
export function rememberLife(desk: Desk, world: NightWorld): () => Heard {
  const hear = hearing(desk, world);
  lives.push(hear);
  return hear;
}

/** What a life has heard by the time that somebody asks. */
function hearing(desk: Desk, world: NightWorld): () => Heard {
  const venues = desk.setup.venues.map((venue) => ({ ...venue }));
  const setup: DeskSetup = { ...desk.setup, venues, probe: SILENT_PROBE };
  return () => ({
    setup,
    desk,
    events: world.events,
    effects: world.effects,
    isKilled: world.isDead,
  });
}

// Whatever a story is about, it is also one of a desk that was written down in the middle of it: decided
// again by desks made of such texts, every life of every night has the effects it had.
afterEach(({ task }) => {
  const lived = lives.splice(0);
  if (task.result?.state === 'fail') return;
  const random = Random.fromSeed(`${SEED} ${task.name}`);
  while (lived.length > LIVES_MAX) lived.splice(random.below(lived.length), 1);
  try {
    for (const hear of lived) {
      const heard = hear();
      const share = CUTS_PER_LIFE / heard.events.length;
      expectSameThroughCheckpoints(heard, { cuts: () => random.chance(share) });
    }
  } catch (cause) {
    const again = `CHECKPOINT_SEED=${SEED}`;
    throw new Error(`decided again through checkpoints it went otherwise; ${again}`, { cause });
  }
}, HOOK_MS_MAX);
