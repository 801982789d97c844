import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../store/temp-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');

function overnight(
  ...args: readonly string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'src', 'cli', 'main.ts'), ...args], {
    cwd: ROOT,
    env: { ...process.env, OVERNIGHT_DATA_DIR: tempFolder(), OVERNIGHT_HTTP_PORT: '1' },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

test('every verb of the first night is listed, with exit 0', async () => {
  const { code, out } = await overnight('--help');
  expect(code).toBe(0);
  for (const verb of [
    'check',
    'status',
    'why',
    'decisions',
    'orders',
    'fills',
    'positions',
    'rehearse',
    'exchange',
  ]) {
    expect(out).toMatch(new RegExp(`^ {2}${verb}\\b`, 'm'));
  }
});

test.each([
  [['nonsense']],
  [['why']],
  [['status', '--nope']],
  [[]],
  [['orders', '--limit', 'x']],
  [['decisions', '--stage', 'sales']],
  [['decisions', '--outcome', 'great']],
  [['fills', '--since', '1m', '--until', '2m']],
  [['exchange', '--port', 'x']],
  [['exchange', '--symbols', 'NOPE']],
])('a command line that means nothing is exit 2, said on stderr: %j', async (args) => {
  const { code, out, err } = await overnight(...args);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).not.toBe('');
  expect(err).not.toMatch(/^ {4}at /m);
});

test('no daemon: status is exit 69 and says so as JSON too', async () => {
  const { code, out } = await overnight('status', '--json');
  expect(code).toBe(69);
  expect(JSON.parse(out)).toMatchObject({ running: false });
});

// A port of another program must not look like a crash of ours.
test('the port of the exchange is taken: exit 1, which port, and no stack; the process ends', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  for (const args of [
    ['--port', port, '--control-port', '0'],
    ['--port', '0', '--control-port', port],
  ]) {
    const { code, err } = await overnight('exchange', ...args);
    expect(code).toBe(1);
    expect(err).toContain(`port ${port} is taken`);
    expect(err).not.toMatch(/^ {4}at /m);
  }
  other.close();
});

test('--version says which build this is', async () => {
  const { code, out } = await overnight('--version');
  expect(code).toBe(0);
  expect(out).toMatch(/^[0-9a-f]{12}/);
});
