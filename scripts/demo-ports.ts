// Where a demo listens. Several folders may run one each, so the usual ports may be taken.

import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { tryLock } from './node-runtime.mjs';

/** The three ports of a demo. */
export type DemoPorts = {
  readonly http: number;
  readonly exchange: number;
  readonly control: number;
};

/** The ports of the documentation; the next free ones are taken where somebody else has them. */
export const USUAL_PORTS: DemoPorts = { http: 9464, exchange: 9500, control: 9501 };

/** How far we look past the usual port before we say that something else is wrong. */
const LOOK_AHEAD = 200;

/** Ports nobody listens on, kept for us until `release`, by when our processes should have them. */
export type Reservation = { readonly ports: DemoPorts; readonly release: () => void };

/**
 * The usual ports, or for each the next free one; no two are the same. Reserved, because two demos started together
 * would both find the same port free.
 */
export async function reservePorts(usual: DemoPorts = USUAL_PORTS): Promise<Reservation> {
  const held: (() => void)[] = [];
  const reserve = async (from: number): Promise<number> => {
    const { port, release } = await reservePort(from);
    held.push(release);
    return port;
  };
  const ports = {
    http: await reserve(usual.http),
    exchange: await reserve(usual.exchange),
    control: await reserve(usual.control),
  };
  return {
    ports,
    release: () => {
      for (const release of held) release();
    },
  };
}

/** The environment by which the settings, the exchange and the command line learn these ports. */
export function environmentOfPorts(ports: DemoPorts): Readonly<Record<string, string>> {
  return {
    OVERNIGHT_HTTP_PORT: String(ports.http),
    OVERNIGHT_EXCHANGE_PORT: String(ports.exchange),
    OVERNIGHT_EXCHANGE_CONTROL_PORT: String(ports.control),
  };
}

async function reservePort(
  from: number,
): Promise<{ readonly port: number; readonly release: () => void }> {
  for (let port = from; port < from + LOOK_AHEAD; port += 1) {
    const release = tryLock(join(tmpdir(), `overnight-ports-${userInfo().username}`, String(port)));
    if (release === undefined) continue;
    if (await isFree(port)) return { port, release };
    release();
  }
  throw new Error(`no free port from ${from} to ${from + LOOK_AHEAD - 1} on 127.0.0.1`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => done(true)),
    );
  });
}
