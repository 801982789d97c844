import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { acceptUpgrade } from './ws-wire.ts';

/** A server below WebSocket: it accepts the upgrade, then writes whatever bytes the test wants. */
export class RawWsServer {
  readonly port: number;
  /** The connection, once upgraded. */
  readonly upgraded: Promise<Socket>;
  readonly #server: Server;

  private constructor(server: Server, port: number, upgraded: Promise<Socket>) {
    this.#server = server;
    this.port = port;
    this.upgraded = upgraded;
  }

  /** For one connection; with `tls` behind TLS. */
  static async start(tls?: TlsOptions): Promise<RawWsServer> {
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const upgraded = new Promise<Socket>((resolve) => {
      server.once(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
        socket.on('error', () => undefined);
        socket.once('data', (request) => {
          socket.write(acceptUpgrade(request.toString()));
          resolve(socket);
        });
      });
    });
    return new RawWsServer(server, address.port, upgraded);
  }

  async stop(): Promise<void> {
    (await this.upgraded).destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
