import { expect, test } from 'vitest';
import { LiveSide, SimSide, type SocketSide } from './support/socket-sides.ts';

type Script = (side: SocketSide) => Promise<void>;

/** Seeds of the way there and back: none may matter. */
const SEEDS = ['quick', 'usual', 'slow'];

/** Plays one script in both worlds; what the desk hears must be the same, and is this. */
async function playBoth(script: Script, expected: readonly string[]): Promise<void> {
  const live = await LiveSide.start();
  try {
    await script(live);
    expect(live.story(), 'live').toEqual(expected);
  } finally {
    await live.stop();
  }
  for (const seed of SEEDS) {
    const sim = new SimSide(seed);
    await script(sim);
    expect(sim.story(), `simulated, seed ${seed}`).toEqual(expected);
  }
}

const LIST = '{"method":"LIST_SUBSCRIPTIONS","id":7}';
const SUBSCRIBE = '{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}';
const UNSUBSCRIBE = '{"method":"UNSUBSCRIBE","params":["btcusdt@trade"],"id":2}';
const NOT_ESTABLISHED = 'WebSocket was closed before the connection was established';

const opened: Script = async (side) => {
  side.open('market');
  await side.until('socketOpened');
};
const openedAccount: Script = async (side) => {
  side.open('account');
  await side.until('socketOpened');
};

test('what we say before a socket is open is said to nobody', () =>
  playBoth(
    async (side) => {
      side.open('market');
      side.send('market', SUBSCRIBE);
      await side.until('socketOpened');
      side.send('market', LIST);
      await side.until('frameReceived');
    },
    ['market/1 opened', 'market/1 {"id":7,"result":[]}'],
  ));

test('what we say arrives in the order in which we said it', () =>
  playBoth(
    async (side) => {
      await opened(side);
      for (const text of [SUBSCRIBE, UNSUBSCRIBE, SUBSCRIBE]) side.send('market', text);
      await side.until('frameReceived', 3);
      side.send('market', LIST);
      await side.until('frameReceived', 4);
    },
    [
      'market/1 opened',
      'market/1 {"id":1,"result":null}',
      'market/1 {"id":2,"result":null}',
      'market/1 {"id":1,"result":null}',
      'market/1 {"id":7,"result":["btcusdt@trade"]}',
    ],
  ));

// An account socket that is rotated out may still carry the report of an order.
test('after our goodbye we hear what was on its way, and then that it is closed', () =>
  playBoth(
    async (side) => {
      await opened(side);
      side.send('market', LIST);
      side.close('market', 'close');
      side.send('market', SUBSCRIBE);
      await side.until('socketClosed');
      side.send('market', LIST);
      side.close('market', 'close');
      await side.settle();
    },
    ['market/1 opened', 'market/1 {"id":7,"result":[]}', 'market/1 closed 1000 '],
  ));

test('a socket that we drop says nothing more, and is lost, not closed', () =>
  playBoth(
    async (side) => {
      await opened(side);
      side.send('market', LIST);
      side.close('market', 'terminate');
      side.close('market', 'terminate');
      await side.until('socketClosed');
      await side.settle();
    },
    ['market/1 opened', 'market/1 closed 1006 '],
  ));

test('a second goodbye drops the socket', () =>
  playBoth(
    async (side) => {
      await opened(side);
      side.close('market', 'close');
      side.close('market', 'close');
      await side.until('socketClosed');
      await side.settle();
    },
    ['market/1 opened', 'market/1 closed 1006 '],
  ));

for (const how of ['close', 'terminate'] as const) {
  test(`a socket that never opened is told as lost with its reason: ${how}`, () =>
    playBoth(
      async (side) => {
        side.open('market');
        side.close('market', how);
        await side.until('socketClosed');
        await side.settle();
      },
      [`market/1 closed 1006 ${NOT_ESTABLISHED}`],
    ));
}

