import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parseHeader } from '../store/capture-header.ts';
import {
  type CapturedItem,
  listSegments,
  readEnds,
  readHeaderText,
  readSegment,
} from '../store/capture-reader.ts';
import { SEGMENT_NAME } from '../store/segment-ring.ts';

/** There is nothing to decide again; the message says what was found and what was expected. */
export class NoCapture extends Error {
  override readonly name = 'NoCapture';
}

/** Files of a night in order, and where those end that a later one cuts. */
export interface CapturedNight {
  readonly files: readonly string[];
  readonly ends: ReadonlyMap<string, number>;
  /** One file that somebody chose: what comes behind it was not asked for. */
  readonly isPart: boolean;
  /** What lies behind the chosen file in its folder. */
  readonly behind: Behind;
}

/**
 * `nothing`: no file of a later time. `next`: those that were opened when this one was full, and when the next
 * starts came; the first records in them tell how much there was before. `unknown`: a file is missing between
 * them, or the chosen one is called otherwise than a file of a capture.
 */
export type Behind =
  | { readonly type: 'nothing' | 'unknown' }
  | { readonly type: 'next'; readonly files: readonly string[] };

export interface PlacedItem {
  readonly file: string;
  readonly item: CapturedItem;
}

/** A file, or all files of a folder from `from` on: a file's name, or a moment (Unix ms) that lies in it. Throws `NoCapture`. */
export function findNight(place: string, from: string | number | undefined): CapturedNight {
  if (!exists(place))
    throw new NoCapture(`found no ${place}, expected a file or folder of captures`);
  if (!statSync(place).isDirectory()) {
    if (from !== undefined) throw new NoCapture('--from chooses in a folder, and this is one file');
    const ends = readEnds(dirname(place));
    return { files: [place], ends, isPart: true, behind: findBehind(place) };
  }
  const files = inOrderOfLives(listSegments(place));
  if (files.length === 0) {
    throw new NoCapture(
      `found no files in ${place}, expected some called capture-<Unix ms>-<number>.zst`,
    );
  }
  const ends = readEnds(place);
  const asked = files.slice(findFirst(files, from, ends));
  return { files: asked, ends, isPart: false, behind: { type: 'nothing' } };
}

function findBehind(place: string): Behind {
  const all = inOrderOfLives(listSegments(dirname(place)));
  const at = all.findIndex((file) => basename(file) === basename(place));
  if (at < 0) return { type: 'unknown' };
  const later = all.slice(at + 1);
  if (later.length === 0) return { type: 'nothing' };
  // Each life counts its files from 1 on.
  const broken = later.findIndex((file, n) => {
    const number = numberOf(file);
    return number !== 1 && number !== numberOf(later[n - 1] ?? place) + 1;
  });
  const files = broken < 0 ? later : later.slice(0, broken);
  return files.length === 0 ? { type: 'unknown' } : { type: 'next', files };
}

/**
 * By start, and within one by number. Their names tell when they were opened by a clock that may have been an
 * hour ahead for a while: a start that came later is later, whatever it is called.
 */
function inOrderOfLives(files: readonly string[]): readonly string[] {
  let epoch = 0;
  // Lives behind that one of which nothing can be read.
  let unread = 0;
  let before = 0;
  const placed = files.map((file) => {
    const number = numberOf(file);
    const own = readEpoch(file);
    // What cannot be read stays behind the one that was before it; that it counts from 1 again is another life.
    if (own === undefined && number <= before) unread += 1;
    else if (own !== undefined) unread = 0;
    epoch = own ?? epoch;
    before = number;
    return { file, epoch, unread, number };
  });
  return placed
    .sort((a, b) => a.epoch - b.epoch || a.unread - b.unread || a.number - b.number)
    .map(({ file }) => file);
}

function readEpoch(file: string): number | undefined {
  try {
    const text = readHeaderText(file);
    return text === undefined ? undefined : parseHeader(text).epoch;
  } catch {
    // Whoever reads the file itself is told.
    return undefined;
  }
}

function findFirst(
  files: readonly string[],
  from: string | number | undefined,
  ends: CapturedNight['ends'],
): number {
  if (from === undefined) return 0;
  if (typeof from === 'string') {
    const at = files.findIndex((file) => basename(file) === basename(from));
    if (at >= 0) return at;
    const [first, last] = [files[0], files.at(-1)].map((file) => basename(file ?? ''));
    throw new NoCapture(`found no ${from}, expected one from ${first} to ${last}`);
  }
  const at = Math.max(
    files.findLastIndex((file) => beginOf(file) <= from),
    0,
  );
  const last = files.at(-1);
  if (last !== undefined && at === files.length - 1) expectMoment(last, from, ends);
  return at;
}

/** Throws `NoCapture` when the last file ends before the moment. */
function expectMoment(file: string, fromMs: number, ends: CapturedNight['ends']): void {
  let lastAtMs = beginOf(file);
  for (const { item } of readNight({ files: [file], ends })) {
    if (item.type === 'event') lastAtMs = Math.max(lastAtMs, item.event.atMs);
  }
  if (fromMs <= lastAtMs) return;
  throw new NoCapture(
    `--from is ${tellMoment(fromMs)}, and the capture ends ${tellMoment(lastAtMs)}`,
  );
}

function tellMoment(atMs: number): string {
  return new Date(atMs).toISOString();
}

function numberOf(file: string): number {
  return Number(SEGMENT_NAME.exec(basename(file))?.[2]);
}

/** When it was opened, by the clock of that moment. Unix ms. */
export function beginOf(file: string): number {
  return Number(SEGMENT_NAME.exec(basename(file))?.[1] ?? 0);
}

function exists(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false }) !== undefined;
}

/** All that the files hold, in order. */
export function* readNight({
  files,
  ends,
}: Pick<CapturedNight, 'files' | 'ends'>): Generator<PlacedItem> {
  for (const file of files) {
    try {
      for (const item of readSegment(file, ends)) yield { file, item };
    } catch (error) {
      // Somebody removed it meanwhile, or nobody may read it: the others are read all the same.
      if (!isSystemError(error)) throw error;
      const text = `${file}: found ${error.message}, expected a file that can be read`;
      yield { file, item: { type: 'unreadable', text } };
    }
  }
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}
