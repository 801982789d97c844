import { rmSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { listSegments, readSegment } from '../../src/store/capture-reader.ts';
import { explain, replayFolder } from '../replay/replayed.ts';
import { SocketNight } from '../support/socket-night.ts';

const cutsShape = z.object({ cuts: z.array(z.object({ segment: z.string() })) });

// Whatever ends the daemon by an error: what it heard in its last second is in no file yet.
test('a daemon that breaks writes what it has heard to the last event, behind what was in the file', {
  timeout: 240_000,
}, async () => {
  const night = await SocketNight.start();
  onTestFinished(() => night.close());
  const daemon = night.startDaemon();
  await daemon.waitReady();
  const folder = path.join(night.dataDir, 'capture');
  await daemon.waitFor('a first block', () =>
    listSegments(folder).some((segment) => [...readSegment(segment)].length > 0),
  );
  rmSync(path.join(night.dataDir, 'journal.db'));
  expect(await daemon.waitEnd()).toEqual({ code: 74, signal: null });
  expect(daemon.output).not.toContain('while stopping');

  const segments = listSegments(folder);
  expect(segments).toHaveLength(2);
  const [running = [], last = []] = segments.map((segment) => [...readSegment(segment)]);
  const [header] = last;
  const { cuts } = cutsShape.parse(JSON.parse(header?.type === 'header' ? header.text : ''));
  expect(cuts).toEqual([{ segment: path.basename(segments[0] ?? '') }]);
  const moments = [...running, ...last].flatMap((item) =>
    item.type === 'event' ? [item.event.atMs] : [],
  );
  expect(moments).toEqual(moments.toSorted((a, b) => a - b));
  expect(last.some(({ type }) => type === 'event')).toBe(true);
  const types = new Set([...running, ...last].map(({ type }) => type));
  expect(types).toEqual(new Set(['header', 'event', 'outcome']));

  // What the last event caused is there as far as it got, and no further: the rest proves nothing.
  const report = replayFolder(folder);
  expect(report, explain(report)).toMatchObject({ isIdentical: true, livesCount: 1 });
  expect(report.toMs).toBe(moments.at(-1));
});
