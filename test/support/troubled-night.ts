import type { Instrument } from '../../src/domain/instrument.ts';
import { Random } from '../../src/domain/random.ts';
import { type FrameKind, type GeneratedFrame, makeInstrument } from './frames.ts';
import { GeneratedNight } from './generated-night.ts';

const BTC = makeInstrument(0);
const ETH = makeInstrument(1, 'ETH/USDT');
const QUIET = makeInstrument(2, 'SOL/USDT');
const KINDS: readonly FrameKind[] = ['trade', 'top', 'depth'];
const SHUTDOWN = '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1723161253000}}';

/**
 * A night in which something else goes wrong every few seconds, drawn from a seed: lost, repeated,
 * late, impossible frames, sockets that die, never open or are never acknowledged, snapshots that
 * fail, clocks that jump. Two sockets, one quiet symbol.
 */
export class TroubledNight extends GeneratedNight {
  readonly #random: Random;
  readonly #troubles: readonly (() => void)[];
  /** Frames until the next checkpoint is taken; in the middle of a batch, between any two of them. */
  #framesUntilCut: number[] = [];

  constructor(seed: string) {
    super(seed, {
      instruments: [BTC, ETH, QUIET],
      changesMax: [3, 1, 0],
      limits: {
        streamsPerConnectionMax: 6,
        candleIntervalsMs: [1_000, 7_000],
        rotateAfterMs: 90_000,
        auditEveryMs: 15_000,
        bookRefreshEveryMs: 20_000,
        overlapMsMax: 5_000,
        connectCountMax: 12,
        bufferedDiffsMax: 60,
      },
    });
    this.#random = Random.fromSeed(seed);
    const { answerDepth } = this;
    this.#troubles = [
      () => this.#change(() => []),
      () => this.#changeOne((frame, kind) => (frame.kind === kind ? [] : [frame.text])),
      () => this.#changeSome((text) => (this.#random.chance(0.7) ? [text] : [])),
      () => this.#changeSome((text) => [text, text]),
      () => this.#changeSome((text) => [text.replace(/"E":(\d+)/, moveBy(5_000))]),
      () => this.#changeSome((text) => [text.replace(/"E":(\d+)/, moveBy(-4_000))]),
      () => this.#changeSome((text) => [text, '{"stream":"btcusdt@trade","data":{}}', '']),
      () => this.#changeSome((text) => [text.replace(/"([ba])":"(\d+)\./, '"$1":"1$2.')]),
      () => this.#delay(),
      () => this.closeSocket(this.open()[this.#random.below(this.open().length)]),
      () => this.deliver(SHUTDOWN),
      () => this.deliver('{"error":{"code":2,"msg":"Invalid request"},"id":2}'),
      () => {
        this.opens = false;
        this.closeSocket();
      },
      () => {
        this.acks = false;
        this.closeSocket();
      },
      () => {
        this.answerDepth = () => undefined;
        this.closeSocket();
      },
      () => {
        this.answerDepth = (instrument) =>
          this.#random.chance(0.5) ? answerDepth(instrument) : '{"lastUpdateId":1}';
      },
      () => this.stepClock(this.#random.chance(0.5) ? 40 : -3_600_000),
      () => this.serverTime(this.nowMs + this.#random.below(40), this.#random.below(80)),
      () => this.serverTime(this.nowMs - 4_000, this.#random.below(2_500)),
    ];
    this.#heal = () => {
      this.answerDepth = answerDepth;
      this.opens = true;
      this.acks = true;
      this.#change((frame) => [frame.text]);
    };
    this.#heal();
  }
  readonly #heal: () => void;

  /** Plays `steps` troubles, half of them healed soon, and takes a checkpoint at random frames. */
  play(steps: number, cuts: number): void {
    this.#framesUntilCut = Array.from({ length: cuts }, () => this.#random.below(steps * 250));
    this.start();
    for (let step = 0; step < steps; step++) {
      if (this.#random.chance(0.3)) this.cut();
      const trouble = this.#troubles[this.#random.below(this.#troubles.length)];
      trouble?.();
      this.live(100 * (1 + this.#random.below(60)));
      if (this.#random.chance(0.2)) this.waitMs(this.#random.below(15_000));
      if (this.#random.chance(0.6)) this.#heal();
      this.live(100 * this.#random.below(40));
    }
    this.stop();
  }

  #change(onTheWay: (frame: GeneratedFrame, instrument: Instrument) => readonly string[]): void {
    this.onTheWay = (frame, instrument) => {
      this.#framesUntilCut = this.#framesUntilCut.flatMap((left) => {
        if (left === 0) this.cut();
        return left === 0 ? [] : [left - 1];
      });
      return onTheWay(frame, instrument);
    };
  }

  /** Of one symbol and one of its streams. */
  #changeOne(change: (frame: GeneratedFrame, kind: FrameKind) => readonly string[]): void {
    const kind = KINDS[this.#random.below(KINDS.length)] ?? 'top';
    const chosen = this.#random.below(2);
    this.#change((frame, { index }) => (index === chosen ? change(frame, kind) : [frame.text]));
  }

  #changeSome(change: (text: string) => readonly string[]): void {
    this.#change(({ text }) => (this.#random.chance(0.2) ? change(text) : [text]));
  }

  /** Each frame comes as many frames late as were held back. */
  #delay(): void {
    const held: string[] = [];
    this.#change(({ text }) => {
      held.push(text);
      return held.length > 40 ? [held.shift() ?? ''] : [];
    });
  }
}

function moveBy(ms: number): (all: string, atMs: string) => string {
  return (_all, atMs) => `"E":${Number(atMs) + ms}`;
}
