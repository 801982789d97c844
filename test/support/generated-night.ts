import type { Instrument } from '../../src/domain/instrument.ts';
import type { FeedLimits } from '../../src/market/feed-limits.ts';
import { FeedNight } from './feed-night.ts';
import { FrameGenerator, type GeneratedFrame, makeInstrument } from './frames.ts';

export const NIGHT_STARTS_AT_MS = 1_723_161_253_000;

/** A feed on the generator's market. The venue works unless the test breaks something. */
export class GeneratedNight extends FeedNight {
  readonly markets: readonly FrameGenerator[];
  /** What becomes of a frame on its way: nothing, it, another, several. */
  onTheWay: (frame: GeneratedFrame, instrument: Instrument) => readonly (string | Uint8Array)[] = (
    frame,
  ) => [frame.text];

  constructor(
    seed: string,
    options: {
      readonly instruments?: readonly Instrument[];
      readonly limits?: Partial<FeedLimits>;
      /** By instrument; 3 is lively. */
      readonly changesMax?: readonly number[];
    } = {},
  ) {
    const instruments = options.instruments ?? [makeInstrument(0)];
    super(instruments, NIGHT_STARTS_AT_MS, options.limits);
    this.markets = instruments.map((instrument, i) => {
      const changesMax = options.changesMax?.[i] ?? 3;
      const startMs = NIGHT_STARTS_AT_MS;
      return new FrameGenerator(`${seed} ${i}`, instrument, { startMs, changesMax });
    });
    this.answerDepth = (instrument) =>
      this.markets[instruments.indexOf(instrument)]?.snapshotBody();
  }

  /** The market goes on for `ms`, with a tick every 100 ms. */
  live(ms: number): void {
    const endMs = this.nowMs + ms;
    while (this.nowMs < endMs) {
      for (const [i, market] of this.markets.entries()) {
        const instrument = this.feed.instruments[i];
        if (instrument === undefined) continue;
        for (const frame of market.run(100)) {
          for (const text of this.onTheWay(frame, instrument)) this.deliver(text);
        }
      }
      this.nowMs += 100;
      if ((this.nowMs - this.startedAtMs) % 20_000 === 0) this.ping();
      this.tick();
    }
  }

  /** Every open socket brings it. */
  deliver(text: string | Uint8Array): void {
    for (const socket of this.open()) this.frame(text, socket);
  }

  open(): readonly FeedNight['sockets'][number][] {
    return this.sockets.filter((socket) => !this.closed.includes(socket));
  }
}
