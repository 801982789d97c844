import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freeBytesAt, makeGround, sweepGrounds } from '../../../scripts/nights/ground.ts';
import { tempFolder } from '../../store/temp-folder.ts';

vi.setConfig({ testTimeout: 120_000 });

const WORKER = join(import.meta.dirname, '..', '..', '..', 'scripts', 'nights', 'night-process.ts');

/** A runner that begins one endless night and tells the number of its process. */
const RUNNER = `
  const { fork } = require('node:child_process');
  const [, file, folder] = process.argv;
  const night = fork(file);
  night.on('message', () => process.stdout.write(night.pid + '\\n'));
  const plan = { seed: 'orphan', hours: 240, schedule: [] };
  night.send({ type: 'run', plan, folder });
`;

/** Of a process that is gone nobody knows, or only that it was. */
function isGone(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() === '' || stdout.startsWith('Z');
}

// kill -9 leaves no last word: the night in its process hears nothing, and would go on for minutes.
test('a night whose runner was killed ends at once, in the middle of it', async () => {
  const folder = tempFolder();
  const runner = spawn(process.execPath, ['-e', RUNNER, WORKER, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void runner.kill('SIGKILL'));
  const [told] = await Promise.race([once(runner.stdout, 'data'), once(runner, 'exit')]);
  const pid = Number.parseInt(String(told), 10);
  expect(isGone(pid)).toBe(false);
  runner.kill('SIGKILL');
  await vi.waitUntil(() => isGone(pid), { timeout: 60_000, interval: 200 });
});

test('what killed runs have left is swept, and nothing of a run that lives, of another machine, or of others', () => {
  const mine = basename(makeFolder());
  const place = mine.split('-')[3];
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const folder = tempFolder();
  const left = `overnight-nights-${dead}-${place}-abcdef`;
  const stays = [mine, `overnight-nights-${dead}-77-abcdef`, 'overnight-nights-abcdef', 'else'];
  for (const name of [left, ...stays]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, left, 'journal.db'), 'rows');
  sweepGrounds(folder);
  expect(readdirSync(folder).sort()).toEqual(stays.sort());
});

test('nights that would find no room in memory lie where temporary files lie', () => {
  const few = dirname(makeFolder());
  const many = dirname(makeFolder(1e9));
  expect(freeBytesAt(few)).toBeGreaterThan(0);
  expect(many).not.toBe('/dev/shm');
  expect(freeBytesAt(join(few, 'no-such-folder'))).toBeUndefined();
});

function makeFolder(jobs = 1): string {
  const folder = makeGround(jobs);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
