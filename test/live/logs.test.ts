import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DecisionLog } from '../../src/live/decision-log.ts';
import { AppLog, type AppLogOptions } from '../../src/live/log.ts';
import { RotatingFile, type RotationLimits, rotationOf } from '../../src/live/rotating-file.ts';
import { tempFolder } from '../store/temp-folder.ts';
import { makeLine } from '../support/decisions.ts';
import { NOON_MS } from '../support/trading.ts';

const LIMITS: RotationLimits = rotationOf({ fileBytesMax: 1_000_000, filesMax: 3 });

const linesOf = (path: string): readonly Record<string, unknown>[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

function appLogIn(folder: string, change: Partial<AppLogOptions> = {}) {
  const path = join(folder, 'logs', 'overnight.jsonl');
  const shown: string[] = [];
  const log = new AppLog({
    path,
    level: 'info',
    rotation: LIMITS,
    base: { buildId: 'b' },
    nowMs: () => NOON_MS,
    stdout: { write: (text: string) => shown.push(text) },
    ...change,
  });
  return { log, path, shown };
}

describe('the application log', () => {
  test('numbers are written to three digits after the point, small ones as they are', () => {
    const { log, path } = appLogIn(tempFolder(), { nowMs: () => NOON_MS + 0.251_953 });
    log.fault('feed.silent', 'warn', { silentMs: 3037.627_685_546_875, share: 0.000_012_5 });
    expect(linesOf(path)).toMatchObject([{ atMs: NOON_MS, silentMs: 3037.628, share: 0.0000125 }]);
  });

  test('a line is on disk when the call returns; only trouble and changes of state go to stdout', () => {
    const { log, path, shown } = appLogIn(tempFolder());
    log.logger.info({ event: 'quote.seen' }, 'quiet');
    expect(linesOf(path)).toEqual([
      { level: 'info', atMs: NOON_MS, buildId: 'b', event: 'quote.seen', msg: 'quiet' },
    ]);
    log.change('mode.changed', 'the mode changed', { to: 'ACTIVE' });
    log.fault('feed.silent', 'warn', { silentMs: 900 });
    log.fault('order.unknown', 'error', {});
    log.fatal('process.panicked', 'stopping', new Error('broken'));
    log.logger.debug('nobody asked for it');
    expect(linesOf(path).map(({ level }) => level)).toEqual([
      'info',
      'info',
      'warn',
      'error',
      'fatal',
    ]);
    expect(shown.map((text) => JSON.parse(text).event)).toEqual([
      'mode.changed',
      'feed.silent',
      'order.unknown',
      'process.panicked',
    ]);
    expect(linesOf(path)[4]).toHaveProperty(['err', 'message'], 'broken');
  });

  test('a field with a secret name is not written', () => {
    const { log, path } = appLogIn(tempFolder());
    log.logger.info({ apiKey: 'abc', request: { signature: 'def', symbol: 'X' } }, 'm');
    expect(readFileSync(path, 'utf8')).not.toMatch(/abc|def/);
    expect(linesOf(path)[0]).toHaveProperty(['request', 'symbol'], 'X');
  });
});

describe('rotation', () => {
  test('by size: no line is lost or torn, and old files go by bytes', async () => {
    const folder = tempFolder();
    const limits = { bytesMax: 1000, ageMsMax: 1e12, keptBytesMax: 3000, keptAgeMsMax: 1e15 };
    let now = NOON_MS * 1;
    const file = new RotatingFile(join(folder, 'a.jsonl'), limits, () => now++);
    for (let n = 0; n < 100; n++) file.write(`${JSON.stringify({ n, text: 'x'.repeat(90) })}\n`);
    file.close();
    await expect.poll(() => readdirSync(folder).length).toBeLessThanOrEqual(5);

    const numbers = readdirSync(folder)
      .sort((a, b) => (a === 'a.jsonl' ? 1 : b === 'a.jsonl' ? -1 : a < b ? -1 : 1))
      .flatMap((name) => linesOf(join(folder, name)))
      .map(({ n }) => Number(n));
    expect(numbers).toEqual(
      Array.from({ length: numbers.length }, (_, i) => 100 - numbers.length + i),
    );
    expect(file.writeErrorsCount).toBe(0);
  });

  test('by age: a quiet log still begins a new file', () => {
    const folder = tempFolder();
    let now = Date.now();
    const file = new RotatingFile(join(folder, 'a.jsonl'), LIMITS, () => now);
    file.write('1\n');
    now += 90_000_000;
    file.write('2\n');
    file.close();
    expect(readdirSync(folder)).toHaveLength(2);
    expect(readFileSync(join(folder, 'a.jsonl'), 'utf8')).toBe('2\n');
  });

  test('a disk that refuses is counted, never thrown, and writing goes on when it takes again', () => {
    const folder = tempFolder();
    const path = join(folder, 'logs', 'a.jsonl');
    const file = new RotatingFile(path, LIMITS, () => NOON_MS);
    file.write('1\n');
    rmSync(join(folder, 'logs'), { recursive: true });
    writeFileSync(join(folder, 'logs'), 'in the way');
    file.write('2\n3\n');
    expect(file.writeErrorsCount).toBeGreaterThan(0);
    expect(file.droppedLinesCount).toBe(2);
    expect(file.lastError).not.toBe('');
    rmSync(join(folder, 'logs'));
    file.write('4\n');
    expect(readFileSync(path, 'utf8')).toBe('4\n');
    expect(file.droppedLinesCount).toBe(2);
  });
});

test('decisions are written in batches, one line each, and none is left behind at the end', () => {
  const folder = tempFolder();
  const path = join(folder, 'decisions.jsonl');
  const log = new DecisionLog({ path, rotation: LIMITS, nowMs: () => NOON_MS });
  log.add(makeLine({ seq: 1 }));
  expect(readFileSync(path, 'utf8')).toBe('');
  log.flush();
  log.add(makeLine({ seq: 2 }));
  log.close();
  expect(linesOf(path)).toEqual([makeLine({ seq: 1 }), makeLine({ seq: 2 })]);
});

// Somebody cleans up while the night runs, or the system's own rotation takes the file away.
test.each([
  ['the folder is removed', (path: string) => rmSync(dirname(path), { recursive: true })],
  ['the file is renamed', (path: string) => renameSync(path, `${path}.old`)],
])('%s: the next line is in a new file at the same place', (_name, take) => {
  const path = join(tempFolder(), 'logs', 'overnight.jsonl');
  const file = new RotatingFile(path, LIMITS, () => NOON_MS);
  file.write('before\n');
  take(path);
  file.write('after\n');
  expect(readFileSync(path, 'utf8')).toBe('after\n');
  expect(file.droppedLinesCount).toBe(0);
  file.close();
});
