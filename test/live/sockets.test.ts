import { channel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { bytesOf, type DeskEvent } from '../../src/domain/event.ts';
import { connectionId } from '../../src/domain/ids.ts';
import { FrameSplitter } from '../../src/live/frame-splitter.ts';
import { readAhead } from '../../src/live/read-ahead.ts';
import { Sockets } from '../../src/live/sockets.ts';
import { wallClockMs } from '../../src/live/wall-clock.ts';
import { RawWsServer } from '../support/raw-ws-server.ts';
import { CLOSE, CONTINUATION, encodeFrame, PING, TEXT, text } from '../support/ws-wire.ts';

const CONNECTION = connectionId('binance/market/1');
const FRAME_BYTES_MAX = 100_000;
const GOODBYE = encodeFrame({ opcode: CLOSE, payload: Buffer.from([3, 232]) });

/** One of our sockets, connected to a server that writes what the test says. */
class Line {
  readonly heard: DeskEvent[] = [];
  readonly sockets: Sockets;
  readonly server: RawWsServer;
  /** Called with each event, inside the delivery. */
  onEvent: (event: DeskEvent) => void = () => undefined;
  #wake: () => void = () => undefined;

  private constructor(server: RawWsServer) {
    this.server = server;
    this.sockets = new Sockets(
      { handshakeTimeoutMs: 5_000, frameBytesMax: FRAME_BYTES_MAX },
      (event) => {
        this.heard.push(event);
        this.onEvent(event);
        this.#wake();
      },
    );
  }

  static async open(): Promise<Line> {
    const line = new Line(await RawWsServer.start());
    line.sockets.open(CONNECTION, `ws://127.0.0.1:${line.server.port}/stream`);
    await line.until('socketOpened');
    return line;
  }

  async write(...bytes: Uint8Array[]): Promise<void> {
    const socket = await this.server.upgraded;
    await new Promise<void>((resolve) => socket.write(Buffer.concat(bytes), () => resolve()));
  }

  async until(type: DeskEvent['type'], count = 1): Promise<void> {
    while (this.heard.filter((event) => event.type === type).length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** What was heard, one word or text each. */
  story(): string[] {
    return this.heard.map((event) => {
      if (event.type === 'frameReceived')
        return Buffer.from(bytesOf(event)).toString().slice(0, 20);
      return event.type === 'socketClosed' ? `closed ${event.code} ${event.cause}` : event.type;
    });
  }
}

const lines: Line[] = [];
async function openLine(): Promise<Line> {
  const line = await Line.open();
  lines.push(line);
  return line;
}

afterEach(async () => {
  for (const { sockets, server } of lines.splice(0)) {
    sockets.dropAll();
    await server.stop();
  }
});

/** Everything a venue does in a day, and a frame larger than one read. */
async function playDay(line: Line): Promise<void> {
  const large = Buffer.from(`large${'.'.repeat(80_000)}`);
  const piece = (opcode: number, words: string, fin: boolean) =>
    encodeFrame({ opcode, payload: Buffer.from(words), fin });
  const cut = text('cut in two');
  await line.write(
    text('first'),
    encodeFrame({ opcode: PING, payload: Buffer.from('still there?') }),
    text('second'),
    piece(TEXT, 'in ', false),
    piece(CONTINUATION, 'pieces', true),
    encodeFrame({ opcode: TEXT, payload: large }),
    cut.subarray(0, 7),
  );
  await line.until('frameReceived', 4);
  await line.write(cut.subarray(7), text('last'), GOODBYE, text('too late'));
  await line.until('socketClosed');
  expect(line.story()).toEqual([
    'socketOpened',
    'first',
    'pingReceived',
    'second',
    'in pieces',
    'large...............',
    'cut in two',
    'last',
    'closed 1000 ',
  ]);
  const bytes = line.heard.map((event) =>
    event.type === 'frameReceived' ? bytesOf(event).length : 0,
  );
  expect(line.sockets.bytesReceived).toBe(bytes.reduce((sum, one) => sum + one, 0));
  expect(line.sockets.openCount).toBe(0);
}

describe('a day on one socket', () => {
  test('frames, a ping, pieces, a cut frame and the goodbye are heard once each, in order', async () => {
    const line = await openLine();
    const answers: Buffer[] = [];
    (await line.server.upgraded).on('data', (bytes) => void answers.push(bytes));
    await playDay(line);
    // A pong and our own goodbye: masked, so only their kinds can be read at a glance.
    const sent = Buffer.concat(answers);
    expect([sent[0], sent[2 + 4 + 'still there?'.length]]).toEqual([0x8a, 0x88]);
  });

  // A tracer, or another version of the library: we must not stand where we do not know who else does.
  test('with a second listener on the socket the library reads alone, and all is heard the same', async () => {
    const seen: Buffer[] = [];
    let stream: Socket | undefined;
    const listen = (message: unknown): void => {
      if (typeof message !== 'object' || message === null || !('socket' in message)) return;
      stream = message.socket as Socket;
      stream.on('data', (bytes) => void seen.push(bytes));
    };
    channel('net.client.socket').subscribe(listen);
    const line = await openLine();
    channel('net.client.socket').unsubscribe(listen);
    // A wrapper of ours would show here and not there.
    expect(stream?.listenerCount('data')).toBe(2);
    expect(stream?.rawListeners('data')).toEqual(stream?.listeners('data'));
    await playDay(line);
    expect(Buffer.concat(seen).toString('latin1')).toContain('too late');
  });

  test('a frame over the limit ends the socket with 1009; what came before it was heard', async () => {
    const line = await openLine();
    const large = Buffer.alloc(FRAME_BYTES_MAX + 1, '.');
    await line.write(text('before'), encodeFrame({ opcode: TEXT, payload: large }), text('after'));
    (await line.server.upgraded).end();
    await line.until('socketClosed');
    expect(line.story()).toEqual([
      'socketOpened',
      'before',
      'closed 1009 Max payload size exceeded',
    ]);
  });

  test('a connection that breaks within a frame is closed with 1006, and the half is not heard', async () => {
    const line = await openLine();
    await line.write(text('whole'), text('half').subarray(0, 4));
    await line.until('frameReceived');
    (await line.server.upgraded).destroy();
    await line.until('socketClosed');
    expect(line.story()).toEqual(['socketOpened', 'whole', 'closed 1006 ']);
  });
});

describe('a frame that makes us close its socket', () => {
  const words = (event: DeskEvent): string =>
    event.type === 'frameReceived' ? Buffer.from(bytesOf(event)).toString() : '';

  test('dropped: nothing of the rest of the chunk is heard, whoever reads it', async () => {
    const cut = text('cut');
    const pieces = [
      encodeFrame({ opcode: TEXT, payload: cut, fin: false }),
      encodeFrame({ opcode: CONTINUATION, payload: cut }),
    ];
    const ping = encodeFrame({ opcode: PING, payload: cut });
    for (const rest of [[text('d'), text('e')], [ping], pieces]) {
      const line = await openLine();
      line.onEvent = (event) => {
        if (words(event) === 'cut') line.sockets.close(CONNECTION, 'terminate');
      };
      await line.write(text('a'), cut.subarray(0, 3));
      await line.until('frameReceived');
      // The cut frame comes by way of the library, the rest does not.
      await line.write(cut.subarray(3), ...rest);
      await line.until('socketClosed');
      expect(line.story()).toEqual(['socketOpened', 'a', 'cut', 'closed 1006 ']);
    }
  });

  // A report of an order may be on its way while the account's socket is rotated out.
  test('closed with a goodbye: all that the venue sends before its own is heard', async () => {
    const line = await openLine();
    line.onEvent = (event) => {
      if (words(event) === 'b') line.sockets.close(CONNECTION, 'close');
    };
    await line.write(text('a'), text('b'), text('c'));
    await line.until('frameReceived', 3);
    await line.write(text('d'), GOODBYE);
    await line.until('socketClosed');
    expect(line.story()).toEqual(['socketOpened', 'a', 'b', 'c', 'd', 'closed 1000 ']);
  });

  test('the end of the process, told within a frame, is the last that is heard', async () => {
    const line = await openLine();
    const cause = new Promise<void>((resolve) => {
      line.onEvent = (event) => {
        if (words(event) !== 'b') return;
        line.sockets.dropAll();
        resolve();
      };
    });
    await line.write(text('a'), text('b'), text('c'));
    await cause;
    const socket = await line.server.upgraded;
    if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
    expect(line.story()).toEqual(['socketOpened', 'a', 'b']);
  });
});

describe('when a frame came', () => {
  test('frames of one chunk came at one moment', async () => {
    const line = await openLine();
    await line.write(text('a'), text('b'), text('c'));
    await line.until('frameReceived', 3);
    const stamps = line.heard.slice(1).map((event) => event.atMs);
    expect(new Set(stamps).size).toBe(1);
    expect(stamps[0]).toBeGreaterThan(line.heard[0]?.atMs ?? Number.POSITIVE_INFINITY);
  });

  // A commit within a chunk is stamped later than the chunk; the core's time must not step back after it.
  test('a frame is never older than what the core was told before it', async () => {
    const line = await openLine();
    let lastMs = 0;
    const steps: number[] = [];
    line.onEvent = (event) => {
      steps.push(event.atMs - lastMs);
      lastMs = event.atMs;
      if (event.type !== 'frameReceived') return;
      const toldMs = wallClockMs();
      while (wallClockMs() === toldMs);
      lastMs = wallClockMs();
    };
    const ping = encodeFrame({ opcode: PING, payload: Buffer.alloc(0) });
    await line.write(text('a'), text('b'), ping, text('c'), GOODBYE);
    await line.until('socketClosed');
    expect(steps).toHaveLength(5);
    for (const step of steps) expect(step).toBeGreaterThanOrEqual(0);
  });
});

// Keys agreed beforehand: TLS without a certificate.
test('over TLS the frames are ours and the rest is the library’s, as without', async () => {
  const ciphers = 'PSK-AES128-GCM-SHA256';
  const maxVersion = 'TLSv1.2';
  const psk = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const server = await RawWsServer.start({ ciphers, maxVersion, pskCallback: () => psk });
  const heard: string[] = [];
  let ours = 0;
  const client = new WebSocket(`wss://127.0.0.1:${server.port}/`, {
    ciphers,
    maxVersion,
    perMessageDeflate: false,
    rejectUnauthorized: false,
    ...{ pskCallback: () => ({ psk, identity: 'night' }) },
  });
  const splitter = new FrameSplitter({
    frameBytesMax: FRAME_BYTES_MAX,
    deliver: (chunk, from, to) => {
      ours += 1;
      heard.push(Buffer.from(chunk.subarray(from, to)).toString());
    },
  });
  let stream: Socket | undefined;
  client.on('upgrade', (response) => {
    stream = response.socket;
  });
  client.on('open', () => {
    if (stream === undefined) throw new Error('no socket with the upgrade');
    readAhead(stream, (chunk, handOver) => splitter.read(chunk, handOver));
  });
  client.on('message', (data) => heard.push(String(data)));
  client.on('ping', () => heard.push('ping'));
  const closed = new Promise((resolve) => client.once('close', resolve));
  const ping = encodeFrame({ opcode: PING, payload: Buffer.alloc(0) });
  const socket = await server.upgraded;
  const many = Array.from({ length: 500 }, (_, at) => `frame ${at} ${'.'.repeat(at)}`);
  socket.write(Buffer.concat([text('a'), ping, ...many.map(text), GOODBYE, text('too late')]));
  await closed;
  await server.stop();
  expect(heard).toEqual(['a', 'ping', ...many]);
  expect(ours).toBeGreaterThan(400);
});
