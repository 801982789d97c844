import { cpSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bytesOf, type DeskEvent } from '../../src/domain/event.ts';
import type { Random } from '../../src/domain/random.ts';
import { parseHeader } from '../../src/store/capture-header.ts';
import { type CapturedItem, listSegments, readSegment } from '../../src/store/capture-reader.ts';
import { tempFolder } from '../store/temp-folder.ts';
import { takeApart } from '../support/rewritten-capture.ts';

/** Where in the items of all files an event stands that something recorded follows in its life. */
export function pickEvent(
  parts: ReturnType<typeof takeApart>,
  random: Random,
  fits: (item: CapturedItem) => boolean,
): { readonly part: number; readonly at: number } {
  const places = parts.flatMap(({ items }, part) => {
    const last = items.findLastIndex((item) => item.type === 'outcome');
    return items.flatMap((item, at) => (at < last && fits(item) ? [{ part, at }] : []));
  });
  const place = places[random.below(places.length)];
  if (place === undefined) throw new Error('nothing fits');
  return place;
}

export function headerOf(folder: string): string {
  for (const item of readSegment(listSegments(folder)[0] ?? '')) {
    if (item.type === 'header') return item.text;
  }
  throw new Error('no header');
}

/** Of a best bid and ask, as it is spelled; `undefined` for any other event. */
export function findBidSize(event: DeskEvent): string | undefined {
  if (event.type !== 'frameReceived') return undefined;
  return /"B":"([\d.]+)"/.exec(Buffer.from(bytesOf(event)).toString())?.[1];
}

/** Whether a decision is among them that was taken on a bid of this size. */
export function isLookedAt(items: readonly CapturedItem[], size: string): boolean {
  const told = `"bidQuantity":"${size.replace(/0+$/, '')}"`;
  return items.some((item) => item.type === 'outcome' && item.text.includes(told));
}

/** The data folder with that capture, without some of the files of its capture. */
export function withoutFiles(capture: string, isGone: (file: string) => boolean): string {
  const copy = join(tempFolder(), 'data');
  cpSync(dirname(capture), copy, { recursive: true });
  const folder = join(copy, 'capture');
  for (const file of listSegments(folder)) if (isGone(basename(file))) rmSync(file);
  return folder;
}

/** Numbers of its two starts. */
export function epochs(capture: string): readonly number[] {
  const all = takeApart(capture).flatMap(({ items: [header] }) =>
    header?.type === 'header' ? [parseHeader(header.text).epoch] : [],
  );
  return [...new Set(all)];
}

/** Names of the files that a life wrote something into. */
export function filesOfLife(capture: string, n: number): readonly string[] {
  const epoch = epochs(capture)[n];
  return takeApart(capture).flatMap(({ file, items: [header] }) =>
    header?.type === 'header' && parseHeader(header.text).epoch === epoch ? [basename(file)] : [],
  );
}
