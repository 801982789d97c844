import type { ExchangeCore } from '../../matching/exchange-core.ts';
import { klineFrame } from '../../matching/wire/market-frames.ts';
import { CANDLE_INTERVALS } from '../operations/market-data.ts';

const NAME = /^(.+)@kline_([0-9]+[smhdw])$/;

/** Candles as streams: the open one every two seconds, and each closed one exactly once. */
export class KlineStreams {
  readonly #core: ExchangeCore;
  readonly #nowMs: () => number;
  readonly #publish: (stream: string, symbol: string, frame: string) => void;
  readonly #openAtMs = new Map<string, number>();
  #second = 0;

  constructor(
    core: ExchangeCore,
    nowMs: () => number,
    publish: (stream: string, symbol: string, frame: string) => void,
  ) {
    this.#core = core;
    this.#nowMs = nowMs;
    this.#publish = publish;
  }

  /** Called once a second with the streams somebody listens to. */
  everySecond(streams: Iterable<string>): void {
    this.#second += 1;
    const heard = new Set<string>();
    for (const stream of streams) {
      if (NAME.test(stream)) heard.add(stream);
    }
    for (const stream of this.#openAtMs.keys()) {
      if (!heard.has(stream)) this.#openAtMs.delete(stream);
    }
    for (const stream of heard) this.#tell(stream);
  }

  #tell(stream: string): void {
    const [, name = '', intervalText] = NAME.exec(stream) ?? [];
    const symbol = name.toUpperCase();
    const interval = CANDLE_INTERVALS.find((candidate) => candidate === intervalText);
    if (interval === undefined) return;
    const [before, open] = lastTwo(this.#core.candles({ symbol, interval, limit: 2 }) ?? []);
    if (open === undefined) return;
    const known = this.#openAtMs.get(stream);
    if (before !== undefined && known === before.openAtMs) {
      this.#publish(stream, symbol, klineFrame(symbol, interval, before, true, this.#nowMs()));
    }
    this.#openAtMs.set(stream, open.openAtMs);
    if (this.#second % 2 === 0 || interval === '1s') {
      this.#publish(stream, symbol, klineFrame(symbol, interval, open, false, this.#nowMs()));
    }
  }
}

function lastTwo<T>(rows: readonly T[]): readonly [T | undefined, T | undefined] {
  return [rows.at(-2), rows.at(-1)];
}
