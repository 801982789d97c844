/** First bytes of the frames of RFC 6455 that need no judge: final, no extension, a known kind. */
const WHOLE_TEXT = 0x81;
const WHOLE_BINARY = 0x82;
const PING = 0x89;
const PONG = 0x8a;
/** A message in pieces: how its first, its middle and its last frame begin. */
const FIRST_TEXT = 0x01;
const FIRST_BINARY = 0x02;
const MIDDLE = 0x00;
const LAST = 0x80;

/** The longest payload whose length stands in the second byte itself. */
const SHORT_BYTES_MAX = 125;
const LENGTH_IN_2_BYTES = 126;
const LENGTH_IN_8_BYTES = 127;
/** Two bytes, and eight more for a long payload. A masked frame has longer ones, and is not for us. */
const HEADER_BYTES_MAX = 10;
/** A message in more pieces is left to the library for good; it takes 16,384. */
const FRAGMENTS_MAX = 1_024;

/**
 * `plain`: a message of its own. `library`: in order, but for the library to answer or to assemble.
 * `strange`: the library has to judge, and nobody but it knows how to read on. `cut`: the chunk ends
 * within the header.
 */
type Verdict = 'plain' | 'library' | 'strange' | 'cut';

/** Gets bytes of the library's. */
type HandOver = (bytes: Uint8Array) => void;

export interface FrameSplitterSetup {
  /** The library's own limit of a message: one byte more is for it to refuse. */
  readonly frameBytesMax: number;
  /** Gets the payload of each plain frame, where it lies. */
  readonly deliver: (chunk: Uint8Array, from: number, to: number) => void;
}

/**
 * Reads what a WebSocket server sends, chunk by chunk: plain messages that lie whole in their chunk
 * are delivered at once, all other bytes are handed to the library that owns the socket, in order.
 * Nothing is kept back: at the end of a chunk the library has every byte that was not part of a
 * delivered frame, so that it can go on alone at any moment.
 */
export class FrameSplitter {
  readonly #frameBytesMax: number;
  readonly #deliver: FrameSplitterSetup['deliver'];
  #reader: 'splitter' | 'library' | 'nobody' = 'splitter';
  /** Bytes of the frame that the library has begun, still to come. */
  #owedBytes = 0;
  /** The beginning of a header that the last chunk cut; the library has it too. */
  #cutHeader: Uint8Array | undefined;
  /** Frames and bytes of the message in pieces that the library is assembling; no frames when there is none. */
  #fragmentsCount = 0;
  #fragmentsBytes = 0;
  /** What `#judge` found. */
  #headerBytes = 0;
  #payloadBytes = 0;

  constructor(setup: FrameSplitterSetup) {
    this.#frameBytesMax = setup.frameBytesMax;
    this.#deliver = setup.deliver;
  }

  get isStopped(): boolean {
    return this.#reader === 'nobody';
  }

  /** Nothing is delivered or handed on any more, not even the rest of the chunk being read. */
  stop(): void {
    this.#reader = 'nobody';
  }

