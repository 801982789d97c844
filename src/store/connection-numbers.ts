import { BoundedMap } from '../domain/bounded.ts';
import type { ConnectionId } from '../domain/ids.ts';

/** Numbers of the latest connections; each new segment names them again. */
export class ConnectionNumbers {
  readonly #numbers = new BoundedMap<ConnectionId, number>('capture.connections', 64, 'dropOldest');
  #count = 0;
  #last: ConnectionId | undefined;
  #lastNumber = 0;

  /** What the next new connection is called. */
  get next(): number {
    return this.#count & 0xffff;
  }

  /** Frames come in rows from one socket: the last one is not looked up. */
  find(connection: ConnectionId): number | undefined {
    if (connection === this.#last) return this.#lastNumber;
    const number = this.#numbers.get(connection);
    if (number !== undefined) this.#use(connection, number);
    return number;
  }

  /** A record names it `next`. */
  add(connection: ConnectionId): void {
    const { next } = this;
    this.#count += 1;
    this.#numbers.set(connection, next);
    this.#use(connection, next);
  }

  entries(): Iterable<readonly [name: ConnectionId, number: number]> {
    return this.#numbers.entries();
  }

  #use(connection: ConnectionId, number: number): void {
    this.#last = connection;
    this.#lastNumber = number;
  }
}
