import { execFile } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesOf, frameReceived } from '../../src/domain/event.ts';
import { Random } from '../../src/domain/random.ts';
import { encodeRow } from '../../src/journal/row-codec.ts';
import { findWitness } from '../../src/replay/witness.ts';
import { type CapturedItem, listSegments } from '../../src/store/capture-reader.ts';
import { tempFolder } from '../store/temp-folder.ts';
import { runVerb } from '../support/overnight-verb.ts';
import { takeApart } from '../support/rewritten-capture.ts';
import { SocketNight } from '../support/socket-night.ts';
import {
  epochs,
  filesOfLife,
  findBidSize,
  headerOf,
  isLookedAt,
  pickEvent,
  withoutFiles,
} from './captured-items.ts';
import { explain, replayFolder, rewrite } from './replayed.ts';
import { FILLS_PER_LIFE, trade, writtenFiles } from './two-lives.ts';

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

let night: SocketNight;
let capture: string;
/** The journal as the daemon left it, in the order of its rows, without those that the store writes by itself. */
let rows: readonly string[];

// A real daemon trades on the exchange over real sockets, is killed in the middle of it, starts again,
// trades on and is stopped. Whoever looks at the capture later has nothing else.
beforeAll(async () => {
  night = await SocketNight.start({ settings: { capture: { segmentSecondsMax: 3 } } });
  capture = join(night.dataDir, 'capture');
  mkdirSync(capture, { recursive: true });
  await trade(night, 'kill');
  await trade(night, 'stop');
  rows = night
    .readJournal()
    .rows.filter(({ type }) => type !== 'started' && type !== 'stopped')
    .map((row) => `row ${encodeRow(row)}`);
});

afterAll(() => night.close());

describe('a night over real sockets, killed in the middle and started again', () => {
  test('decided again from its first file, two lives: identical, to the last outcome', () => {
    const report = replayFolder(capture);
    expect(report, explain(report)).toMatchObject({
      isIdentical: true,
      differencesCount: 0,
      damages: [],
      uncompared: [],
      livesCount: 2,
    });
    expect(report.hash).toBe(report.recordedHash);
    expect(report.ordersCount).toBeGreaterThan(2 * FILLS_PER_LIFE - 2);
    expect(report.decisionsCount).toBeGreaterThan(100);
    expect(report.eventsCount).toBeGreaterThan(1000);
    // Each file but the first of a life begins with a desk that is the decided one, character for character.
    expect(report.checkpointsCount).toBe(writtenFiles(capture).length - 2);
  });

  // Nobody would be surprised that a desk agrees with itself: what it is compared with must be what the
  // live process wrote down.
  test('the outcomes it is compared with are the rows of the journal, in their order', () => {
    const recorded = takeApart(capture)
      .flatMap(({ items }) => items)
      .flatMap((item) =>
        item.type === 'outcome' && item.text.startsWith('row ') ? [item.text] : [],
      );
    // A kill takes the last moments of the capture, and what the journal had not committed.
    const inBoth = rows.filter((row) => recorded.includes(row));
    expect(recorded.filter((text) => rows.includes(text))).toEqual(inBoth);
    expect(inBoth.length).toBeGreaterThan(0.7 * rows.length);
    const last = rows.slice(-50);
    expect(recorded.slice(-50)).toEqual(last);
  });

  test('decided again from each later file: identical, whether a life begins there or goes on', () => {
    const files = writtenFiles(capture);
    const all = replayFolder(capture).eventsCount;
    let before = all + 1;
    for (const file of files) {
      const report = replayFolder(capture, { from: basename(file) });
      expect(report, `${basename(file)}\n${explain(report)}`).toMatchObject({
        isIdentical: true,
        uncompared: [],
      });
      expect(report.eventsCount).toBeLessThan(before);
      before = report.eventsCount;
    }
    expect(files.length).toBeGreaterThanOrEqual(6);
  });

  test('the command says identical, and by its exit code; a moment in the night is a place to begin', async () => {
    expect(await runVerb(night, ['replay'])).toMatch(
      /^identical: [\d,]+ events, [\d,]+ decisions, hash [0-9a-f]{16}\n/,
    );
    const [, second = ''] = listSegments(capture);
    const moment = new Date(Number(/capture-(\d+)/.exec(second)?.[1]) + 500).toISOString();
    const told: unknown = JSON.parse(
      await runVerb(night, ['replay', capture, '--from', moment, '--json']),
    );
    const { eventsCount } = replayFolder(capture, { from: basename(second) });
    expect(told).toMatchObject({ isIdentical: true, eventsCount });
    const one = JSON.parse(await runVerb(night, ['replay', second, '--json']));
    expect(one).toMatchObject({ isIdentical: true, filesCount: 1 });
  });

  test('another limit: the first decisions that differ, why, and from where on it is an estimate', async () => {
    const words = ['replay', capture, '--set', 'risk.cooldownMs=3000'];
    const verb = promisify(execFile)(process.execPath, [CLI, ...words]);
    const { stdout } = await verb.catch((error: { code: number; stdout: string }) => {
      expect(error.code).toBe(1);
      return error;
    });
    expect(stdout).toMatch(/^NOT identical: [\d,]+ differences/);
    expect(stdout).toContain('with risk.cooldownMs=3000');
    expect(stdout).toMatch(/outcome +"accepted" +"denied"/);
    expect(stdout).toMatch(/reason\.code +"INTENT_APPROVED" +"COOLDOWN"/);
    expect(stdout).toMatch(/only recorded: intent/);
    expect(stdout).toMatch(/decisions +recorded +now\n[\w ]+ \d+ +\d+\n/);
    expect(stdout).toContain('what comes later is an estimate');
  });

  test('a limit that nothing came near changes nothing', () => {
    const changes = [{ path: 'risk.ordersPerDayMax', value: '99999' }];
    const report = replayFolder(capture, { changes });
    expect(report, explain(report)).toMatchObject({ isIdentical: true, differencesCount: 0 });
  });
});

