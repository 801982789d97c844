import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findWitness } from '../../src/replay/witness.ts';
import { listSegments } from '../../src/store/capture-reader.ts';
import { tempFolder } from '../store/temp-folder.ts';
import { SocketNight } from '../support/socket-night.ts';
import { epochs, filesOfLife, withoutFiles } from './captured-items.ts';
import { explain, replayFolder } from './replayed.ts';
import { trade, writtenFiles } from './two-lives.ts';

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

let night: SocketNight;
let capture: string;

beforeAll(async () => {
  night = await SocketNight.start({ settings: { capture: { segmentSecondsMax: 3 } } });
  capture = join(night.dataDir, 'capture');
  mkdirSync(capture, { recursive: true });
  await trade(night, 'kill');
  await trade(night, 'stop');
}, 240_000);

afterAll(() => night.close());

test('each file by itself: identical, and the desk at the begin of the next one is compared, too', () => {
  const witness = findWitness(capture);
  const lastOfLives = [filesOfLife(capture, 0), filesOfLife(capture, 1)].map((all) => all.at(-1));
  for (const file of writtenFiles(capture)) {
    const report = replayFolder(file, { witness });
    expect(report, `${basename(file)}\n${explain(report)}`).toMatchObject({
      verdict: 'identical',
      filesCount: 1,
      checkpointsCount: lastOfLives.includes(basename(file)) ? 0 : 1,
      coverage: { missing: [], isEndKnown: true },
    });
  }
});

// Whoever names a file asks for all of it: what it lacks is in no other.
test('a named file that is cut off: identical only where nothing is lost, whether others follow it or it is the last of its life', () => {
  const folder = withoutFiles(capture, () => false);
  const witness = findWitness(folder);
  // The end of the killed life is lost anyway.
  const killed = filesOfLife(capture, 0).at(-1);
  for (const file of writtenFiles(capture).map((path) => basename(path))) {
    if (file === killed) continue;
    const place = join(folder, file);
    const whole = replayFolder(place, { witness });
    const bytes = readFileSync(place).length;
    const found = [0.9, 0.5, 0.2].map((part) => {
      truncateSync(place, Math.floor(bytes * part));
      const report = replayFolder(place, { witness });
      const isLess =
        report.decisionsCount + report.rowsCount < whole.decisionsCount + whole.rowsCount;
      if (isLess)
        expect(report.verdict, `${file}, ${part}\n${explain(report)}`).not.toBe('identical');
      return isLess;
    });
    expect(found, file).toContain(true);
    copyFileSync(join(capture, file), place);
  }
});

test('the last file of the killed life without its journal: the start behind it knows the rows that it lacks', () => {
  const folder = join(tempFolder(), 'capture');
  cpSync(capture, folder, { recursive: true });
  const files = filesOfLife(capture, 0);
  const [first = ''] = files;
  for (const later of files.slice(1)) rmSync(join(folder, later));
  const report = replayFolder(join(folder, first));
  expect(report, explain(report)).toMatchObject({
    verdict: 'incomplete',
    coverage: { missing: [{ epoch: epochs(capture)[0] }], lives: { compared: 1, recorded: 1 } },
  });
});

test('a moment in which nothing was decided yet proves nothing', () => {
  const { fromMs = 0 } = replayFolder(capture);
  const report = replayFolder(capture, { untilMs: fromMs + 1 });
  expect(report, explain(report)).toMatchObject({
    verdict: 'nothing',
    isIdentical: false,
    coverage: { lives: { compared: 0, recorded: 1 } },
  });
  expect(report.eventsCount).toBeGreaterThan(0);
});

test('where to begin and to end is told to be impossible, and why', async () => {
  const [first = '', last = ''] = [listSegments(capture)[0], listSegments(capture).at(-1)].map(
    (file) => basename(file ?? ''),
  );
  const refused = async (...words: readonly string[]): Promise<string> => {
    const verb = promisify(execFile)(process.execPath, [CLI, 'replay', capture, ...words]);
    const { code, stderr } = await verb.then(
      () => ({ code: 0, stderr: '' }),
      (error: { code: number; stderr: string }) => error,
    );
    expect(code, words.join(' ')).toBe(2);
    return stderr;
  };
  expect(await refused('--from', '2130-01-01')).toMatch(
    /--from is 2130-01-01T00:00:00\.000Z, and the capture ends 20/,
  );
  expect(await refused('--from', 'capture-1-1.zst')).toContain(
    `found no capture-1-1.zst, expected one from ${first} to ${last}`,
  );
  expect(await refused('--from', '1h', '--until', '2h')).toContain(
    '--from 1h is later than --until 2h',
  );
});
