import { bytesOf, type DeskEvent } from '../../domain/event.ts';
import type { ConnectionId } from '../../domain/ids.ts';
import type { SocketKind } from '../trouble.ts';

interface Link {
  isSubscribed: boolean;
  heardAtMs: number;
}

/** Whether account events could reach the daemon, by what its account sockets brought. */
export class HeardAccount {
  readonly #silenceMsMax: number;
  readonly #links = new Map<ConnectionId, Link>();

  constructor(silenceMsMax: number) {
    this.#silenceMsMax = silenceMsMax;
  }

  onLifeBegan(): void {
    this.#links.clear();
  }

  onSocketAsked(kind: SocketKind, connection: ConnectionId, atMs: number): void {
    if (kind === 'account') this.#links.set(connection, { isSubscribed: false, heardAtMs: atMs });
  }

  /** True when the event belongs to an account socket. */
  onEvent(event: DeskEvent, atMs: number): boolean {
    if (!('connection' in event)) return false;
    const link = this.#links.get(event.connection);
    if (link === undefined) return false;
    link.heardAtMs = atMs;
    if (event.type === 'socketClosed') this.#links.delete(event.connection);
    if (event.type === 'frameReceived') this.#read(link, Buffer.from(bytesOf(event)).toString());
    return true;
  }

  isUp(atMs: number): boolean {
    for (const { isSubscribed, heardAtMs } of this.#links.values()) {
      if (isSubscribed && atMs - heardAtMs <= this.#silenceMsMax) return true;
    }
    return false;
  }

  #read(link: Link, text: string): void {
    if (text.includes('"eventStreamTerminated"')) link.isSubscribed = false;
    else if (text.includes('"status":200') && text.includes('"subscriptionId"')) {
      link.isSubscribed = true;
    }
  }
}
