import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BRAND_MAKERS, type SourceFile, TIDY_RULES, withoutComments } from './ground/tidy-rules.ts';

const ROOT = resolve(import.meta.dirname, '..');
const NOT_OURS = new Set([
  'node_modules',
  '.git',
  '.node',
  '.pm2',
  'data',
  'logs',
  'coverage',
  'vendor',
]);
const IS_TEXT = /\.(?:ts|mjs|cjs|js|json|md|yaml|yml|html|css|sh)$|^\.ci\/|^README/;

function readProject(folder: string): readonly SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : readProject(full);
    const path = relative(ROOT, full).split(sep).join('/');
    return IS_TEXT.test(path) ? [{ path, text: readFileSync(full, 'utf8') }] : [];
  });
}

const project = readProject(ROOT);

test('the tidy test reads the project and not an empty folder', () => {
  expect(project.filter(({ path }) => path.startsWith('src/')).length).toBeGreaterThan(5);
  const paths = project.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['package-lock.json', 'README.md']));
});

describe.each(TIDY_RULES)('$name', ({ name, find, planted }) => {
  test(`a planted violation is found: ${name}`, () => {
    expect(find(planted)).not.toEqual([]);
  });

  test(`the project keeps it: ${name}`, () => {
    const found = project.flatMap((file) => find(file).map((said) => `${file.path}: ${said}`));
    expect(found).toEqual([]);
  });
});

test.each(Object.entries(BRAND_MAKERS))('the brand %s is made in %s', (brand, maker) => {
  const path = join(ROOT, maker);
  expect(existsSync(path), `${maker} is where ${brand} is made`).toBe(true);
  expect(withoutComments(readFileSync(path, 'utf8'))).toMatch(new RegExp(`\\bas\\s+${brand}\\b`));
});

test('a word in a comment is no violation, in code it is', () => {
  const code = withoutComments("a; // Date.now()\n/* setTimeout(\n) */ b('// kept')");
  expect(code.split('\n').map((line) => line.trim())).toEqual(['a;', '', "b('// kept')"]);
});
