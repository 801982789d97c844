// A process that writes orders into a journal as fast as it can and says each one aloud once it is
// durable. Somebody kills it.
import { writeSync } from 'node:fs';
import process from 'node:process';
import { JournalStore } from '../../src/store/journal-store.ts';
import { filledRow, intentRow, journalAt, submittedRow } from './journal-rows.ts';

const path = process.argv[2] ?? '';
const store = JournalStore.open(journalAt(path));
for (let n = 0; ; n++) {
  const name = `e${store.epoch}n${n}`;
  store.append([intentRow(name)], true);
  writeSync(1, `${name}:intent\n`);
  store.append([submittedRow(name)], true);
  writeSync(1, `${name}:submitted\n`);
  // Group-committed: acknowledged only when a later commit carried it along.
  store.append([filledRow(name, name)], false);
  if (n % 3 === 2) {
    store.flush();
    writeSync(1, `${name}:filled\n`);
  }
}
