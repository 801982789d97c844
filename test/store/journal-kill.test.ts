import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readJournal } from '../../src/store/journal-reader.ts';
import { JournalStore } from '../../src/store/journal-store.ts';
import { journalAt } from './journal-rows.ts';
import { tempFolder } from './temp-folder.ts';

const KILLS = 8;

/** Starts a writer and kills it once it has said `lines` lines; all that it said before it died. */
async function writeAndKill(path: string, lines: number): Promise<readonly string[]> {
  const writer = fileURLToPath(new URL('./journal-writer.ts', import.meta.url));
  const child = spawn(process.execPath, [writer, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    said += text;
    if (said.split('\n').length > lines) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  return said.split('\n').slice(0, -1);
}

// The promise that orders hang on: what was said to be durable is there after any death.
test('a writer killed at any moment: no acknowledged row is lost, and the chain verifies', async () => {
  const path = join(tempFolder(), 'journal.db');
  const seed = Date.now() % 1000;
  const acknowledged: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    acknowledged.push(...(await writeAndKill(path, 1 + ((seed * 31 + kill * 97) % 60))));
  }

  const read = readJournal(path);
  if (read.type !== 'read') throw new Error(read.type);
  expect(read.chainBreak).toBeUndefined();
  const kept = new Set(
    read.rows.map((row) => {
      if (row.type === 'intent') return `${row.intent.clientOrderId}:intent`;
      return 'clientOrderId' in row ? `${row.clientOrderId}:${row.type}` : row.type;
    }),
  );
  expect(
    acknowledged.filter((row) => !kept.has(row)),
    `seed ${seed}`,
  ).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(KILLS);

  const next = JournalStore.open(journalAt(path));
  expect(next.epoch).toBe(KILLS + 1);
  expect(next.clean).toBe(false);
  next.close();
});
