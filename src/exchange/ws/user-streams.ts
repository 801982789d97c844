import type { UserEvent } from '../../matching/wire/user-events.ts';
import type { Subject } from '../faults/fault.ts';

/** Somebody who listens to an account. */
export interface UserListener {
  readonly account: string;
  readonly subscriptionId: number;
  send(text: string, subject: Subject): void;
  /** The stream has ended: its connection may subscribe again. */
  onEnded(): void;
}

/** Everybody who listens to accounts, over all WS API connections. */
export class UserStreams {
  readonly #listeners = new Set<UserListener>();

  add(listener: UserListener): void {
    this.#listeners.add(listener);
  }

  remove(listener: UserListener): void {
    this.#listeners.delete(listener);
  }

  get size(): number {
    return this.#listeners.size;
  }

  publish(event: UserEvent): void {
    for (const listener of this.#listeners) {
      if (listener.account === event.account) send(listener, event.fields, event);
    }
  }

  /** Ends every stream the way the venue does when it revokes one. */
  terminateAll(eventAtMs: number): void {
    for (const listener of [...this.#listeners]) {
      this.remove(listener);
      listener.onEnded();
      sayTerminated(listener, eventAtMs);
    }
  }
}

/** The last event of a user data stream. */
export function sayTerminated(listener: UserListener, eventAtMs: number): void {
  send(listener, { e: 'eventStreamTerminated', E: eventAtMs }, undefined);
}

function send(
  listener: UserListener,
  fields: Readonly<Record<string, unknown>>,
  event: UserEvent | undefined,
): void {
  const text = JSON.stringify({ subscriptionId: listener.subscriptionId, event: fields });
  listener.send(text, {
    channel: 'userStream',
    path: event?.name ?? 'eventStreamTerminated',
    ...(event?.symbol === undefined ? {} : { symbol: event.symbol }),
    ...(event?.clientOrderId === undefined ? {} : { clientOrderId: event.clientOrderId }),
  });
}
