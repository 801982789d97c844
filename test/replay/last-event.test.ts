import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clientOrderId } from '../../src/domain/ids.ts';
import { unixMs } from '../../src/domain/units.ts';
import type { CapturedItem } from '../../src/store/capture-reader.ts';
import { tempFolder } from '../store/temp-folder.ts';
import { takeApart } from '../support/rewritten-capture.ts';
import { captureNight, logOf, makeNight } from './made-night.ts';
import { explain, replayFolder, rewrite } from './replayed.ts';

/** One life of half a minute in one file, and what the decision log knows of it. */
async function capturedLife() {
  const folder = join(tempFolder(), 'capture');
  const night = makeNight('last event', 30);
  await captureNight(folder, night, { segmentAgeMsMax: 600_000 });
  const [{ items } = { items: [] }] = takeApart(folder);
  return { folder, items, witness: logOf(night.decisions) };
}

type EventItem = Extract<CapturedItem, { readonly type: 'event' }>;

/** An event alone in its moment with outcomes, in the middle of the night: its place, and that of its last outcome. */
function findLoneEvent(items: readonly CapturedItem[]) {
  const events = items.flatMap((item, at) => (item.type === 'event' ? [{ at, item }] : []));
  for (const [n, { at, item }] of events.entries()) {
    const [before, after] = [events[n - 1], events[n + 1]];
    if (before === undefined || after === undefined || at < items.length / 2) continue;
    const { atMs } = item.event;
    const isAlone = before.item.event.atMs < atMs && after.item.event.atMs > atMs;
    if (isAlone && after.at > at + 1) return { at, lastAt: after.at - 1, atMs };
  }
  throw new Error('no event is alone in its moment');
}

// The event behind the moment is not heard, and that it came proves that all before it was put down.
test('one recorded outcome of the last event before --until is gone: not identical', async () => {
  const { folder, items } = await capturedLife();
  const { lastAt, atMs } = findLoneEvent(items);
  expect(replayFolder(folder, { untilMs: atMs })).toMatchObject({ verdict: 'identical' });

  const without = rewrite(folder, () => items.filter((_item, at) => at !== lastAt));
  const report = replayFolder(without, { untilMs: atMs });
  expect(report, explain(report)).toMatchObject({ verdict: 'different', differencesCount: 1 });
  expect(report.differences[0]?.recorded).toBeUndefined();
});

test('an event that nothing came of is gone, the last before --until: the next number tells', async () => {
  const { folder, items } = await capturedLife();
  const { at, atMs } = findLoneEvent(items);
  const before = items.findLastIndex((item, n) => n < at - 1 && item.type === 'outcome');
  const quiet = items.findIndex(
    (item, n) => n > before && item.type === 'event' && items[n + 1]?.type === 'event',
  );
  const gone = items[quiet];
  if (quiet >= at || gone?.type !== 'event') throw new Error('no event without outcomes');
  const untilMs = gone.event.atMs;
  expect(untilMs).toBeLessThan(atMs);
  expect(replayFolder(folder, { untilMs })).toMatchObject({ verdict: 'identical' });

  const without = rewrite(folder, () => items.filter((_item, n) => n !== quiet));
  const report = replayFolder(without, { untilMs });
  expect(report, explain(report)).toMatchObject({ verdict: 'incomplete', differencesCount: 0 });
  expect(report.damages).toEqual([expect.stringContaining('records are missing before it')]);
});

// The clock was a minute ahead, and somebody set it right: behind later moments there are earlier ones.
test('the clock was set back behind --until: what stands there and was asked for is told', async () => {
  const { folder, items } = await capturedLife();
  const { at, atMs } = findLoneEvent(items);
  const back = (item: EventItem): EventItem => {
    const moment = unixMs(item.event.atMs - 60_000);
    return { ...item, event: { ...item.event, atMs: moment } };
  };
  const from = items.findIndex(
    (item, n) => n > at && item.type === 'event' && item.event.atMs > atMs + 2_000,
  );
  const set = rewrite(folder, () =>
    items.map((item, n) => (n >= from && item.type === 'event' ? back(item) : item)),
  );
  const report = replayFolder(set, { untilMs: atMs });
  expect(report, explain(report)).toMatchObject({ verdict: 'incomplete', differencesCount: 0 });
  const passed = items.filter((item, n) => n >= from && item.type === 'event').length;
  expect(report.uncompared).toMatchObject([
    { eventsCount: passed, why: expect.stringContaining('set back') },
  ]);
});

/** An order that was never opened is on the disk: an invariant of the desk is broken, and it throws. */
function breaking(items: readonly CapturedItem[], atMs: number): CapturedItem {
  for (const item of items) {
    if (item.type !== 'event' || item.event.type !== 'submittedDurable') continue;
    const order = { ...item.event.order, clientOrderId: clientOrderId('nobody') };
    return { type: 'event', event: { ...item.event, order, atMs: unixMs(atMs) } };
  }
  throw new Error('no order left that night');
}

// It may be the one that broke the recorded process, too, or this build alone breaks there.
test('the last captured event breaks the desk: not proven, for nothing tells what it did to the recorded one', async () => {
  const { folder, items, witness } = await capturedLife();
  expect(replayFolder(folder, { witness })).toMatchObject({ verdict: 'identical' });
  const atMs = items.flatMap((item) => (item.type === 'event' ? [item.event.atMs] : [])).at(-1);
  const broken = rewrite(folder, () => [...items, breaking(items, atMs ?? 0)]);
  const report = replayFolder(broken, { witness });
  expect(report, explain(report)).toMatchObject({
    verdict: 'incomplete',
    differencesCount: 0,
    uncompared: [{ eventsCount: 1, why: expect.stringContaining('breaks the desk') }],
  });
});

test('an event breaks the desk, and the recorded one went on: different, with --until at that event, too', async () => {
  const { folder, items, witness } = await capturedLife();
  const { at, atMs } = findLoneEvent(items);
  const broken = rewrite(folder, () => [
    ...items.slice(0, at),
    breaking(items, atMs),
    ...items.slice(at + 1).filter((item) => item.type !== 'outcome'),
  ]);
  for (const untilMs of [Number.POSITIVE_INFINITY, atMs]) {
    const report = replayFolder(broken, { witness, untilMs });
    expect(report, explain(report)).toMatchObject({ verdict: 'different', differencesCount: 1 });
    expect(report.differences[0]?.decided).toContain('broken');
  }
});
