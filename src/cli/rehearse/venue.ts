import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { FaultOrder } from '../../exchange/faults/fault-board.ts';
import { signHmac } from '../../exchange/signature.ts';
import { Child } from './child.ts';
import { type ExchangeTruth, truthShape } from './exchange-truth.ts';

const START_MS_MAX = 20_000;
const FINAL_TRUTH_MS_MAX = 20_000;

export interface VenuePlace {
  readonly root: string;
  readonly symbols: readonly string[];
  readonly seed: string;
  readonly stateFile: string;
}

const faultShape = z.object({
  id: z.number(),
  actedCount: z.number(),
  firstActedAtMs: z.number().optional(),
  actedOn: z.array(z.string()),
});
const boardShape = z.object({ armed: z.array(faultShape), ended: z.array(faultShape) });
const armedShape = z.object({ ids: z.array(z.number()) });

/** What a fault has done so far. */
export type Acted = z.infer<typeof faultShape>;

/** The simulated exchange as a process of its own, its control port, and a person with the account's key. */
export class Venue {
  readonly #child: Child;
  readonly port: number;
  readonly controlPort: number;
  /** Client order ids of what a person placed here: not the daemon's, and known to whoever judges. */
  readonly operatorIds: string[] = [];

  /** Returns once it listens; throws what it said when it does not. */
  static async start({ root, symbols, seed, stateFile }: VenuePlace): Promise<Venue> {
    let found: RegExpMatchArray | null = null;
    const child = new Child({
      command: process.execPath,
      args: ['src/cli/main.ts', 'exchange', '--port', '0', '--control-port', '0'].concat([
        '--symbols',
        symbols.join(','),
        '--seed',
        seed,
        '--state',
        stateFile,
      ]),
      cwd: root,
      env: { PATH: process.env['PATH'] },
      withChannel: true,
      onLine: (line) => {
        found ??= line.match(/127\.0\.0\.1:(\d+).*127\.0\.0\.1:(\d+)/);
      },
    });
    const endAtMs = performance.now() + START_MS_MAX;
    while (found === null && !child.hasEnded && performance.now() < endAtMs) await delay(10);
    const ports: RegExpMatchArray | null = found;
    if (ports === null) {
      await child.kill();
      throw new Error(`the simulated exchange did not start\n${child.output}`);
    }
    return new Venue(child, Number(ports[1]), Number(ports[2]));
  }

  private constructor(child: Child, port: number, controlPort: number) {
    this.#child = child;
    this.port = port;
    this.controlPort = controlPort;
  }

  get hasEnded(): boolean {
    return this.#child.hasEnded;
  }

  /** Arms a fault; returns its id. */
  async arm(order: FaultOrder): Promise<number> {
    const { ids } = await this.#control('POST', '/faults', armedShape, JSON.stringify(order));
    const [id] = ids;
    if (id === undefined) throw new Error(`${order.fault} was not armed`);
    return id;
  }

  async clear(id: number): Promise<void> {
    await this.#control('DELETE', `/faults/${id}`, z.unknown());
  }
  async clearAll(): Promise<void> {
    await this.#control('DELETE', '/faults', z.unknown());
  }

  /** What an armed or ended fault did; `undefined` as long as it did nothing. */
  async acted(id: number): Promise<Acted | undefined> {
    const { armed, ended } = await this.#control('GET', '/faults', boardShape);
    const fault = [...armed, ...ended].find((one) => one.id === id);
    return fault !== undefined && fault.actedCount > 0 ? fault : undefined;
  }

  /** Ledger, orders, fills and wire log, from the exchange itself. */
  async truth(): Promise<ExchangeTruth> {
    return await this.#control('GET', '/truth', truthShape, undefined, FINAL_TRUTH_MS_MAX);
  }

  /** How many orders of the daemon came in. */
  async placedCount(): Promise<number> {
    const { clientIdCounts } = await this.truth();
    return Object.entries(clientIdCounts)
      .filter(([id]) => !this.operatorIds.includes(id))
      .reduce((sum, [, count]) => sum + count, 0);
  }

  /** A request with the account's own key, past the daemon: a person at the venue's page. */
  async askSigned<T>(
    method: string,
    path: string,
    fields: Readonly<Record<string, string>>,
    shape: z.ZodType<T>,
  ): Promise<T> {
    const query = new URLSearchParams({ ...fields, timestamp: String(Date.now()) }).toString();
    const url = `http://127.0.0.1:${this.port}/api/v3/${path}?${query}&signature=${signHmac('demo', query)}`;
    const response = await fetch(url, { method, headers: { 'x-mbx-apikey': 'demo' } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answers ${response.status}: ${text}`);
    return shape.parse(JSON.parse(text));
  }

  async askPublic<T>(path: string, shape: z.ZodType<T>): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.port}/api/v3/${path}`);
    return shape.parse(await response.json());
  }

  async stop(): Promise<void> {
    if (!this.#child.hasEnded) await this.#child.stop();
  }
  async kill(): Promise<void> {
    if (!this.#child.hasEnded) await this.#child.kill();
  }

  async #control<T>(
    method: string,
    path: string,
    shape: z.ZodType<T>,
    body?: string,
    waitMsMax = 5_000,
  ): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.controlPort}${path}`, {
      method,
      signal: AbortSignal.timeout(waitMsMax),
      ...(body === undefined ? {} : { body }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return shape.parse(answer);
  }
}