/** The capture with one item of it replaced. */
function editOne(
  place: { readonly part: number; readonly at: number },
  edit: (item: CapturedItem) => readonly CapturedItem[],
): string {
  return rewrite(capture, ({ items }, part) =>
    items.flatMap((item, at) => (part === place.part && at === place.at ? edit(item) : [item])),
  );
}

describe('somebody has touched the capture of that night', () => {
  const seed = String(Math.floor(Math.random() * 1e9));
  const random = Random.fromSeed(seed);

  test('taken apart and put together again nothing is touched, and it is identical', () => {
    const report = replayFolder(rewrite(capture, ({ items }) => items));
    expect(report).toEqual(replayFolder(capture));
  });

  test('one bit of one recorded outcome: not identical, and the difference says which', () => {
    for (let n = 0; n < 5; n++) {
      const place = pickEvent(takeApart(capture), random, ({ type }) => type === 'outcome');
      const report = replayFolder(
        editOne(place, (item) => {
          if (item.type !== 'outcome') return [item];
          const bytes = Buffer.from(item.text);
          const at = random.below(bytes.length);
          bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << random.below(7)), at);
          return [{ ...item, text: bytes.toString() }];
        }),
      );
      expect(report, `seed ${seed}`).toMatchObject({ isIdentical: false, differencesCount: 1 });
      expect(report.hash, `seed ${seed}`).not.toBe(report.recordedHash);
    }
  });

  test('one event is not there: not identical, whatever the event was', () => {
    for (let n = 0; n < 5; n++) {
      const place = pickEvent(
        takeApart(capture),
        random,
        (item) => item.type === 'event' && item.event.type !== 'started',
      );
      const report = replayFolder(editOne(place, () => []));
      expect(report.isIdentical, `seed ${seed}`).toBe(false);
      expect(report.damages.length + report.differencesCount, `seed ${seed}`).toBeGreaterThan(0);
    }
  });

  test('one event says something else: what was decided on it is not the same', () => {
    const parts = takeApart(capture);
    const place = parts
      .flatMap(({ items }, part) => items.map((item, at) => ({ item, part, at, items })))
      .find(({ item, at, items }) => {
        const size = item.type === 'event' ? findBidSize(item.event) : undefined;
        return size !== undefined && isLookedAt(items.slice(at + 1, at + 20), size);
      });
    if (place === undefined) throw new Error('no quote led to a wish');
    const report = replayFolder(
      editOne(place, (item) => {
        if (item.type !== 'event' || item.event.type !== 'frameReceived') return [item];
        const { connection, atMs } = item.event;
        const text = Buffer.from(bytesOf(item.event)).toString();
        const other = text.replace(/"B":"/, '"B":"1');
        expect(other).not.toBe(text);
        return [{ type: 'event', event: frameReceived(connection, atMs, Buffer.from(other)) }];
      }),
    );
    expect(report.isIdentical).toBe(false);
    // Which number shows it first depends on what the strategies looked at next.
    expect(report.differences[0]?.fields).not.toEqual([]);
  });

  test('an outcome that was lost, or one too many: not identical', () => {
    const place = pickEvent(takeApart(capture), random, ({ type }) => type === 'outcome');
    expect(replayFolder(editOne(place, () => [])).isIdentical, `seed ${seed}`).toBe(false);
    const doubled = editOne(place, (item) => [item, item]);
    expect(replayFolder(doubled).isIdentical, `seed ${seed}`).toBe(false);
  });

  test('other settings in its headers than it ran with: told, and not identical', () => {
    const report = replayFolder(
      rewrite(capture, ({ items }) =>
        items.map((item) =>
          item.type === 'header'
            ? {
                ...item,
                text: item.text
                  .replaceAll('\\"cooldownMs\\":300', '\\"cooldownMs\\":301')
                  .replace(/"buildId":"[^"]*"/, '"buildId":"this build"'),
              }
            : item,
        ),
      ),
    );
    expect(report.isIdentical).toBe(false);
    expect(report.damages.join()).toMatch(/found [0-9a-f]{12}, expected [0-9a-f]{12}/);
  });

  test('a file in the middle is gone: what can be compared is, and the loss is told', () => {
    const copy = join(tempFolder(), 'capture');
    mkdirSync(copy);
    const files = listSegments(capture);
    for (const file of files) if (file !== files[1]) copyFileSync(file, join(copy, basename(file)));
    const report = replayFolder(copy);
    expect(report).toMatchObject({ isIdentical: false, differencesCount: 0 });
    expect(report.damages.join()).toMatch(/some are missing, and no gap says so/);
    expect(report.eventsCount).toBeGreaterThan(
      replayFolder(copy, { from: basename(files[2] ?? '') }).eventsCount,
    );
  });

  test('a gap that says what is missing: the rest is identical, from the next checkpoint on', () => {
    const [first] = takeApart(capture);
    const lost = 100;
    const at = (first?.items.length ?? 0) - lost;
    const text = JSON.stringify({ droppedCount: lost, droppedBytes: 1, fromMs: 0, toMs: 0 });
    const report = replayFolder(
      rewrite(capture, ({ items }, n) =>
        n === 0 ? [...items.slice(0, at), { type: 'gap', text }] : items,
      ),
      { witness: undefined },
    );
    expect(report, explain(report)).toMatchObject({
      verdict: 'incomplete',
      isIdentical: false,
      damages: [],
      gapsCount: 1,
    });
    expect(report.uncompared).toMatchObject([{ eventsCount: lost }]);
    // The numbers of the decisions behind the gap tell how many were taken within it.
    const { decisions, missing } = report.coverage;
    const whole = replayFolder(capture, { witness: undefined }).coverage.decisions;
    expect(decisions.recorded).toBe(whole.recorded);
    expect(missing.reduce((sum, part) => sum + part.decisionsCount, 0)).toBe(
      whole.recorded - decisions.compared,
    );
  });

  test('without any checkpoint, as an older build wrote it: identical from each start', () => {
    const copy = rewrite(capture, ({ items }) => items.filter(({ type }) => type !== 'checkpoint'));
    const report = replayFolder(copy);
    expect(report, explain(report)).toMatchObject({ isIdentical: true, checkpointsCount: 0 });
    expect(report.eventsCount).toBe(replayFolder(capture).eventsCount);

    // The file begins in the middle of a life: it is passed over, and the next start is compared.
    const from = basename(listSegments(copy)[1] ?? '');
    const later = replayFolder(copy, { from, witness: undefined });
    expect(later, explain(later)).toMatchObject({ verdict: 'incomplete', livesCount: 1 });
    expect(later.uncompared[0]?.why).toContain('no checkpoint');
    expect(later.uncompared[0]?.decisionsCount).toBeGreaterThan(0);
    const { decisions } = later.coverage;
    expect(decisions.recorded - decisions.compared).toBe(later.uncompared[0]?.decisionsCount);
  });

  test('without decisions to compare with, as a still older build wrote it: decided, and said to be unproven', () => {
    const settings = /"settings":("(?:[^"\\]|\\.)*")/.exec(headerOf(capture))?.[1] ?? '""';
    const accountTag = /"accountTag":"(\w+)"/.exec(headerOf(capture))?.[1] ?? '';
    const configHash = /"configHash":"(\w+)"/.exec(headerOf(capture))?.[1] ?? '';
    const copy = rewrite(capture, ({ items }) =>
      items.flatMap((item): readonly CapturedItem[] => {
        if (item.type === 'outcome' || item.type === 'checkpoint') return [];
        if (item.type !== 'header') return [item];
        const { settings: _settings, accountTag: _tag, ...rest } = JSON.parse(item.text);
        return [{ ...item, text: JSON.stringify({ ...rest, version: 2 }) }];
      }),
    );
    expect(() => replayFolder(copy)).toThrow(/holds no settings/);
    const own = { source: JSON.parse(settings), configHash, accountTag };
    const report = replayFolder(copy, { own: () => own });
    expect(report).toMatchObject({ isIdentical: false, livesCount: 2 });
    expect(report.notes.join()).toContain('nothing was compared');
    const compared = replayFolder(capture);
    expect(report.decisionsCount).toBe(compared.decisionsCount);
  });
});

