import { BoundedMap } from '../../domain/bounded.ts';
import type { MarketSession } from '../ws/market-session.ts';

const STREAMS_MAX = 100_000;

/** Who listens to which stream. A name nobody publishes is as good as any other: the venue accepts it and stays silent. */
export class StreamHub {
  readonly #listeners = new BoundedMap<string, Set<MarketSession>>(
    'exchange.streams',
    STREAMS_MAX,
    'refuse',
  );
  #onFirstSubscription: (() => void) | undefined;

  /** Called once, when the first stream of a symbol is subscribed. */
  onFirstSubscription(listener: () => void): void {
    this.#onFirstSubscription = listener;
  }

  add(stream: string, session: MarketSession): void {
    const listeners = this.#listeners.get(stream) ?? new Set();
    listeners.add(session);
    this.#listeners.set(stream, listeners);
    // Some clients open `/ws/0` and subscribe afterwards: "0" is the name of no stream.
    if (!stream.includes('@')) return;
    const listener = this.#onFirstSubscription;
    this.#onFirstSubscription = undefined;
    listener?.();
  }

  remove(stream: string, session: MarketSession): void {
    const listeners = this.#listeners.get(stream);
    listeners?.delete(session);
    if (listeners?.size === 0) this.#listeners.delete(stream);
  }

  /** Whether anybody would hear: frames nobody wants are not made. */
  isHeard(stream: string): boolean {
    return this.#listeners.has(stream);
  }

  /** All streams with listeners. */
  get streams(): Iterable<string> {
    return this.#listeners.keys();
  }

  publish(stream: string, symbol: string, data: string): void {
    for (const session of this.#listeners.get(stream) ?? []) session.deliver(stream, symbol, data);
  }

  /** The most that waits unread at any one listener, in bytes. */
  get slowestBufferedBytes(): number {
    let slowest = 0;
    for (const sessions of this.#listeners.values()) {
      for (const session of sessions) slowest = Math.max(slowest, session.bufferedBytes);
    }
    return slowest;
  }
}
