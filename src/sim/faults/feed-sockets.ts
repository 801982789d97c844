import type { SimFault } from '../fault.ts';
import type { Stage } from '../stage.ts';
import type { SocketKind } from '../trouble.ts';
import { lasting, numberOf, oneOf, textOf } from './drawn.ts';

const SHUTDOWN = {
  market: '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1723161253000}}',
  account: '{"subscriptionId":0,"event":{"e":"serverShutdown","E":1723161253000}}',
} as const;
const KINDS: readonly SocketKind[] = ['market', 'account'];
const CODES = [1_000, 1_001, 1_006, 1_008, 1_011, 1_012];

function kindsOf(kind: string): readonly SocketKind[] {
  return KINDS.filter((each) => kind === 'both' || kind === each);
}

/** Ends every socket of the kinds, of whatever life is running. */
function dropAll(stage: Stage, kind: string, code?: number): void {
  for (const each of kindsOf(kind)) stage.lines?.drop(each, code);
}

export const socketCut: SimFault = {
  name: 'socket.cut',
  family: 'feed',
  about: 'the venue ends sockets, with one close code or another',
  moments: ['orderLeft', 'orderTaken', 'filled', 'recovering'],
  draw: (random) => ({
    durationMs: 1_000,
    parameters: {
      kind: oneOf(random, ['market', 'account', 'both']),
      code: oneOf(random, CODES),
    },
  }),
  begin: (stage, plan) => {
    dropAll(stage, textOf(plan, 'kind'), numberOf(plan, 'code'));
    return {};
  },
};

export const socketServerShutdown: SimFault = {
  name: 'socket.server_shutdown',
  family: 'feed',
  about: 'the venue says that it is about to shut down, and ends the sockets that stay',
  moments: ['orderTaken'],
  draw: (random) => ({
    durationMs: lasting(random, 2_000, 30_000),
    parameters: { kind: oneOf(random, ['market', 'both']) },
  }),
  begin: (stage, plan) => {
    const leaving = kindsOf(textOf(plan, 'kind')).flatMap((kind) => {
      stage.lines?.announce(kind, SHUTDOWN[kind]);
      return stage.lines?.openOnes(kind) ?? [];
    });
    const { lines } = stage;
    return {
      end: () => {
        for (const connection of leaving) lines?.cut(connection, 1_001, 'server shutdown');
      },
    };
  },
};

export const socketStorm: SimFault = {
  name: 'socket.storm',
  family: 'feed',
  about: 'each new socket is accepted and ended at once, again and again',
  moments: ['recovering'],
  draw: (random) => ({
    durationMs: lasting(random, 5_000, 120_000),
    parameters: { kind: oneOf(random, ['market', 'account', 'both']) },
  }),
  begin: (stage, plan) => {
    let isOn = true;
    stage.clock.every(
      150,
      () => dropAll(stage, textOf(plan, 'kind')),
      () => isOn,
    );
    return {
      end: () => {
        isOn = false;
      },
    };
  },
};

export const handshakeHangs: SimFault = {
  name: 'handshake.hangs',
  family: 'feed',
  about: 'sockets end, and whoever connects anew is never answered',
  moments: ['recovering'],
  draw: (random) => ({
    durationMs: lasting(random, 5_000, 90_000),
    parameters: { kind: oneOf(random, ['market', 'account', 'both']) },
  }),
  begin: (stage, plan) => {
    const kind = textOf(plan, 'kind');
    dropAll(stage, kind);
    return {
      trouble: { connect: (asked) => (kindsOf(kind).includes(asked) ? 'hangs' : undefined) },
    };
  },
};

export const socketRefused: SimFault = {
  name: 'socket.refused',
  family: 'network',
  about: 'sockets end and new ones are refused, while REST works',
  moments: ['orderTaken', 'recovering'],
  draw: (random) => ({
    durationMs: lasting(random, 5_000, 120_000),
    parameters: { kind: oneOf(random, ['market', 'account', 'both']) },
  }),
  begin: (stage, plan) => {
    const kind = textOf(plan, 'kind');
    dropAll(stage, kind);
    return {
      trouble: { connect: (asked) => (kindsOf(kind).includes(asked) ? 'refused' : undefined) },
    };
  },
};

export const pingFlooded: SimFault = {
  name: 'ping.flooded',
  family: 'feed',
  about: 'the venue pings many times a second',
  moments: [],
  draw: (random) => ({
    durationMs: lasting(random, 2_000, 20_000),
    parameters: { everyMs: lasting(random, 10, 200) },
  }),
  begin: (stage, plan) => {
    let isOn = true;
    const ping = (): void => {
      for (const kind of KINDS) stage.lines?.ping(kind);
    };
    stage.clock.every(numberOf(plan, 'everyMs'), ping, () => isOn);
    return {
      end: () => {
        isOn = false;
      },
    };
  },
};
