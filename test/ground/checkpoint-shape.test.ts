import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHECKPOINT_VERSION } from '../../src/pipeline/checkpoint.ts';

const SRC = join(import.meta.dirname, '..', '..', 'src');
const ROOMS = ['domain', 'market', 'signal', 'execution', 'portfolio', 'pipeline'];
/** What classes save: interfaces whose names say so. */
const SAVED = /interface \w*(?:State|Checkpoint|Saved)\b[^{]*\{[\s\S]*?\n\}/g;

/** Every shape that a checkpoint is made of, without comments and layout. */
function readShapes(): readonly string[] {
  return ROOMS.flatMap((room) =>
    readdirSync(join(SRC, room))
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => readFileSync(join(SRC, room, name), 'utf8').match(SAVED) ?? []),
  )
    .map((shape) => shape.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replace(/\s+/g, ' '))
    .sort();
}

// A checkpoint of another build that is read as one of ours puts `undefined` where a number was: a daemon that
// was banned says that it is not. Whoever changes a shape raises the version, and then this digest.
test('the version of checkpoints rises with their shape', () => {
  const shapes = readShapes();
  expect(shapes.length).toBeGreaterThan(20);
  const digest = createHash('sha256').update(shapes.join('\n')).digest('hex').slice(0, 16);
  expect({ version: CHECKPOINT_VERSION, digest }).toEqual({
    version: 7,
    digest: '45de9ebc64c7f4ff',
  });
});
