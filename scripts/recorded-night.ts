import { readFileSync } from 'node:fs';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import {
  explainLastFill,
  readExpectedTruth,
  seenWhole,
  seeRecording,
  startRecordedNight,
} from '../test/support/recorded-night.ts';

// A daemon with the default strategies on a recorded market, from its first message to its last:
// `node scripts/recorded-night.ts --recording FILE --expected expected.json --name NAME --speed 1`.
// Exit code 1 when it counted, or built, anything else than what is expected, or at speed 1 never traded.
const { values } = parseArgs({
  options: {
    recording: { type: 'string' },
    expected: { type: 'string' },
    name: { type: 'string' },
    speed: { type: 'string', default: '1' },
  },
});
const { recording, expected, name, speed } = values;
if (recording === undefined || expected === undefined || name === undefined) {
  process.stderr.write('wanted: --recording FILE --expected FILE --name NAME [--speed 1|max]\n');
  process.exit(2);
}

const truth = readExpectedTruth(JSON.parse(readFileSync(expected, 'utf8')), name);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const beganAtMs = performance.now();
const night = await startRecordedNight(recording, speed === 'max' ? 'max' : Number(speed), false);
try {
  const daemon = night.startDaemon();
  const sight = await seeRecording(daemon, truth, 3_600_000);
  const isWhole = isDeepStrictEqual(sight, seenWhole(truth));
  say(`seen:     ${JSON.stringify(sight)}`);
  say(`expected: ${JSON.stringify(seenWhole(truth))}`);
  const fillsCount = night.account().trades.length;
  if (fillsCount > 0) say(`the last fill: ${(await explainLastFill(night)).join(', ')}`);
  const { code } = await daemon.stop();
  say(
    `${fillsCount} fills, exit code ${code}, ${((performance.now() - beganAtMs) / 1_000).toFixed(1)} s`,
  );
  const isTraded = fillsCount > 0 || speed === 'max';
  process.exitCode = isWhole && isTraded && code === 0 ? 0 : 1;
} finally {
  await night.close();
}
