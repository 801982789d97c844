// The two floors of the comparison: the socket library alone, and with JSON.parse on every message.

import { WebSocket } from 'ws';
import type { Contestant } from './contestant.ts';
import type { ContestantSetup } from './words.ts';

/** Subscribes to the same streams and hands each message to `onMessage`. */
export class PlainSocket implements Contestant {
  readonly #setup: ContestantSetup;
  readonly #onMessage: (data: Buffer) => void;
  #socket: WebSocket | undefined;
  /** The first message is the answer to the subscription. */
  #messagesCount = -1;

  constructor(setup: ContestantSetup, onMessage: (data: Buffer) => void) {
    this.#setup = setup;
    this.#onMessage = onMessage;
  }

  start(): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${this.#setup.port}/stream`);
    this.#socket = socket;
    return new Promise((done, fail) => {
      socket.on('error', fail);
      socket.on('open', () => {
        const params = this.#setup.symbols.flatMap((symbol) => {
          const name = symbol.replace('/', '').toLowerCase();
          return [`${name}@trade`, `${name}@bookTicker`, `${name}@depth@100ms`];
        });
        socket.send(JSON.stringify({ method: 'SUBSCRIBE', params, id: 1 }));
      });
      socket.on('message', (data) => {
        if (this.#messagesCount === -1) done();
        this.#messagesCount += 1;
        if (Buffer.isBuffer(data)) this.#onMessage(data);
      });
    });
  }

  hasHandled(framesCount: number): boolean {
    return this.#messagesCount >= framesCount;
  }

  async notes(): Promise<Readonly<Record<string, number>>> {
    return { messages: this.#messagesCount };
  }

  async stop(): Promise<void> {
    this.#socket?.terminate();
  }
}
