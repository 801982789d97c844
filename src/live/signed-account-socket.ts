import type { ConnectionId } from '../domain/ids.ts';
import type { AccountSocket } from './account-gateway.ts';
import type { Signer } from './signer.ts';
import type { Sockets } from './sockets.ts';

/** The real account socket: one of the venue's WebSocket API, its requests signed with the account's key. */
export class SignedAccountSocket implements AccountSocket {
  readonly #sockets: Sockets;
  readonly #signer: Signer;
  readonly #base: string;
  readonly #recvWindowMs: number;

  constructor(sockets: Sockets, signer: Signer, base: string, recvWindowMs: number) {
    this.#sockets = sockets;
    this.#signer = signer;
    this.#base = base;
    this.#recvWindowMs = recvWindowMs;
  }

  open(connection: ConnectionId, path: string): void {
    this.#sockets.open(connection, this.#base + path);
  }
  send(connection: ConnectionId, text: string): void {
    this.#sockets.send(connection, text);
  }
  close(connection: ConnectionId, how: 'close' | 'terminate'): void {
    this.#sockets.close(connection, how);
  }
  sendSigned(
    connection: ConnectionId,
    requestId: string,
    method: string,
    timestampMs: number,
  ): void {
    const params = this.#signer.signParameters({
      timestamp: Math.floor(timestampMs),
      recvWindow: this.#recvWindowMs,
    });
    this.#sockets.send(connection, JSON.stringify({ id: requestId, method, params }));
  }
}