describe('a file that ends early, as kill -9 leaves it', () => {
  // Any byte may be the last that reached the disk.
  test('cut at many bytes: nothing differs up to its last whole record, and that its end is gone is told', () => {
    const files = listSegments(capture);
    const last = files.at(-1) ?? '';
    const bytes = readFileSync(last).length;
    const copy = join(tempFolder(), 'capture');
    cpSync(capture, copy, { recursive: true });
    const cut = join(copy, basename(last));
    const options = { from: basename(files.at(-2) ?? '') };
    const whole = replayFolder(capture, options).eventsCount;
    let before = whole;
    for (let at = bytes; at >= 0; at -= Math.ceil(bytes / 40)) {
      truncateSync(cut, at);
      const report = replayFolder(copy, options);
      expect(report, `cut at byte ${at}\n${explain(report)}`).toMatchObject({
        verdict: at === bytes ? 'identical' : 'incomplete',
        differencesCount: 0,
        damages: [],
        uncompared: [],
        coverage: { openEnds: at === bytes ? [] : [{ epoch: epochs(capture)[1] }] },
      });
      expect(report.eventsCount).toBeLessThanOrEqual(before);
      before = report.eventsCount;
    }
    expect(before).toBeLessThan(whole);
  });
});

// Whoever reads only what is there agrees with himself. Others wrote the same night down.
describe('the end of what was recorded is not in the capture', () => {
  test('nothing is missing: every decision and row that anybody knows of was compared, but the last second of the killed life', () => {
    const report = replayFolder(capture, { witness: findWitness(capture) });
    expect(report, explain(report)).toMatchObject({ verdict: 'identical', gapsCount: 0 });
    const { decisions, rows: share, lives, missing, lost, isEndKnown } = report.coverage;
    const lostOf = (of: 'decisionsCount' | 'rowsCount'): number =>
      lost.reduce((sum, part) => sum + part[of], 0);
    expect(missing).toEqual([]);
    expect(lives).toEqual({ compared: 2, recorded: 2 });
    expect(decisions.recorded - decisions.compared).toBe(lostOf('decisionsCount'));
    expect(share.recorded - share.compared).toBe(lostOf('rowsCount'));
    expect(share.recorded).toBeGreaterThanOrEqual(rows.length);
    expect(lost.map(({ epoch }) => epoch).every((epoch) => epoch === epochs(capture)[0])).toBe(
      true,
    );
    expect(isEndKnown).toBe(true);
  });

  test('the last files of the killed life are gone: not identical, and the rows of the next start say what is missing', () => {
    const [, ...others] = filesOfLife(capture, 0);
    const copy = join(tempFolder(), 'capture');
    cpSync(
      withoutFiles(capture, (file) => others.includes(file)),
      copy,
      { recursive: true },
    );
    const report = replayFolder(copy);
    expect(report, explain(report)).toMatchObject({ verdict: 'incomplete', differencesCount: 0 });
    const [part] = report.coverage.missing;
    expect(part?.epoch).toBe(epochs(capture)[0]);
    expect(part?.rowsCount).toBeGreaterThan(10);
  });

  test('the same beside its journal and decision log: the decisions are counted, too, and the command says so by its exit code', async () => {
    const [, ...others] = filesOfLife(capture, 0);
    const folder = withoutFiles(capture, (file) => others.includes(file));
    const whole = replayFolder(capture, { witness: findWitness(capture) }).coverage;
    const report = replayFolder(folder, { witness: findWitness(folder) });
    const { decisions, rows: share, missing } = report.coverage;
    expect(decisions.recorded).toBe(whole.decisions.recorded);
    expect(share.recorded).toBe(whole.rows.recorded);
    expect(missing).toHaveLength(1);
    expect(missing[0]?.decisionsCount).toBe(decisions.recorded - decisions.compared);
    await expect(runVerb(night, ['replay', folder])).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /^NOT PROVEN: nothing differs[\s\S]*compared: [\d,]+ of [\d,]+ decisions[\s\S]*MISSING: [\d,]+ decisions, [\d,]+ journal rows of start \d+ from/,
      ),
    });
  });

  test('the last files of the last life are gone: only the journal and the decision log can tell, and they do', () => {
    const gone = filesOfLife(capture, 1).slice(1);
    const folder = withoutFiles(capture, (file) => gone.includes(file));
    const alone = replayFolder(folder, { witness: undefined });
    expect(alone, explain(alone)).toMatchObject({
      verdict: 'incomplete',
      differencesCount: 0,
      coverage: { missing: [], isEndKnown: false },
    });
    expect(alone.coverage.openEnds.at(-1)).toMatchObject({ epoch: epochs(capture)[1] });
    const report = replayFolder(folder, { witness: findWitness(folder) });
    expect(report, explain(report)).toMatchObject({ verdict: 'incomplete', differencesCount: 0 });
    expect(report.coverage.missing).toMatchObject([{ epoch: epochs(capture)[1] }]);
  });

  test('the first files of the second life are gone: told as damage, and its first decisions as missing', () => {
    const [first] = filesOfLife(capture, 1);
    const folder = withoutFiles(capture, (file) => file === first);
    const report = replayFolder(folder);
    expect(report, explain(report)).toMatchObject({ verdict: 'incomplete', livesCount: 1 });
    expect(report.damages.join()).toMatch(/the files before it are missing/);
    expect(report.coverage.missing[0]).toMatchObject({ epoch: epochs(capture)[1] });
    expect(report.coverage.missing[0]?.decisionsCount).toBeGreaterThan(0);
  });

  test('a whole life is gone: told with its start', () => {
    const gone = filesOfLife(capture, 1);
    const folder = withoutFiles(capture, (file) => gone.includes(file));
    const report = replayFolder(folder, { witness: findWitness(folder) });
    expect(report.verdict, explain(report)).toBe('incomplete');
    expect(report.coverage).toMatchObject({
      lives: { compared: 1, recorded: 2 },
      missing: [
        {
          epoch: epochs(capture)[1],
          why: expect.stringContaining('no file of the capture is of that life'),
        },
      ],
    });
  });

  // Files are named by the clock of the machine, and that was an hour ahead when this one was opened.
  test('the last file of the first life is called later than all of the second life: read where it belongs, identical', () => {
    const last = filesOfLife(capture, 0).at(-1) ?? '';
    const folder = withoutFiles(capture, () => false);
    const later = last.replace(/\d{15}/, (ms) => String(Number(ms) + 3_600_000).padStart(15, '0'));
    renameSync(join(folder, last), join(folder, later));
    expect(basename(listSegments(folder).at(-1) ?? '')).toBe(later);
    const report = replayFolder(folder, { witness: findWitness(folder) });
    expect(report, explain(report)).toMatchObject({ verdict: 'identical', damages: [] });
    expect(report.hash).toBe(replayFolder(capture).hash);
  });

  test('what nobody asked for is not missing: one file, or until a moment', () => {
    const witness = findWitness(capture);
    const [file = ''] = listSegments(capture);
    const one = replayFolder(file, { witness });
    expect(one, explain(one)).toMatchObject({ verdict: 'identical', coverage: { missing: [] } });
    const untilMs = (one.toMs ?? 0) - 1_000;
    const cut = replayFolder(capture, { untilMs, witness });
    expect(cut, explain(cut)).toMatchObject({ verdict: 'identical', coverage: { missing: [] } });
  });
});

describe('what is no capture', () => {
  test('is told with its file, its byte, what was found and what was expected', async () => {
    const folder = tempFolder();
    const file = join(folder, 'capture-001795289914296-1.zst');
    writeFileSync(file, 'this was never a capture, whatever it is called');
    const report = replayFolder(folder);
    expect(report.isIdentical).toBe(false);
    expect(report.damages).toEqual([
      expect.stringMatching(
        /capture-001795289914296-1\.zst, byte 0: found 7468\w+, expected a block's/,
      ),
    ]);
    expect(() => replayFolder(join(folder, 'nowhere'))).toThrow(/nowhere/);
    expect(() => replayFolder(tempFolder())).toThrow(/expected some called capture-/);
    await expect(runVerb(night, ['replay', join(folder, 'nowhere')])).rejects.toMatchObject({
      code: 2,
    });
    await expect(
      runVerb(night, ['replay', capture, '--set', 'risk.maxPosition=5']),
    ).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('risk.maxPosition') });
  });
});
