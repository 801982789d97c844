import { createHash } from 'node:crypto';
import { bytesOf, type DeskEvent } from '../../../src/domain/event.ts';
import { Random } from '../../../src/domain/random.ts';
import type { PlannedFault, SimFault } from '../../../src/sim/fault.ts';
import { SIM_FAULTS } from '../../../src/sim/faults/catalogue.ts';
import { SimNight } from '../../../src/sim/night.ts';
import { loadNightSettings, type NightSettings } from '../../../src/sim/settings.ts';

const SEED = 'short nights';
/** Two symbols that are traded all the time: whatever befalls orders finds some. */
const SYMBOLS = ['BTC/USDT', 'ETH/USDT'];
const VENUE_SYMBOLS = ['BTCUSDT', 'ETHUSDT'];
const REENTRY_COOLDOWN_MS = 2_000;
const HOURS = 1;
const BEGIN_MS = 30_000;
const ONCE_MS = 1_000;

let settings: NightSettings | undefined;

/** What one short night has come to. */
export interface ShortNight {
  readonly night: SimNight;
  /** Of everything that the daemon heard, everything that came to the venue, and how processes ended. */
  readonly digest: string;
}

/** A night of minutes: the faults, each after its time, and as long as `untilMs`. The caller closes it. */
export function runShortNight(faults: readonly PlannedFault[], untilMs: number): ShortNight {
  settings ??= loadNightSettings({ symbols: SYMBOLS }, REENTRY_COOLDOWN_MS);
  const heard = createHash('sha256');
  const night = new SimNight({
    seed: SEED,
    hours: HOURS,
    faults,
    catalogue: SIM_FAULTS,
    settings,
    watchers: () => [
      {
        onEvent: (event) => heard.update(textOf(event)),
        onArrived: ({ answer, request }) => heard.update(`${request.kind} ${answer.type}`),
        onLifeEnded: (_, end) => heard.update(end.cause),
        onTwinEnded: (end) => heard.update(end.cause),
      },
    ],
  });
  night.waitMs(untilMs);
  return { night, digest: heard.copy().digest('hex') };
}

/** An occurrence of a fault that lasts long enough to be met and is over within a minute, as some seed would draw it. */
export function occurrenceOf(fault: SimFault, seed: string, atMs = BEGIN_MS): PlannedFault {
  const random = Random.fromSeed(`${seed}/${fault.name}`);
  const drawn = fault.draw(random, { symbols: VENUE_SYMBOLS });
  const isOnce = drawn.durationMs <= ONCE_MS;
  const durationMs = isOnce ? ONCE_MS : Math.min(60_000, Math.max(25_000, drawn.durationMs));
  return { name: fault.name, atMs, ...drawn, durationMs, moment: 'atOnce' };
}

function textOf(event: DeskEvent): string | Uint8Array {
  if (event.type === 'frameReceived') return bytesOf(event);
  return JSON.stringify(event, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}
