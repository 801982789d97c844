import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tempFolder } from '../store/temp-folder.ts';

function run(logPath: string, how: string): Promise<{ signal: string | null; said: string }> {
  const program = fileURLToPath(new URL('./hung-loop.ts', import.meta.url));
  const child = spawn(process.execPath, [program, logPath, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve) =>
    child.once('close', (_code, signal) => resolve({ signal, said })),
  );
}

// PM2 never notices a hung loop: the process stays "online" and its orders rest unattended.
test('a loop that hangs is killed from outside it, and the log says why', async () => {
  const logPath = join(tempFolder(), 'overnight.jsonl');
  const { signal, said } = await run(logPath, 'hang');
  expect(said).toBe('working\n');
  expect(signal).toBe('SIGKILL');
  const line: unknown = JSON.parse(readFileSync(logPath, 'utf8'));
  expect(line).toMatchObject({ level: 'fatal', event: 'loop.late', limitMs: 1500 });
});

test('a loop that works is left alone, and the watchdog does not keep the process alive', async () => {
  const { signal, said } = await run(join(tempFolder(), 'overnight.jsonl'), 'work');
  expect(signal).toBeNull();
  expect(said).toBe('working\nstopped\n');
});
