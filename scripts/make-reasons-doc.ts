// Writes docs/reasons.md from the closed list of reasons. test/observe/reasons-doc.test.ts fails when it is not current.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatReasonsDoc } from '../src/observe/reasons-doc.ts';

const root = join(import.meta.dirname, '..');
const source = readFileSync(join(root, 'src', 'domain', 'reason.ts'), 'utf8');
writeFileSync(join(root, 'docs', 'reasons.md'), formatReasonsDoc(source));
