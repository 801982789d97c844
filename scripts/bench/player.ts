// Plays a tape into one socket as fast as the reader takes it, with the event times of the moment.

import type { Duplex } from 'node:stream';
import type { Tape } from './tape.ts';

/** What is written at once: enough to keep a fast reader busy, little enough to be young when it is read. */
const CHUNK_BYTES = 64 * 1024;

/** A place on a tape, and how to go on from there. */
export class TapePlayer {
  readonly #tape: Tape;
  readonly #nowMs: () => number;
  #next = 0;
  #nextTime = 0;

  constructor(tape: Tape, nowMs: () => number) {
    this.#tape = tape;
    this.#nowMs = nowMs;
  }

  /** Writes frames up to `end`, waiting whenever the socket is full. Returns when the last one is handed over. */
  async playTo(end: number, socket: Duplex): Promise<void> {
    while (this.#next < end) {
      if (socket.destroyed) return;
      const bytes = this.#take(end, CHUNK_BYTES);
      if (!socket.write(bytes)) await drained(socket);
    }
  }

  /** Writes `perSecond` frames each second until `end`, in small bursts as a real feed does. */
  async paceTo(end: number, perSecond: number, socket: Duplex): Promise<void> {
    const beganAtMs = performance.now();
    const first = this.#next;
    while (this.#next < end && !socket.destroyed) {
      const due = first + Math.floor(((performance.now() - beganAtMs) / 1_000) * perSecond);
      if (due > this.#next) socket.write(this.#take(Math.min(due, end), CHUNK_BYTES));
      await new Promise((done) => setTimeout(done, 1));
    }
  }

  /** The next frames, a copy with the present time in them. */
  #take(end: number, bytesMax: number): Buffer {
    const { bytes, starts, times } = this.#tape;
    const from = starts[this.#next] ?? 0;
    let to = from;
    while (this.#next < end && to - from < bytesMax) {
      this.#next += 1;
      to = starts[this.#next] ?? to;
    }
    const chunk = Buffer.from(bytes.subarray(from, to));
    const now = String(Math.floor(this.#nowMs()));
    for (let at = times[this.#nextTime]; at !== undefined && at < to; ) {
      chunk.write(now, at - from, 'latin1');
      this.#nextTime += 1;
      at = times[this.#nextTime];
    }
    return chunk;
  }
}

function drained(socket: Duplex): Promise<void> {
  return new Promise((done) => {
    const go = (): void => {
      socket.off('drain', go);
      socket.off('close', go);
      done();
    };
    socket.on('drain', go);
    socket.on('close', go);
  });
}