test('a goodbye that nobody answers ends in a lost socket after half a minute', () =>
  playBoth(
    async (side) => {
      await opened(side);
      side.goHalfOpen('market');
      side.closeUnanswered('market');
      await side.until('socketClosed');
    },
    ['market/1 opened', 'market/1 closed 1006 '],
  ));

test('a half-open socket that we drop is told at once', () =>
  playBoth(
    async (side) => {
      await opened(side);
      side.goHalfOpen('market');
      side.send('market', LIST);
      side.close('market', 'terminate');
      await side.until('socketClosed');
    },
    ['market/1 opened', 'market/1 closed 1006 '],
  ));

test('a goodbye of the venue comes behind its last word, with its code and its reason', () =>
  playBoth(
    async (side) => {
      await openedAccount(side);
      side.subscribeAccount('one');
      await side.until('frameReceived');
      await side.settle();
      side.terminateAccount();
      side.venueCloses('account', 1008);
      await side.until('socketClosed');
      side.subscribeAccount('two');
      await side.settle();
    },
    [
      'account/1 opened',
      'account/1 {"id":"one","rateLimitsCount":1,"result":{"subscriptionId":0},"status":200}',
      'account/1 {"event":{"e":"eventStreamTerminated"},"subscriptionId":0}',
      'account/1 closed 1008 closed by a fault',
    ],
  ));

test('a connection that breaks is lost, for no reason', () =>
  playBoth(
    async (side) => {
      await opened(side);
      side.venueCloses('market');
      await side.until('socketClosed');
    },
    ['market/1 opened', 'market/1 closed 1006 '],
  ));

const refusal = (id: string, status: number, code: number, msg: string): string =>
  `account/1 ${JSON.stringify({ error: { code, msg }, id, rateLimitsCount: 1, status })}`;

test('a subscription that a wrong clock signed is refused, ahead and behind', () =>
  playBoth(
    async (side) => {
      await openedAccount(side);
      side.subscribeAccount('ahead', 60_000);
      await side.until('frameReceived');
      side.subscribeAccount('behind', -60_000);
      await side.until('frameReceived', 2);
      side.subscribeAccount('right');
      await side.until('frameReceived', 3);
    },
    [
      'account/1 opened',
      refusal(
        'ahead',
        400,
        -1021,
        "Timestamp for this request was 1000ms ahead of the server's time.",
      ),
      refusal('behind', 400, -1021, 'Timestamp for this request is outside of the recvWindow.'),
      'account/1 {"id":"right","rateLimitsCount":1,"result":{"subscriptionId":0},"status":200}',
    ],
  ));

test('a subscription with a key that was revoked is refused, whatever the clock says', () =>
  playBoth(
    async (side) => {
      await openedAccount(side);
      side.revokeKey();
      side.subscribeAccount('one', 60_000);
      await side.until('frameReceived');
    },
    [
      'account/1 opened',
      refusal('one', 401, -2015, 'Invalid API-key, IP, or permissions for action.'),
    ],
  ));

test('a subscription to the account is one of a kind, until the venue ends it', () =>
  playBoth(
    async (side) => {
      await openedAccount(side);
      side.subscribeAccount('one');
      await side.until('frameReceived');
      side.subscribeAccount('two');
      await side.until('frameReceived', 2);
      await side.settle();
      side.terminateAccount();
      await side.until('frameReceived', 3);
      side.subscribeAccount('three');
      await side.until('frameReceived', 4);
    },
    [
      'account/1 opened',
      'account/1 {"id":"one","rateLimitsCount":1,"result":{"subscriptionId":0},"status":200}',
      refusal('two', 400, -1130, 'Only one subscription per account is allowed on a connection.'),
      'account/1 {"event":{"e":"eventStreamTerminated"},"subscriptionId":0}',
      'account/1 {"id":"three","rateLimitsCount":1,"result":{"subscriptionId":1},"status":200}',
    ],
  ));
