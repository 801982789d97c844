import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REASONS } from '../../src/domain/reason.ts';
import { formatReasonsDoc } from '../../src/observe/reasons-doc.ts';

const root = join(import.meta.dirname, '..', '..');
const doc = formatReasonsDoc(readFileSync(join(root, 'src', 'domain', 'reason.ts'), 'utf8'));

test('docs/reasons.md is what scripts/make-reasons-doc.ts would write now', () => {
  expect(readFileSync(join(root, 'docs', 'reasons.md'), 'utf8')).toBe(doc);
});

test('the page names every reason exactly once', () => {
  for (const [code, text] of Object.entries(REASONS)) {
    expect(doc.split(`| \`${code}\` | ${text} |`).length, code).toBe(2);
  }
});
