import type { RawData, WebSocket } from 'ws';
import type { Subject } from '../faults/fault.ts';
import type { FaultBoard } from '../faults/fault-board.ts';

/** The venue's rules for a WS connection; tests make them short. */
export interface SocketRules {
  readonly pingIntervalMs: number;
  readonly pongDeadlineMs: number;
  /** Client messages per second, control frames included (on the WS API: these alone); one more and the connection ends. */
  readonly messagesPerSecMax: number;
  readonly ageMsMax: number;
  /** How long before the planned end `serverShutdown` is said. */
  readonly shutdownNoticeMs: number;
  readonly connectsPer5MinMax: number;
}

export const LIVE_SOCKET_RULES: SocketRules = {
  pingIntervalMs: 20_000,
  pongDeadlineMs: 60_000,
  messagesPerSecMax: 5,
  ageMsMax: 24 * 3_600_000,
  shutdownNoticeMs: 10 * 60_000,
  connectsPer5MinMax: 300,
};

// A reader this far behind will not catch up; the venue drops it rather than buffer for it.
const BUFFERED_BYTES_MAX = 256 * 1024 * 1024;

/** One WS connection with the venue's manners: pings, pong deadline, message limit, planned end. */
export class VenueSocket {
  readonly id: number;
  readonly channel: 'market' | 'wsApi';
  readonly #socket: WebSocket;
  readonly #rules: SocketRules;
  readonly #faults: FaultBoard;
  readonly #nowMs: () => number;
  readonly #timers: NodeJS.Timeout[] = [];
  #unansweredSinceMs: number | undefined;
  #second = 0;
  #messagesInSecond = 0;
  #isFrozen = false;
  #onText: (text: string) => void = () => undefined;
  #onClosed: () => void = () => undefined;
  #onShutdown: () => void = () => undefined;

  constructor(about: {
    readonly id: number;
    readonly channel: 'market' | 'wsApi';
    readonly socket: WebSocket;
    readonly rules: SocketRules;
    readonly faults: FaultBoard;
    readonly nowMs: () => number;
  }) {
    this.id = about.id;
    this.channel = about.channel;
    this.#socket = about.socket;
    this.#rules = about.rules;
    this.#faults = about.faults;
    this.#nowMs = about.nowMs;
    this.#listen();
    this.#startTimers();
  }

  /** Text frames of the client. Set once. */
  onText(listener: (text: string) => void): void {
    this.#onText = listener;
  }
  onClosed(listener: () => void): void {
    this.#onClosed = listener;
  }
  /** The planned end is near: the session says `serverShutdown` in its own dialect. */
  onShutdown(listener: () => void): void {
    this.#onShutdown = listener;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }
  /** Bytes that wait for the client to read. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** Sends `text` unless a fault has other plans for it. */
  send(text: string, subject: Subject): void {
    for (const frame of this.#faults.frames(text, subject)) {
      if (frame.delayMs === undefined || frame.delayMs <= 0) this.#sendNow(frame.text);
      else setTimeout(() => this.#sendNow(frame.text), frame.delayMs).unref();
    }
  }

  /** Ends the connection; without a code it is cut like a pulled cable. */
  close(code: number | undefined, reason = ''): void {
    if (code === undefined) this.#socket.terminate();
    else this.#socket.close(code, reason);
  }

  /** From now on nothing is read, sent or answered here: as if this end had gone without a word. */
  freeze(): void {
    this.#isFrozen = true;
    this.#socket.pause();
  }

  announceShutdown(): void {
    this.#onShutdown();
  }

  #sendNow(text: string): void {
    if (!this.isOpen || this.#isFrozen) return;
    this.#socket.send(text);
    if (this.#socket.bufferedAmount > BUFFERED_BYTES_MAX) this.#socket.terminate();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('message', (data: RawData, isBinary: boolean) => {
      // Orders over the WS API are limited by weight and order counts, not by frames.
      const isCounted = this.channel === 'market';
      if ((!isCounted || this.#countMessage()) && !isBinary) this.#onText(textOf(data));
    });
    socket.on('ping', (payload: Buffer) => {
      if (this.#countMessage() && !this.#isMute() && this.isOpen) socket.pong(payload);
    });
    socket.on('pong', () => {
      if (this.#countMessage()) this.#unansweredSinceMs = undefined;
    });
    // `ws` closes the socket by itself after an error; `close` follows and cleans up.
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      for (const timer of this.#timers) clearTimeout(timer);
      this.#onClosed();
    });
  }

  #startTimers(): void {
    const { pingIntervalMs, ageMsMax, shutdownNoticeMs } = this.#rules;
    this.#timers.push(setInterval(() => this.#ping(), pingIntervalMs));
    // Node's timers hold 24.8 days at most, far above the age of any connection here.
    this.#timers.push(setTimeout(() => this.close(1000, 'connection is too old'), ageMsMax));
    this.#timers.push(
      setTimeout(() => this.#onShutdown(), Math.max(0, ageMsMax - shutdownNoticeMs)),
    );
    for (const timer of this.#timers) timer.unref();
  }

  #ping(): void {
    if (!this.isOpen || this.#isFrozen) return;
    const nowMs = this.#nowMs();
    const since = this.#unansweredSinceMs;
    if (since !== undefined && nowMs - since >= this.#rules.pongDeadlineMs) {
      this.#socket.terminate();
      return;
    }
    if (this.#isMute()) return;
    this.#unansweredSinceMs ??= nowMs;
    this.#socket.ping(String(Math.floor(nowMs)));
  }

  #isMute(): boolean {
    return this.#faults.isMute({ channel: this.channel });
  }

  /** Control frames count too. False: that was one too many, the connection is closing. */
  #countMessage(): boolean {
    const second = Math.floor(this.#nowMs() / 1_000);
    this.#messagesInSecond = second === this.#second ? this.#messagesInSecond + 1 : 1;
    this.#second = second;
    if (this.#messagesInSecond <= this.#rules.messagesPerSecMax) return true;
    this.close(1008, 'Too many requests');
    return false;
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return data instanceof ArrayBuffer ? Buffer.from(data).toString('utf8') : data.toString('utf8');
}
