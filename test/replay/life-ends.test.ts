import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { renderReplay } from '../../src/cli/render-replay.ts';
import { listSegments } from '../../src/store/capture-reader.ts';
import { tempFolder } from '../store/temp-folder.ts';
import { takeApart } from '../support/rewritten-capture.ts';
import { filesOfLife } from './captured-items.ts';
import { captureLives, logOf, makeNight } from './made-night.ts';
import { explain, replayFolder } from './replayed.ts';

type End = 'stop' | 'kill';

/** Captured lives, each of them quiet before it ends. Nothing lies beside the capture: no journal, no decision log. */
async function capturedLives(ends: readonly End[]) {
  const folder = join(tempFolder(), 'capture');
  const journal = join(tempFolder(), 'journal.db');
  const night = makeNight('ends', 20, ends, 29);
  const told = await captureLives(folder, night, { segmentAgeMsMax: 10_000, journal });
  expect(told).toEqual([]);
  const log = logOf(night.decisions);
  return { folder, log, lastOf: (n: number) => join(folder, filesOfLife(folder, n).at(-1) ?? '') };
}

function rowsOf(folder: string, file: string): number {
  const items = takeApart(folder).find((part) => part.file === file)?.items ?? [];
  return items.filter((item) => item.type === 'outcome' && item.text.startsWith('row ')).length;
}

// The market is quiet before a restart: no order, no row. Whoever has only the rows misses nothing then.
test('the first of two lives stopped, and its last file is gone: not proven, and the row with which it stopped says so', async () => {
  const { folder, lastOf } = await capturedLives(['stop', 'stop']);
  const last = lastOf(0);
  const whole = replayFolder(folder);
  expect(whole, explain(whole)).toMatchObject({
    verdict: 'identical',
    coverage: { lives: { compared: 2, recorded: 2 }, openEnds: [], isEndKnown: true },
  });
  expect(rowsOf(folder, last)).toBe(0);

  for (const loss of [
    () => truncateSync(last, 2_000),
    () => truncateSync(last),
    () => rmSync(last),
  ]) {
    loss();
    const report = replayFolder(folder);
    expect(report, explain(report)).toMatchObject({
      verdict: 'incomplete',
      isIdentical: false,
      differencesCount: 0,
      damages: [],
      coverage: { missing: [{ epoch: 1, decisionsCount: 0, rowsCount: 0 }] },
    });
    expect(report.decisionsCount).toBeLessThan(whole.decisionsCount);
    expect(renderReplay(report, [])).toMatch(
      /^NOT PROVEN: nothing differs[\s\S]*\n {2}MISSING: the end of start 1 from .*: it stopped by itself, and no file/,
    );
  }
});

// A killed process writes nothing behind itself. Its rows are all there, and of its last minutes there were none.
test('the first of two lives was killed: without its decision log nobody knows its end, with it what is missing is told', async () => {
  const { folder, log, lastOf } = await capturedLives(['kill', 'stop']);
  const alone = replayFolder(folder);
  expect(alone, explain(alone)).toMatchObject({
    verdict: 'incomplete',
    differencesCount: 0,
    coverage: { missing: [], openEnds: [{ epoch: 1 }], isEndKnown: false },
  });
  expect(renderReplay(alone, [])).toMatch(
    /^NOT PROVEN: nothing differs .*, and nobody can tell whether that is all of the night, hash [\s\S]*\n {2}END NOT KNOWN: whether start 1, last heard of .*, recorded more than the capture holds: it did not stop/,
  );
  const logged = replayFolder(folder, { witness: log });
  expect(logged, explain(logged)).toMatchObject({
    verdict: 'identical',
    coverage: { missing: [], openEnds: [], isEndKnown: true },
  });

  expect(rowsOf(folder, lastOf(0))).toBe(0);
  truncateSync(lastOf(0));
  const cut = replayFolder(folder, { witness: log });
  expect(cut.verdict, explain(cut)).toBe('incomplete');
  expect(cut.coverage.missing).toMatchObject([{ epoch: 1, rowsCount: 0 }]);
  expect(cut.coverage.missing[0]?.decisionsCount).toBeGreaterThan(0);
});

test('a decision log of another capture vouches for nothing', async () => {
  const { folder, log } = await capturedLives(['kill', 'stop']);
  const numbers = [...log.decisionsSince(0)].map((number) => ({ ...number, epoch: 0 }));
  const report = replayFolder(folder, { witness: { ...log, decisionsSince: () => numbers } });
  expect(report, explain(report)).toMatchObject({
    verdict: 'incomplete',
    coverage: { openEnds: [{ epoch: 1 }] },
  });
});

test('the last life did not stop, or its end is gone, and nothing lies beside it: not proven, and it says which start', async () => {
  const { folder, log, lastOf } = await capturedLives(['stop', 'stop']);
  truncateSync(lastOf(1));
  const cut = replayFolder(folder);
  expect(cut, explain(cut)).toMatchObject({
    verdict: 'incomplete',
    coverage: { missing: [], openEnds: [{ epoch: 2 }] },
  });
  const logged = replayFolder(folder, { witness: log });
  expect(logged.coverage.missing, explain(logged)).toMatchObject([{ epoch: 2 }]);

  // Of a whole life there are only empty files.
  for (const file of filesOfLife(folder, 1)) truncateSync(join(folder, file));
  const gone = replayFolder(folder);
  expect(gone, explain(gone)).toMatchObject({
    verdict: 'incomplete',
    livesCount: 1,
    coverage: { openEnds: [{ epoch: 1, why: expect.stringContaining('holds nothing') }] },
  });
});

test('the first file of the night is empty: the next one says how much was before it', async () => {
  const { folder } = await capturedLives(['stop']);
  truncateSync(listSegments(folder)[0] ?? '');
  const report = replayFolder(folder);
  expect(report, explain(report)).toMatchObject({ verdict: 'incomplete', differencesCount: 0 });
  expect(report.damages).toEqual([expect.stringMatching(/the files before it are missing/)]);
});

test('what lies beside the capture is broken: nobody was asked whether there was more', async () => {
  const { folder } = await capturedLives(['stop']);
  expect(replayFolder(folder).verdict).toBe('identical');
  for (const name of ['journal.db', 'decisions.db']) {
    const path = join(dirname(folder), name);
    writeFileSync(path, 'this was never a database, whatever it is called'.repeat(100));
    const report = replayFolder(folder);
    expect(report, explain(report)).toMatchObject({
      verdict: 'incomplete',
      notes: [expect.stringContaining(name)],
      coverage: { openEnds: [{ epoch: 1, why: expect.stringContaining('could not be asked') }] },
    });
    rmSync(path);
  }
});

// A kill leaves a file in which nothing has arrived: it tells nothing about the one before it.
test('a named file with empty ones behind it: the next one that holds something is asked, and behind the last one nobody', async () => {
  const { folder } = await capturedLives(['stop', 'stop']);
  const files = listSegments(folder);
  const [first = '', second = ''] = files;
  const whole = replayFolder(first);
  expect(whole, explain(whole)).toMatchObject({ verdict: 'identical', checkpointsCount: 1 });
  const last = filesOfLife(folder, 0).at(-1) ?? '';
  for (const file of filesOfLife(folder, 1)) truncateSync(join(folder, file));
  const end = replayFolder(join(folder, last));
  expect(end, explain(end)).toMatchObject({ verdict: 'identical', filesCount: 1 });
  truncateSync(second);
  const short = replayFolder(first);
  expect(short.damages.join(), explain(short)).toContain('some are missing, and no gap says so');
});
