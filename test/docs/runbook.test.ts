import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FAULTS } from '../../src/domain/fault.ts';

// A fault without a page is a person at three in the morning with a name and nothing else.
test('every fault has its page in the runbook, and no page is left of a fault that is gone', () => {
  const text = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
  const headings = [...text.matchAll(/^## (\S+)$/gm)].map(([, name]) => name);
  expect(headings.sort()).toEqual(Object.keys(FAULTS).sort());
});
