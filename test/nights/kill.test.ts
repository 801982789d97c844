import { expect, onTestFinished, test } from 'vitest';
import { isInFlight } from '../support/journal-at-rest.ts';
import { drawHits, killAgainAndAgain } from '../support/kill-night.ts';
import { findTroubles, seeMorning } from '../support/morning.ts';
import { SocketNight } from '../support/socket-night.ts';

const KILLS = 12;

// A process dies without a word in the middle of an order. What it had sent must not be sent again,
// what the exchange did meanwhile must be found out, and the sums must be right to the last digit.
// `npm run kills -- --count 100` does the same for longer.
test(`${KILLS} times kill -9 while trading: nothing sent twice, nothing lost, every digit right`, {
  timeout: 240_000,
}, async () => {
  const seed = String(Math.floor(Math.random() * 1e9));
  const night = await SocketNight.start({ exchange: { seed } });
  onTestFinished(() => night.close());

  const { kills, daemon } = await killAgainAndAgain(night, { count: KILLS, seed });
  const morning = await seeMorning(night, daemon);

  process.stdout.write(`kills of seed ${seed}:\n${drawHits(kills)}\n`);
  const about = `seed ${seed}\n${JSON.stringify(kills)}`;
  expect(findTroubles(morning), about).toEqual([]);
  expect(morning.startsCount, about).toBeGreaterThanOrEqual(KILLS);
  expect(morning.fillsCount, about).toBeGreaterThan(0);
  const inFlight = kills.filter(({ hit }) => isInFlight(hit));
  expect(inFlight.length, about).toBeGreaterThanOrEqual(KILLS / 3);
});
