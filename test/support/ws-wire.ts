import { createHash } from 'node:crypto';
import { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { FrameSplitter } from '../../src/live/frame-splitter.ts';
import { readAhead } from '../../src/live/read-ahead.ts';

/** A frame as a server may write it, right or wrong. */
export interface WireFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;
  /** Default true. */
  readonly fin?: boolean;
  /** RSV1 to RSV3 as they stand in the first byte, 0x10 to 0x70. Default 0. */
  readonly rsv?: number;
  readonly masked?: boolean;
  /** Bytes of the length field: 0, 2 or 8. Default the shortest that holds it. */
  readonly lengthBytes?: 0 | 2 | 8;
}

export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export function encodeFrame(frame: WireFrame): Buffer {
  const { opcode, payload, fin = true, rsv = 0, masked = false } = frame;
  const { length } = payload;
  const shortest = length <= 125 ? 0 : length <= 0xffff ? 2 : 8;
  const lengthBytes = Math.max(shortest, frame.lengthBytes ?? 0);
  const head = Buffer.alloc(2 + lengthBytes);
  head[0] = (fin ? 0x80 : 0) | rsv | opcode;
  head[1] = (masked ? 0x80 : 0) | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) head.writeUInt16BE(length, 2);
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(length), 2);
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), payload]);
}

export function text(words: string): Buffer {
  return encodeFrame({ opcode: TEXT, payload: Buffer.from(words) });
}

/** What a server answers to this request for an upgrade. */
export function acceptUpgrade(request: string): string {
  const key = /sec-websocket-key: *(\S+)/i.exec(request)?.[1] ?? '';
  const accept = createHash('sha1')
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

/** The server's end in memory: what the client reads in one piece is decided by the test. */
class Wire extends Duplex {
  /** What the client wrote after its request. */
  readonly written: Buffer[] = [];
  readonly #withAnswer: Uint8Array;
  #isUpgraded = false;

  constructor(withAnswer: Uint8Array) {
    super();
    this.#withAnswer = withAnswer;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.#isUpgraded) this.written.push(chunk);
    else this.push(Buffer.concat([Buffer.from(acceptUpgrade(chunk.toString())), this.#withAnswer]));
    this.#isUpgraded = true;
    done();
  }
}

export interface WireNight {
  readonly chunks: readonly Uint8Array[];
  /** Bytes that come with the answer to the upgrade. */
  readonly withAnswer?: Uint8Array;
  readonly frameBytesMax: number;
  /** `library`: `ws` as it is. `split`: with our reader before it. */
  readonly reader: 'library' | 'split';
  /** Hears each message; what it throws, the wire's pusher gets. */
  readonly onMessage?: (bytes: Uint8Array, splitter: FrameSplitter) => void;
}

export interface WireStory {
  /** Messages, pings, pongs, errors and the close, in order. */
  readonly heard: readonly string[];
  /** What the client sent: pongs and goodbyes, in hex. */
  readonly sent: string;
  /** How many messages the splitter delivered by itself, and bytes it handed to the library. */
  readonly deliveredCount: number;
  readonly handedBytes: number;
  /** What came out of the push of a chunk. */
  readonly thrown: readonly string[];
  /** Who still listened for data when all was played: nobody, once `ws` has stopped reading. */
  readonly listenersLeft: number;
}

/** Plays chunks to a real `ws` client, each in a turn of its own, then ends the connection. */
export async function playWire(night: WireNight): Promise<WireStory> {
  const heard: string[] = [];
  const thrown: string[] = [];
  let deliveredCount = 0;
  let handedBytes = 0;
  const wire = new Wire(night.withAnswer ?? Buffer.alloc(0));
  const onMessage = (bytes: Uint8Array): void => {
    heard.push(`message ${bytes.length} ${createHash('sha1').update(bytes).digest('hex')}`);
    night.onMessage?.(bytes, splitter);
  };
  const splitter = new FrameSplitter({
    frameBytesMax: night.frameBytesMax,
    deliver: (chunk, from, to) => {
      deliveredCount += 1;
      onMessage(chunk.subarray(from, to));
    },
  });
  const client = new WebSocket('ws://127.0.0.1/', {
    createConnection: () => wire as never,
    generateMask: (mask) => void mask.fill(0),
    perMessageDeflate: false,
    skipUTF8Validation: true,
    maxPayload: night.frameBytesMax,
  });
  client.on('message', (data) => onMessage(Buffer.from(data as Buffer)));
  client.on('ping', (data) => heard.push(`ping ${data.toString('hex')}`));
  client.on('pong', (data) => heard.push(`pong ${data.toString('hex')}`));
  client.on('error', (error) => heard.push(`error ${error.message}`));
  client.on('close', (code, reason) => heard.push(`close ${code} ${reason.toString('hex')}`));
  await new Promise<void>((resolve) => {
    client.on('open', () => {
      if (night.reader === 'split') {
        const isReading = readAhead(wire, (chunk, handOver) =>
          splitter.read(chunk, (bytes) => {
            handedBytes += bytes.length;
            handOver(bytes);
          }),
        );
        if (!isReading) throw new Error('the listener of ws was not found');
      }
      resolve();
    });
  });
  for (const chunk of night.chunks) {
    await turn();
    try {
      if (!wire.destroyed) wire.push(chunk);
    } catch (error) {
      thrown.push(String(error));
    }
  }
  await turn();
  const listenersLeft = wire.listenerCount('data');
  if (!wire.destroyed) wire.push(null);
  // A client that still waits for a goodbye would wait for half a minute; one that threw, for ever.
  await turn();
  wire.destroy();
  for (let turns = 0; turns < 10; turns++) await turn();
  const sent = Buffer.concat(wire.written).toString('hex');
  return { heard, sent, deliveredCount, handedBytes, thrown, listenersLeft };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
