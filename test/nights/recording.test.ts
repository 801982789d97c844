import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../store/temp-folder.ts';
import { fixturePath, readExpected, skipWithoutFixtures } from '../support/fixtures.ts';
import { writeRecording } from '../support/raw-recording.ts';
import {
  explainLastFill,
  type RecordedTruth,
  readExpectedTruth,
  seenWhole,
  seeRecording,
  startRecordedNight,
} from '../support/recorded-night.ts';

const RECORDING = 'binance/spot-btcusdt-20240808.raw.gz';

const CHAIN = ['market passed', 'risk accepted', 'order sent', 'fill filled'];

async function seeAll(file: string, truth: RecordedTruth): Promise<void> {
  const night = await startRecordedNight(file, 'max', false);
  onTestFinished(() => night.close());
  const daemon = night.startDaemon();

  const sight = await seeRecording(daemon, truth, 120_000);

  expect(sight).toEqual(seenWhole(truth));
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
}

async function tradeOn(file: string, eager: boolean): Promise<void> {
  const night = await startRecordedNight(file, 1, eager);
  onTestFinished(() => night.close());
  const daemon = night.startDaemon();

  await daemon.waitFor('a filled order', () => night.account().trades.length > 0, 120_000);
  await daemon.waitFor('an explained fill', async () => {
    return (await explainLastFill(night)).includes('fill filled');
  });

  // An exit by a rule of the position has `exit` where others have `signal`.
  const stages = await explainLastFill(night);
  expect(stages).toEqual(expect.arrayContaining([...CHAIN]));
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
}

// Forty thousand messages in a few seconds. What the daemon counted, and the book it built, must be
// what somebody else computed from the file: no message lost, none invented, every level in its place.
test('real traffic at full speed: counts, breaks and the final book as computed independently', {
  timeout: 180_000,
}, async (context) => {
  skipWithoutFixtures(context);
  await seeAll(fixturePath(RECORDING), readExpectedTruth(readExpected(), RECORDING));
});

test('made-up traffic at full speed: counts, breaks and the final book as generated', {
  timeout: 180_000,
}, async () => {
  const file = path.join(tempFolder(), 'made-up.raw.gz');
  await seeAll(file, writeRecording(file, 'recorded night', 60_000));
});

// The recorder's clock was 1.27 s behind the exchange. Data that seem to come from the future must
// neither be thrown away nor stop us, as long as the clocks differ by no more than we allow.
test('real traffic at speed 1, clocks 1.27 s apart: an order is sent, filled and explained', {
  timeout: 180_000,
}, async (context) => {
  skipWithoutFixtures(context);
  await tradeOn(fixturePath(RECORDING), false);
});

test('made-up traffic at speed 1, clocks 1.27 s apart: an order is sent, filled and explained', {
  timeout: 180_000,
}, async () => {
  const file = path.join(tempFolder(), 'made-up.raw.gz');
  writeRecording(file, 'traded night', 120_000);
  await tradeOn(file, true);
});
