import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import type { ExchangeCore } from '../../matching/exchange-core.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import type { ExchangeClock } from '../exchange-clock.ts';
import { toRecordedMessage } from './recorded-message.ts';
import { type RecordedFrame, readRecordings } from './recording-file.ts';
import type { RecordingSurvey } from './recording-survey.ts';
import type { StreamHub } from './stream-hub.ts';

/** A recording's pace: times life, or as fast as the clients read. */
export type PlaybackSpeed = number | 'max';

const BUFFERED_BYTES_MAX = 512 * 1024;
const FRAMES_PER_TURN = 64;
const NAP_MS_MAX = 50;

/**
 * Plays recorded frames: all times shifted by one constant to now, all else as it came. At full speed no
 * constant keeps them at now (an event minutes from now is one nobody may believe): there each frame is
 * shifted to the moment it is sent, and the venue's clock runs as ours does.
 */
export class RecordingPlayer {
  readonly #survey: RecordingSurvey;
  readonly #speed: PlaybackSpeed;
  readonly #core: ExchangeCore;
  readonly #hub: StreamHub;
  readonly #clock: ExchangeClock;
  readonly #tell: (happenings: readonly MarketHappening[]) => void;
  readonly #coreNowMs: () => number;
  #started: { readonly wallMs: number; readonly shiftMs: number } | undefined;
  /** Where playback stands, on the receiver's clock, and when it got there. */
  #at = { recordedMs: 0, wallMs: 0 };
  #position = 0;
  #done = false;
  #stopped = false;

  constructor(about: {
    readonly survey: RecordingSurvey;
    readonly speed: PlaybackSpeed;
    readonly core: ExchangeCore;
    readonly hub: StreamHub;
    readonly clock: ExchangeClock;
    readonly tell: (happenings: readonly MarketHappening[]) => void;
    readonly coreNowMs: () => number;
  }) {
    this.#survey = about.survey;
    this.#speed = about.speed;
    this.#core = about.core;
    this.#hub = about.hub;
    this.#clock = about.clock;
    this.#tell = about.tell;
    this.#coreNowMs = about.coreNowMs;
    // Until the first frame the venue's clock already runs ahead as it will later.
    about.clock.follow(() => this.#venueMs());
  }

  /** Frames sent of all, for `GET /truth`. */
  get progress(): {
    readonly position: number;
    readonly total: number;
    readonly started: boolean;
    readonly done: boolean;
  } {
    return {
      position: this.#position,
      total: this.#survey.frameCount,
      started: this.#started !== undefined,
      done: this.#done,
    };
  }

  stop(): void {
    this.#stopped = true;
  }

  /** The books of the recording, from before its first frame on: a client may ask before playback comes to them. */
  prime(): void {
    for (const snapshot of this.#survey.snapshots.values()) {
      this.#tell(this.#core.feedRecorded(snapshot, this.#coreNowMs()));
    }
  }

  /** Plays all frames; returns when the last one is sent or `stop` was called. */
  async play(): Promise<void> {
    const wallMs = this.#clock.wallMs();
    // Whole milliseconds, so that shifted times keep their digits.
    const shiftMs = Math.round(wallMs - this.#survey.firstAtMs);
    this.#started = { wallMs, shiftMs };
    this.#at = { recordedMs: this.#survey.firstAtMs, wallMs };
    for await (const line of readRecordings(this.#survey.files)) {
      if (line.type === 'snapshot') continue;
      await this.#waitFor(line.receivedAtMs);
      if (this.#stopped) return;
      this.#send(line, this.#speed === 'max' ? this.#shiftOf(line) : shiftMs);
    }
    this.#done = true;
  }

  #shiftOf(frame: RecordedFrame): number {
    return Math.round(this.#clock.wallMs() - frame.receivedAtMs);
  }

  async #waitFor(recordedMs: number): Promise<void> {
    if (this.#speed === 'max') {
      if (this.#position % FRAMES_PER_TURN === 0) await setImmediate();
      while (!this.#stopped && this.#hub.slowestBufferedBytes > BUFFERED_BYTES_MAX) await delay(1);
    } else {
      const startedWallMs = this.#started?.wallMs ?? 0;
      const dueMs = startedWallMs + (recordedMs - this.#survey.firstAtMs) / this.#speed;
      for (;;) {
        const leftMs = dueMs - this.#clock.wallMs();
        if (this.#stopped || leftMs <= 0) break;
        await delay(Math.min(NAP_MS_MAX, leftMs));
      }
    }
    this.#at = { recordedMs, wallMs: this.#clock.wallMs() };
  }

  #send(frame: RecordedFrame, shiftMs: number): void {
    // The core first: whoever asks for the book on seeing the frame must find it there.
    const message = toRecordedMessage(frame);
    if (message !== undefined) this.#tell(this.#core.feedRecorded(message, this.#coreNowMs()));
    this.#position += 1;
    this.#hub.publish(frame.stream, frame.symbol, shiftTimes(frame.data, shiftMs));
  }

  /** The venue's clock: the recorded moment, shifted, and as far ahead of the receiver as it was. */
  #venueMs(): number {
    const wallMs = this.#clock.wallMs();
    const offsetMs = this.#survey.clockOffsetMs;
    if (this.#started === undefined || this.#speed === 'max') return wallMs + offsetMs;
    const elapsedMs = wallMs - this.#at.wallMs;
    const playedMs = this.#done ? elapsedMs : elapsedMs * this.#speed;
    return this.#at.recordedMs + playedMs + this.#started.shiftMs + offsetMs;
  }
}

const EVENT_TIME = /"E":([0-9]{13})/;
const TRADE_TIME = /"T":([0-9]{13})/;

/** Moves event and trade times by `shiftMs`; every other digit stays as it came. Open and close of candles stay: shifted, they would leave their grid. */
export function shiftTimes(data: string, shiftMs: number): string {
  const shifted = data.replace(EVENT_TIME, (_, digits) => `"E":${Number(digits) + shiftMs}`);
  if (data.startsWith('{"e":"kline"')) return shifted;
  return shifted.replace(TRADE_TIME, (_, digits) => `"T":${Number(digits) + shiftMs}`);
}
