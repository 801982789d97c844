import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeJsonSchema } from '../src/config/schema.ts';

/** The JSON Schema of the settings as it is kept in the repository: editors complete and explain keys with it. */
export function renderSchema(): string {
  return `${JSON.stringify(makeJsonSchema(), null, 2)}\n`;
}

export const SCHEMA_FILE = new URL('../config/schema.json', import.meta.url);

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(SCHEMA_FILE, renderSchema());
