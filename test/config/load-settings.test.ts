import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkCommand } from '../../src/cli/check.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { Secret } from '../../src/domain/secret.ts';
import { loadSettings } from '../../src/live/load-settings.ts';
import { DEFAULT_TEXT, LIVE_TEXT, replaced } from './settings-files.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'overnight-settings-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

function write(name: string, text: string, mode = 0o600): string {
  const file = join(dir, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

/** A live file whose key file has this text and mode. */
function writeLive(keys: string, mode = 0o600): string {
  const keyFile = write('keys.yaml', keys, mode);
  return write(
    'live.yaml',
    replaced(LIVE_TEXT, [
      ['keyFile: secrets/binance.yaml', `keyFile: ${keyFile}`],
      ['operator@example.org', 'night@desk.invalid'],
    ]),
  );
}

function problemsOf(file: string): readonly string[] {
  const loaded = loadSettings({}, file);
  if (loaded.type === 'valid') return [];
  return loaded.problems.map((problem) => formatProblem(problem).replaceAll(dir, 'DIR'));
}

const KEYS = 'apiKey: PUBLIC-PART\napiSecret: HIDDEN-PART\n';

test('a secret shows itself nowhere but where it is revealed', () => {
  const secret = new Secret('HIDDEN-PART');
  const shown = [
    `${secret}`,
    String(secret),
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: [secret] }, { showHidden: true, depth: 9 }),
    JSON.stringify(Object.entries(secret)),
  ].join();
  expect(shown).not.toContain('HIDDEN');
  expect(shown).toContain('[secret]');
  expect(secret.reveal()).toBe('HIDDEN-PART');
});

test('rehearsal: the public demo key, no file needed', () => {
  const loaded = loadSettings({}, write('night.yaml', DEFAULT_TEXT, 0o644));
  expect(loaded.type === 'valid' && loaded.accountKey?.apiKey.reveal()).toBe('demo');
});

test('the file is named by OVERNIGHT_CONFIG when nobody names another', () => {
  const file = write('night.yaml', DEFAULT_TEXT);
  const loaded = loadSettings({ OVERNIGHT_CONFIG: file, OVERNIGHT_HTTP_PORT: '11464' });
  expect(loaded).toMatchObject({ type: 'valid', file, settings: { http: { port: 11_464 } } });
});

test('live: the key comes from a file that only its owner reads, and never shows', () => {
  const loaded = loadSettings({}, writeLive(KEYS));
  expect(loaded.type === 'valid' && loaded.accountKey?.apiSecret.reveal()).toBe('HIDDEN-PART');
  expect(inspect(loaded, { depth: 9 }) + JSON.stringify(loaded)).not.toContain('HIDDEN');
});

test('live: a key that others can read is refused with the command that mends it', () => {
  for (const mode of [0o644, 0o640, 0o604, 0o660]) {
    expect(problemsOf(writeLive(KEYS, mode))).toEqual([
      `venue.keyFile: 'DIR/keys.yaml'; expected a file that only its owner can read; its mode is ${mode.toString(8)}: run chmod 600 DIR/keys.yaml`,
    ]);
  }
});

test('live: a key file that holds something else is refused without a word of its content', () => {
  const wrong = [
    '',
    'apiKey: HIDDEN\n',
    'apiKey: 5\napiSecret: HIDDEN\n',
    'HIDDEN: {[',
    `${KEYS}more: HIDDEN\n`,
  ];
  for (const text of wrong) {
    expect(problemsOf(writeLive(text))).toEqual([
      "venue.keyFile: 'DIR/keys.yaml'; expected the two keys apiKey and apiSecret, each with a text",
    ]);
  }
});

test('live as shipped: the example names what is left to its reader', () => {
  expect(
    problemsOf(
      write(
        'live.yaml',
        replaced(LIVE_TEXT, [
          ['keyFile: secrets/binance.yaml', `keyFile: ${join(dir, 'none.yaml')}`],
        ]),
      ),
    ),
  ).toEqual([
    "mail.recipient: 'operator@example.org'; expected the address of a person",
    "venue.keyFile: 'DIR/none.yaml'; expected a file that can be read; the system says ENOENT",
  ]);
});

test('no file, a folder, a giant: problems, not exceptions', () => {
  expect(problemsOf(join(dir, 'none.yaml'))).toEqual([
    "'DIR/none.yaml'; expected a file that can be read; the system says ENOENT",
  ]);
  expect(problemsOf(dir)).toEqual(["'DIR'; expected a file"]);
  expect(problemsOf(write('big.yaml', '#'.repeat(1_000_001)))).toEqual([
    "'DIR/big.yaml'; expected a file of at most 1000000 bytes; it has 1000001",
  ]);
});

test('overnight check: exit 0 and a summary, or exit 1 and every problem; --json says the same', async () => {
  const run = async (config: string, json: boolean) => {
    let text = '';
    const exitCode = await checkCommand({ config, json }, (part) => {
      text += part;
    });
    return { exitCode, text };
  };
  const good = write('good.yaml', DEFAULT_TEXT);
  const bad = write(
    'bad.yaml',
    replaced(DEFAULT_TEXT, [
      ['seed: 1', 'seed: x'],
      ['level: info', 'level: loud'],
    ]),
  );

  const fine = await run(good, false);
  expect(fine.exitCode).toBe(0);
  expect(fine.text).toContain(`${good}: fine`);
  const wrong = await run(bad, false);
  expect(wrong.exitCode).toBe(1);
  expect(wrong.text).toContain('2 problems');
  expect(wrong.text).toMatch(/line \d+: exchange\.seed: 'x'; expected a whole number/);

  expect(JSON.parse((await run(good, true)).text)).toMatchObject({
    valid: true,
    setup: 'rehearsal',
    problems: [],
  });
  const told = await run(bad, true);
  expect(told.exitCode).toBe(1);
  expect(JSON.parse(told.text)).toMatchObject({
    valid: false,
    problems: [{ path: 'log.level' }, { path: 'exchange.seed' }],
  });
});
