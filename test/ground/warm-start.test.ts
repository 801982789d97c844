import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, type TestContext, test } from 'vitest';
import { type Ended, makeSandbox, type Sandbox, start } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox({ modules: false });
  sandbox.write('src/part.ts', 'export const part: number = 1;\n');
  sandbox.write('src/main.ts', MAIN);
});
afterEach(() => sandbox.remove());

// Says what was loaded, and whether this process had to load the compiler of types for it.
const MAIN = `import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { part } from './part.ts';
const isAhead: boolean = process.argv.includes('--load-only');
appendFileSync('starts.txt', isAhead ? 'ahead ' : 'real ');
if (!isAhead) {
  const loaded = process.moduleLoadList.includes('NativeModule internal/deps/amaro/dist/index');
  process.stdout.write(\`part \${part}, compiler \${loaded ? 'loaded' : 'not loaded'}\`);
}
`;

function run(...more: readonly string[]): Promise<Ended> {
  const preload = pathToFileURL(join(sandbox.root, 'scripts', 'warm-start.mjs')).href;
  const flags = ['--disable-warning=ExperimentalWarning', `--import=${preload}`];
  return start(process.execPath, [...flags, ...more, 'src/main.ts'], { cwd: sandbox.root }).ended;
}

function skipWithoutCache(context: TestContext): void {
  const [major = ''] = process.versions.node.split('.');
  if (Number(major) < 24) context.skip('Node 22 strips the types of a cached source again');
}

// The compiler is 20 MB that a process never gives back: it must not be there all night.
test('sources seen for the first time are loaded ahead by a child; the process itself never loads the compiler', async (context) => {
  skipWithoutCache(context);
  expect(await run()).toMatchObject({ code: 0, stderr: '', stdout: 'part 1, compiler not loaded' });
  expect(await run()).toMatchObject({ code: 0, stdout: 'part 1, compiler not loaded' });
  expect(starts()).toBe('ahead real real ');
});

// A cache that answers with yesterday's program would trade by yesterday's rules.
test('a changed source is what runs, and is loaded ahead again', async (context) => {
  skipWithoutCache(context);
  await run();
  sandbox.write('src/part.ts', 'export const part: number = 2;\n');
  expect(await run()).toMatchObject({ stdout: 'part 2, compiler not loaded' });
  expect(starts()).toBe('ahead real ahead real ');
});

test('other flags have a cache of their own: it is filled as well', async (context) => {
  skipWithoutCache(context);
  await run();
  expect(await run('--max-lazy')).toMatchObject({ stdout: 'part 1, compiler not loaded' });
  expect(starts()).toBe('ahead real ahead real ');
});

test('a cache that cannot be written: the start goes on, only larger', async (context) => {
  skipWithoutCache(context);
  // A file where the folder belongs, because folders without write permission do not stop root.
  sandbox.write('.node/compile-cache', 'in the way');
  expect(await run()).toMatchObject({ code: 0, stdout: 'part 1, compiler loaded' });
});

// Two processes from one start would be two traders.
test('an entry that does not know how to load only is started once, in earnest', async () => {
  sandbox.write('src/main.ts', MAIN.replace('--load-only', '--something-else'));
  expect(await run()).toMatchObject({ code: 0, stderr: '' });
  expect(starts()).toBe('real ');
});

test('a child that fails ahead is no reason not to start', async () => {
  sandbox.write(
    'src/main.ts',
    MAIN.replace(';\nappendFile', ';\nif (isAhead) process.exit(9);\nappendFile'),
  );
  expect(await run()).toMatchObject({ code: 0, stderr: '' });
  expect(starts()).toBe('real ');
});

function starts(): string {
  return readFileSync(join(sandbox.root, 'starts.txt'), 'utf8');
}
