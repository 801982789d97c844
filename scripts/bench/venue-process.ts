// The venue of a benchmark, in a process of its own: market data from a tape, everything else from the simulated exchange.

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { type RunningExchange, startExchange } from '../../src/exchange/start-exchange.ts';
import { OrderScript } from './order-script.ts';
import { TapePlayer } from './player.ts';
import { benchSymbols, makeTape, type Tape } from './tape.ts';
import type { ToVenue, VenueSays, VenueSetup } from './words.ts';

/** One client at a time reads market data; a new one starts the tape from its beginning. */
class BenchVenue {
  readonly #tape: Tape;
  readonly #exchange: RunningExchange;
  readonly #wss = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  #socket: Duplex | undefined;
  #player: TapePlayer;
  #script: OrderScript | undefined;

  constructor(tape: Tape, exchange: RunningExchange) {
    this.#tape = tape;
    this.#exchange = exchange;
    this.#player = new TapePlayer(tape, Date.now);
  }

  listen(): Promise<number> {
    const server = createServer((asked, answer) => this.#answer(asked, answer));
    // Keep-alive must outlive a run, or a client pays for a new connection in the middle of it.
    server.keepAliveTimeout = 600_000;
    server.on('upgrade', (asked, socket, head) => this.#upgrade(asked, socket, head));
    return new Promise((done) => {
      server.listen(0, '127.0.0.1', () => {
        const { port } = addressOf(server.address());
        done(port);
      });
    });
  }

  async play(to: number): Promise<void> {
    if (this.#socket !== undefined) await this.#player.playTo(to, this.#socket);
  }

  async pace(to: number, perSecond: number): Promise<void> {
    if (this.#socket !== undefined) await this.#player.paceTo(to, perSecond, this.#socket);
  }

  /** Provokes orders one after another; returns how long each took to come, in us. */
  async provokeOrders(count: number): Promise<readonly number[]> {
    if (this.#socket === undefined) throw new Error('nobody listens');
    return (await this.#script?.run(count, this.#socket)) ?? [];
  }

  useScript(script: OrderScript): void {
    this.#script = script;
  }

  #upgrade(asked: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#wss.handleUpgrade(asked, socket, head, (ws) => {
      this.#player = new TapePlayer(this.#tape, Date.now);
      this.#socket = socket;
      const streams: string[] = [];
      ws.on('message', (data) => {
        const { id, method, params } = JSON.parse(String(data));
        if (method === 'SUBSCRIBE') streams.push(...params);
        ws.send(JSON.stringify({ result: method === 'LIST_SUBSCRIPTIONS' ? streams : null, id }));
      });
      ws.on('error', () => socket.destroy());
    });
  }

  #answer(asked: IncomingMessage, answer: ServerResponse): void {
    const url = new URL(asked.url ?? '/', 'http://venue');
    if (asked.method === 'POST' && url.pathname === '/api/v3/order') {
      this.#script?.onOrder(new Promise((done) => void answer.once('close', done)));
    }
    if (url.pathname === '/api/v3/depth') {
      const symbol = url.searchParams.get('symbol') ?? '';
      const body = this.#script?.snapshot ?? this.#tape.snapshots.get(symbol) ?? '{}';
      answer.setHeader('content-type', 'application/json').end(body);
      return;
    }
    const { method, url: path, headers } = asked;
    const onward = request(
      { host: '127.0.0.1', port: this.#exchange.port, method, path, headers },
      (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.headers);
        answered.pipe(answer);
      },
    );
    onward.on('error', () => answer.writeHead(502).end());
    asked.pipe(onward);
  }
}

async function main(): Promise<void> {
  const setup: VenueSetup = JSON.parse(process.argv[2] ?? '{}');
  const symbols = benchSymbols(setup.symbolsCount);
  const tape = makeTape(setup.seed, symbols, setup.framesCount);
  // Nobody else trades there: an order of ours finds an empty book and expires.
  const exchange = await startExchange({
    market: 'none',
    rules: symbols.map(({ rules }) => rules),
    rateLimits: { weightPerMinute: 1_000_000, ordersPer10Sec: 100_000, ordersPerDay: 1_000_000 },
  });
  const venue = new BenchVenue(tape, exchange);
  const first = symbols[0];
  if (setup.provokesOrders && first !== undefined) venue.useScript(new OrderScript(first));
  const say = (words: VenueSays): void => {
    process.send?.(words);
  };
  process.on('message', (heard: ToVenue) => void obey(venue, heard).then(say));
  process.on('disconnect', () => process.exit(0));
  const port = await venue.listen();
  const { counts, bytes } = tape;
  say({ type: 'listening', port, exchangePort: exchange.port, counts, bytes: bytes.length });
}

async function obey(venue: BenchVenue, heard: ToVenue): Promise<VenueSays> {
  switch (heard.type) {
    case 'play':
      await venue.play(heard.to);
      return { type: 'played' };
    case 'pace':
      await venue.pace(heard.to, heard.perSecond);
      return { type: 'played' };
    case 'provokeOrders':
      return { type: 'ordersCame', latenciesUs: await venue.provokeOrders(heard.count) };
  }
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address;
}

await main();
