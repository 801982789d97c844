import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** Recorded exchange traffic lies beside the checkout and is not part of it. */
const FOLDER = fileURLToPath(new URL('../../../shared/fixtures/', import.meta.url));

/** False where the recordings are absent: tests that read them are then skipped. */
export const hasFixtures: boolean = existsSync(`${FOLDER}expected.json`);
/** Skips the running test, with the reason, where the recordings are absent. */
export function skipWithoutFixtures(context: { skip(reason: string): void }): void {
  if (!hasFixtures) context.skip('the recordings in ../shared/fixtures are absent');
}

export function fixturePath(name: string): string {
  return FOLDER + name;
}

export interface RecordedLine {
  /** `frame` came over the socket; `rest` is the body of a REST answer with its address. */
  readonly kind: 'frame' | 'rest' | 'other';
  readonly atMs: number;
  readonly bytes: Buffer;
  /** Of a `rest` line; empty when the recording does not say. */
  readonly url: string;
}

/** Lines of a `*.raw.gz` recording in order. */
export function readRecording(name: string): readonly RecordedLine[] {
  const text = gunzipSync(readFileSync(fixturePath(name))).toString('utf8');
  const lines: RecordedLine[] = [];
  for (const line of text.split('\n')) {
    if (line !== '') lines.push(parseLine(line));
  }
  return lines;
}

export function readExpected(): unknown {
  return JSON.parse(readFileSync(fixturePath('expected.json'), 'utf8'));
}

function parseLine(line: string): RecordedLine {
  if (!line.startsWith('#')) {
    const at = line.indexOf(' ');
    const body = line.slice(at + 1);
    // In some recordings a REST depth answer stands bare among the frames.
    const kind = body.startsWith('{"lastUpdateId"') ? 'rest' : 'frame';
    return { kind, atMs: toMs(line.slice(0, at)), bytes: Buffer.from(body), url: '' };
  }
  const [mark = '', ns = '0', url = '', ...rest] = line.split(' ');
  const kind = mark === '#rest' ? 'rest' : 'other';
  return { kind, atMs: toMs(ns), bytes: Buffer.from(rest.join(' ')), url };
}

function toMs(ns: string): number {
  return /^[0-9]+$/.test(ns) ? Number(BigInt(ns) / 1000n) / 1000 : 0;
}
