// A market that wants an order now: what the venue sends, and how long the order takes to come.

import type { Duplex } from 'node:stream';
import { type BenchSymbol, encodeText } from './tape.ts';

/** Long enough for what an order causes (reports, fills, commits) to be over before the next. */
const PAUSE_MS = 20;
/** A trigger is lost when what the last order caused is not over yet: on a disk shared with others that takes its time. */
const ORDER_WAIT_MS = 1_000;
/** More lost triggers than orders: the contestant is broken and the run fails. */
const LOST_SHARE_MAX = 1;
const QUIET_TICKS = 150;
const LEVELS = 20;
/** The size at the bid that is the word to buy, for contestants that decide by it. */
export const TRIGGER_SIZE = '7.77700000';
const CALM_SIZE = '1.00000000';

/**
 * Turns the book heavy on the bid's side, waits, and sends the best bid and ask that make a strategy
 * look: from that write to the first sight of the order request is the time that counts. Then the
 * book is balanced again. Prices never move, so every order looks the same.
 */
export class OrderScript {
  readonly snapshot: string;
  readonly #symbol: BenchSymbol;
  #updateId = 1_000;
  #onOrder: (() => void) | undefined;
  #answered: Promise<void> = Promise.resolve();

  constructor(symbol: BenchSymbol) {
    this.#symbol = symbol;
    const levels = (sign: number): string[][] =>
      Array.from({ length: LEVELS }, (_, i) => [this.#price(sign * (i + 1)), CALM_SIZE]);
    this.snapshot = JSON.stringify({ lastUpdateId: 1_000, bids: levels(-1), asks: levels(1) });
  }

  /** The venue has an order request in hand; `answered` resolves when it has been answered. */
  onOrder(answered: Promise<void>): void {
    this.#answered = answered;
    this.#onOrder?.();
  }

  /** Provokes `count` orders; returns how long each took, in us. */
  async run(count: number, socket: Duplex): Promise<readonly number[]> {
    const latenciesUs: number[] = [];
    // A daemon trades only once it has seen for a while that all is well.
    for (let i = 0; i < QUIET_TICKS; i++) {
      this.#top(socket, CALM_SIZE);
      await pause();
    }
    let lostCount = 0;
    while (latenciesUs.length < count) {
      if (lostCount > 10 + count * LOST_SHARE_MAX) throw new Error('no orders came');
      this.#depth(socket, '400.00000000');
      await pause();
      const order = this.#nextOrder();
      const beganAtMs = performance.now();
      this.#top(socket, TRIGGER_SIZE);
      const cameAtMs = await order;
      if (cameAtMs === undefined) lostCount += 1;
      else latenciesUs.push((cameAtMs - beganAtMs) * 1_000);
      await this.#answered;
      this.#depth(socket, CALM_SIZE);
      await pause();
      this.#top(socket, CALM_SIZE);
      await pause();
    }
    return latenciesUs;
  }

  #nextOrder(): Promise<number | undefined> {
    return new Promise((done) => {
      const timer = setTimeout(() => {
        this.#onOrder = undefined;
        done(undefined);
      }, ORDER_WAIT_MS);
      this.#onOrder = () => {
        const atMs = performance.now();
        this.#onOrder = undefined;
        clearTimeout(timer);
        done(atMs);
      };
    });
  }

  #depth(socket: Duplex, size: string): void {
    this.#updateId += 1;
    const id = this.#updateId;
    const s = this.#symbol.rules.symbol;
    // The second level: the best one belongs to the other stream.
    const b = [[this.#price(-2), size]];
    this.#send(socket, '@depth@100ms', {
      e: 'depthUpdate',
      E: Date.now(),
      s,
      U: id,
      u: id,
      b,
      a: [],
    });
  }

  #top(socket: Duplex, size: string): void {
    this.#updateId += 1;
    const id = this.#updateId;
    // The book of the venue changes with it, or the two streams would contradict each other.
    const s = this.#symbol.rules.symbol;
    const b = this.#price(-1);
    this.#send(socket, '@bookTicker', { u: id, s, b, B: size, a: this.#price(1), A: CALM_SIZE });
    const change = { e: 'depthUpdate', E: Date.now(), s, U: id, u: id, b: [[b, size]], a: [] };
    this.#send(socket, '@depth@100ms', change);
  }

  #send(socket: Duplex, suffix: string, data: object): void {
    const stream = this.#symbol.rules.symbol.toLowerCase() + suffix;
    socket.write(encodeText(`{"stream":"${stream}","data":${JSON.stringify(data)}}`));
  }

  #price(ticksAway: number): string {
    const { midTicks, tickDecimals } = this.#symbol;
    return ((midTicks + ticksAway) / 10 ** tickDecimals).toFixed(8);
  }
}

function pause(): Promise<void> {
  return new Promise((done) => setTimeout(done, PAUSE_MS));
}
