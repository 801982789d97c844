import type { Settings } from '../config/settings.ts';
import type { CollectionSize } from '../domain/bounded.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { AccountGateway, AccountSocket } from './account-gateway.ts';
import type { AttestedHttp } from './attested-http.ts';
import { CcxtAccount } from './ccxt-account.ts';
import type { LiveWorld } from './live-world.ts';
import type { AccountKey } from './load-settings.ts';
import { PaperVenue } from './paper/paper-venue.ts';
import { SignedAccountSocket } from './signed-account-socket.ts';
import { Signer } from './signer.ts';
import type { Sockets } from './sockets.ts';

export interface AccountSideParts {
  readonly settings: Settings;
  readonly accountKey: AccountKey | undefined;
  /** All that the journal held before this start: the memory of a venue in our own process. */
  readonly rows: readonly JournalRow[];
  readonly http: AttestedHttp;
  readonly sockets: Sockets;
}

/** Where orders go and where account events come from, by set-up. */
export interface AccountSide {
  readonly gateway: AccountGateway;
  readonly socket: AccountSocket;
  /** Called once the world exists: an in-process venue speaks to it. */
  useWorld(world: LiveWorld): void;
  /** Bounded collections of a venue in our own process, for `/metrics`. */
  collections(): readonly CollectionSize[];
}

export async function makeAccountSide(parts: AccountSideParts): Promise<AccountSide> {
  const { settings, accountKey, http, sockets, rows } = parts;
  if (settings.venue.setup === 'paper') return paperSide(new PaperVenue({ settings, rows }));
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
  return { gateway, socket, useWorld: () => undefined, collections: () => [] };
}

function paperSide(venue: PaperVenue): AccountSide {
  return {
    gateway: venue,
    socket: venue.socket,
    collections: () => venue.collections(),
    useWorld(world) {
      venue.useWorld(world);
      world.listen((event) => venue.hear(event));
    },
  };
}
