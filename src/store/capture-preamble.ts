import { bytesOf, type FrameReceived } from '../domain/event.ts';
import type { ConnectionId } from '../domain/ids.ts';
import { CaptureBlock, type LoneRecord } from './capture-block.ts';
import { RECORD_KINDS } from './capture-format.ts';
import { HEADER_VERSION } from './capture-header.ts';
import { gapText, type Loss } from './capture-loss.ts';
import type { SegmentCut } from './segment-file.ts';
import type { TrustedPacker } from './trusted-packer.ts';

/** Of a header, as plain values; a daemon writes a `RunHeader`. */
export type HeaderFields = Readonly<
  Record<string, string | number | Readonly<Record<string, string>>>
>;

/** What a segment needs before its first event. */
export interface Preamble {
  readonly header: HeaderFields;
  /** Of files that end before their last byte, for a segment that must begin in the middle of a run. */
  readonly cuts: readonly SegmentCut[];
  readonly connections: Iterable<readonly [name: ConnectionId, number: number]>;
  readonly packers: readonly TrustedPacker[];
}

/** Writes the header, the names of the connections and the packers into an empty block. */
export function writePreamble(block: CaptureBlock, atMs: number, preamble: Preamble): void {
  const { header, cuts, connections, packers } = preamble;
  const more = cuts.length === 0 ? {} : { cuts };
  const text = JSON.stringify({ ...header, openedAtMs: atMs, version: HEADER_VERSION, ...more });
  block.append(RECORD_KINDS.header, 0, atMs, Buffer.from(text));
  for (const [name, number] of connections) {
    block.append(RECORD_KINDS.connection, number, atMs, Buffer.from(name));
  }
  for (const entry of packers) {
    const key = Buffer.from(entry.packer.key);
    entry.isNamed = block.append(RECORD_KINDS.packer, entry.number, atMs, key);
  }
}

/** A gap that no record has told yet, and a frame that nobody has read; `undefined` without either. */
export function lastBlock(
  unsaid: Loss,
  frame: FrameReceived | undefined,
  number: number,
): CaptureBlock | undefined {
  const records: LoneRecord[] = [];
  if (unsaid.eventsCount > 0) {
    const payload = Buffer.from(gapText(unsaid));
    records.push({ kind: RECORD_KINDS.gap, number: 0, atMs: unsaid.toMs, payload });
  }
  if (frame !== undefined) {
    const { connection, atMs } = frame;
    const name = Buffer.from(connection);
    records.push({ kind: RECORD_KINDS.connection, number, atMs, payload: name });
    records.push({ kind: RECORD_KINDS.frame, number, atMs, payload: bytesOf(frame) });
  }
  return records.length === 0 ? undefined : CaptureBlock.of(records);
}
