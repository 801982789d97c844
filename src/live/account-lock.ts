import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** Another process of this machine trades the same account. Exit 75. */
export class AccountHeld extends Error {
  override readonly name = 'AccountHeld';
}

/**
 * One trader per account and machine, whatever folders they use: the journal's lock keeps a second
 * one off the same data, this keeps it off the same money. It is a name in the kernel (a Linux
 * abstract socket), so that any death frees it. Elsewhere there is no such name, and no such lock.
 */
export class AccountLock {
  readonly #server: Server | undefined;

  private constructor(server: Server | undefined) {
    this.#server = server;
  }

  /** Throws `AccountHeld`. The name tells neither key nor address: it is a hash of both. */
  static async take(apiKey: string, restBase: string): Promise<AccountLock> {
    if (process.platform !== 'linux') return new AccountLock(undefined);
    const digest = createHash('sha256').update(`${restBase}\n${apiKey}`).digest('hex');
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        const held = 'this account is held by another process of this machine';
        reject(cause.code === 'EADDRINUSE' ? new AccountHeld(held, { cause }) : cause);
      });
      server.listen(`\0overnight-${digest.slice(0, 32)}`, () => resolve());
    });
    // It must not keep the process alive by itself.
    server.unref();
    return new AccountLock(server);
  }

  release(): void {
    this.#server?.close();
  }
}
