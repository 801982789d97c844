import { closeSync, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { addContent, type BlockContent, NO_CONTENT } from './capture-loss.ts';

/** What lies behind this byte of a segment is not whole, or comes again in the segment that says so. */
export interface SegmentCut {
  readonly segment: string;
  readonly bytes: number;
}

/** A write that failed. `cut` when its first bytes could not be taken back either. */
export class SegmentWriteFailed extends Error {
  override readonly name = 'SegmentWriteFailed';
  readonly cut: SegmentCut | undefined;

  constructor(text: string, cut: SegmentCut | undefined, cause: unknown) {
    super(text, { cause });
    this.cut = cut;
  }
}

/** A segment that is being written: whole blocks only. */
export class SegmentFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #bytes: number;
  #content = NO_CONTENT;

  private constructor(path: string, handle: FileHandle, bytes: number) {
    this.path = path;
    this.#handle = handle;
    this.#bytes = bytes;
  }

  /** Makes the folder when somebody has removed it. */
  static async open(path: string): Promise<SegmentFile> {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, 'a', 0o600);
    return new SegmentFile(path, handle, (await handle.stat()).size);
  }

  /** Of whole blocks. */
  get bytes(): number {
    return this.#bytes;
  }
  get content(): BlockContent {
    return this.#content;
  }
  /** Without waiting, for the end of a process. */
  isDeletedSync(): boolean {
    return fstatSync(this.#handle.fd).nlink === 0;
  }

  /** All pieces or none; throws `SegmentWriteFailed`. */
  async write(pieces: readonly Uint8Array[], content: BlockContent): Promise<void> {
    try {
      await writeAll(this.#handle, pieces);
    } catch (error) {
      throw await this.#takeBack(error);
    }
    this.#bytes += sizeOf(pieces);
    this.#content = addContent(this.#content, content);
  }

  /** Half a block would hide all that is written behind it. */
  async #takeBack(cause: unknown): Promise<SegmentWriteFailed> {
    const name = basename(this.path);
    const text = `${name} could not be written: ${String(cause)}`;
    try {
      await this.#handle.truncate(this.#bytes);
      return new SegmentWriteFailed(text, undefined, cause);
    } catch (error) {
      const both = `${text}; nor could it be cut back to ${this.#bytes} bytes: ${String(error)}`;
      return new SegmentWriteFailed(both, { segment: name, bytes: this.#bytes }, cause);
    }
  }

  /** `deleted`: what was written is gone. `moved`: it is somewhere else. A write fails in neither case. */
  async findPlace(): Promise<'there' | 'moved' | 'deleted'> {
    const { ino, dev, nlink } = await this.#handle.stat();
    if (nlink === 0) return 'deleted';
    try {
      const atPath = await stat(this.path);
      return atPath.ino === ino && atPath.dev === dev ? 'there' : 'moved';
    } catch {
      // Whatever hides it: nobody finds there what is written from now on.
      return 'moved';
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** Leaves no empty file behind. */
  async discard(): Promise<void> {
    try {
      await this.#handle.close();
    } finally {
      await rm(this.path, { force: true });
    }
  }
}

/** Not joined first: under a flood the copies alone would make the collector run. */
async function writeAll(handle: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  const { bytesWritten } = await handle.writev(pieces);
  if (bytesWritten < sizeOf(pieces)) {
    await handle.appendFile(Buffer.concat(pieces).subarray(bytesWritten));
  }
}

export function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** A segment written before this returns; throws when the disk refuses. For the end of a process. */
export function writeSegmentSync(path: string, pieces: readonly Uint8Array[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'a', 0o600);
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at);
    }
  } finally {
    closeSync(fd);
  }
}