  /** `handOver` takes what is the library's; whatever it or `deliver` throws ends the reading. */
  read(chunk: Uint8Array, handOver: HandOver): void {
    if (this.#reader === 'library') handOver(chunk);
    if (this.#reader !== 'splitter') return;
    let isRead = false;
    try {
      this.#split(chunk, handOver);
      isRead = true;
    } finally {
      // Where the next frame begins is not known any more, and what follows must not be taken for one.
      if (!isRead) this.stop();
    }
  }

  #split(chunk: Uint8Array, handOver: HandOver): void {
    const size = chunk.length;
    let at = this.#findFirstFrame(chunk);
    /** All before it is delivered or handed over; from here to `at` all is the library's. */
    let doneTo = 0;
    while (at < size) {
      const verdict = this.#judge(chunk, at);
      if (verdict === 'strange') this.#reader = 'library';
      if (verdict === 'cut') this.#cutHeader = new Uint8Array(chunk.subarray(at));
      if (verdict === 'strange' || verdict === 'cut') {
        at = size;
        break;
      }
      const payloadAt = at + this.#headerBytes;
      const end = payloadAt + this.#payloadBytes;
      if (verdict === 'plain' && end <= size) {
        if (doneTo < at) handOver(chunk.subarray(doneTo, at));
        if (this.isStopped) return;
        this.#deliver(chunk, payloadAt, end);
        if (this.isStopped) return;
        doneTo = end;
      }
      at = end;
    }
    this.#owedBytes = at - size;
    if (doneTo < size) handOver(doneTo === 0 ? chunk : chunk.subarray(doneTo));
  }

  /** Where the first frame of this chunk begins; all before it belongs to one that the library has begun. */
  #findFirstFrame(chunk: Uint8Array): number {
    const cut = this.#cutHeader;
    if (cut === undefined) return this.#owedBytes;
    const header = joined(cut, chunk.subarray(0, HEADER_BYTES_MAX - cut.length));
    const verdict = this.#judge(header, 0);
    this.#cutHeader = verdict === 'cut' ? header : undefined;
    if (verdict === 'strange') this.#reader = 'library';
    if (verdict === 'strange' || verdict === 'cut') return chunk.length;
    return this.#headerBytes + this.#payloadBytes - cut.length;
  }

  /** Reads the header at `at`. Call it once for each whole header: it counts the pieces of a message. */
  #judge(bytes: Uint8Array, at: number): Verdict {
    const left = bytes.length - at;
    if (left < 2) return 'cut';
    const first = byteAt(bytes, at);
    const second = byteAt(bytes, at + 1);
    let headerBytes = 2;
    let payloadBytes = second;
    if (second > SHORT_BYTES_MAX) {
      if (second > LENGTH_IN_8_BYTES) return 'strange'; // a server must not mask
      headerBytes = second === LENGTH_IN_2_BYTES ? 4 : 10;
      if (left < headerBytes) return 'cut';
      payloadBytes =
        second === LENGTH_IN_2_BYTES ? uint16At(bytes, at + 2) : uint64At(bytes, at + 2);
      // Not the shortest spelling of this length.
      if (payloadBytes <= (second === LENGTH_IN_2_BYTES ? SHORT_BYTES_MAX : 0xffff)) {
        return 'strange';
      }
    }
    this.#headerBytes = headerBytes;
    this.#payloadBytes = payloadBytes;
    if (first !== WHOLE_TEXT && first !== WHOLE_BINARY) {
      return this.#judgeOther(first, payloadBytes);
    }
    const isInOrder = this.#fragmentsCount === 0 && payloadBytes <= this.#frameBytesMax;
    return isInOrder ? 'plain' : 'strange';
  }

  #judgeOther(first: number, payloadBytes: number): Verdict {
    if (first === PING || first === PONG) {
      return payloadBytes <= SHORT_BYTES_MAX ? 'library' : 'strange';
    }
    const isFirst = first === FIRST_TEXT || first === FIRST_BINARY;
    const isFurther = first === MIDDLE || first === LAST;
    const isAwaited = this.#fragmentsCount === 0 ? isFirst : isFurther;
    // A goodbye is among the rest: what comes after it is the library's business.
    if (!isAwaited) return 'strange';
    this.#fragmentsCount += 1;
    this.#fragmentsBytes += payloadBytes;
    const isTooMuch =
      this.#fragmentsBytes > this.#frameBytesMax || this.#fragmentsCount > FRAGMENTS_MAX;
    if (isTooMuch) return 'strange';
    if (first === LAST) {
      this.#fragmentsCount = 0;
      this.#fragmentsBytes = 0;
    }
    return 'library';
  }
}

/** A byte that is there: whoever asks has looked at the length. */
function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function uint16At(bytes: Uint8Array, at: number): number {
  return byteAt(bytes, at) * 0x100 + byteAt(bytes, at + 1);
}

/** Exact up to 2^53; above, rounded, which is too long all the same. */
function uint64At(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let place = at; place < at + 8; place++) value = value * 0x100 + byteAt(bytes, place);
  return value;
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
