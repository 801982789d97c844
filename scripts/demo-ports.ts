// Where a demo listens. Several folders may run one each, so the usual ports may be taken.

import { createServer } from 'node:net';

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

/** The usual ports, or for each the next free one. No two are the same. */
export async function chooseFreePorts(usual: DemoPorts = USUAL_PORTS): Promise<DemoPorts> {
  const http = await findFreePort(usual.http, []);
  const exchange = await findFreePort(usual.exchange, [http]);
  const control = await findFreePort(usual.control, [http, exchange]);
  return { http, exchange, control };
}

/** The environment by which the settings, the exchange and the command line learn these ports. */
export function environmentOfPorts(ports: DemoPorts): Readonly<Record<string, string>> {
  return {
    OVERNIGHT_HTTP_PORT: String(ports.http),
    OVERNIGHT_EXCHANGE_PORT: String(ports.exchange),
    OVERNIGHT_EXCHANGE_CONTROL_PORT: String(ports.control),
  };
}

async function findFreePort(from: number, taken: readonly number[]): Promise<number> {
  for (let port = from; port < from + LOOK_AHEAD; port += 1) {
    if (!taken.includes(port) && (await isFree(port))) return port;
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
