import { constants, createZstdCompress, type ZstdCompress } from 'node:zlib';

// Measured on captured blocks: a small window and table stay in the processor's cache, and compress no worse.
const OPTIONS = {
  chunkSize: 512 * 1024,
  // Each write is a frame of its own: a file can be cut behind any of them.
  flush: constants.ZSTD_e_end,
  params: {
    [constants.ZSTD_c_compressionLevel]: 1,
    [constants.ZSTD_c_windowLog]: 17,
    [constants.ZSTD_c_hashLog]: 14,
    // A flipped bit may make another block that reads just as well. Costs less than can be measured.
    [constants.ZSTD_c_checksumFlag]: 1,
  },
};

/**
 * Compresses blocks one after the other in the thread pool, each to a zstd frame of its own. The
 * compressor's memory is kept: made anew for each block, it cost as much as the compressing.
 */
export class BlockCompressor {
  #stream: ZstdCompress | undefined;
  #pieces: Uint8Array[] = [];

  /** The frame, in pieces. `block` must not change before it is there. */
  compress(block: Uint8Array): Promise<readonly Uint8Array[]> {
    if (this.#stream === undefined || this.#stream.destroyed) this.#stream = this.#open();
    const stream = this.#stream;
    return new Promise((done, fail) => {
      // The stream takes one block at a time, in order: what came before this call is this block's.
      stream.write(block, (error) => {
        const pieces = this.#pieces;
        this.#pieces = [];
        if (error === null || error === undefined) done(pieces);
        else fail(error);
      });
    });
  }

  /** Gives its memory back. */
  close(): void {
    this.#stream?.destroy();
    this.#stream = undefined;
  }

  #open(): ZstdCompress {
    const stream = createZstdCompress(OPTIONS);
    this.#pieces = [];
    stream.on('data', (piece: Uint8Array) => this.#pieces.push(piece));
    // The write that failed tells its caller.
    stream.on('error', () => undefined);
    return stream;
  }
}
