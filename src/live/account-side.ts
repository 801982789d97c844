import type { Settings } from '../config/settings.ts';
import type { AccountGateway, AccountSocket } from './account-gateway.ts';
import type { AttestedHttp } from './attested-http.ts';
import { CcxtAccount } from './ccxt-account.ts';
import type { LiveWorld } from './live-world.ts';
import type { AccountKey } from './load-settings.ts';
import { SignedAccountSocket } from './signed-account-socket.ts';
import { Signer } from './signer.ts';
import type { Sockets } from './sockets.ts';

export interface AccountSideParts {
  readonly settings: Settings;
  readonly accountKey: AccountKey | undefined;
  readonly http: AttestedHttp;
  readonly sockets: Sockets;
}

/** Where orders go and where account events come from, by set-up. */
export interface AccountSide {
  readonly gateway: AccountGateway;
  readonly socket: AccountSocket;
  /** Called once the world exists: an in-process venue speaks to it. */
  useWorld(world: LiveWorld): void;
}

export async function makeAccountSide(parts: AccountSideParts): Promise<AccountSide> {
  const { settings, accountKey, http, sockets } = parts;
  if (accountKey === undefined) throw new Error('this set-up needs the key of an account');
  const { venue, execution } = settings;
  const gateway = await CcxtAccount.load({
    restBase: venue.restBase,
    apiKey: accountKey.apiKey,
    apiSecret: accountKey.apiSecret,
    recvWindowMs: execution.recvWindowMs,
    timeoutMs: execution.orderTimeoutMs,
    http,
  });
  const signer = new Signer(accountKey.apiKey, accountKey.apiSecret);
  const socket = new SignedAccountSocket(sockets, signer, venue.wsApiBase, execution.recvWindowMs);
  return { gateway, socket, useWorld: () => undefined };
}
