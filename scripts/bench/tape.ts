// The frames of a benchmark: made once from a seed, encoded as they go over the wire, the same bytes for everybody.

import { DEFAULT_SYMBOLS, type SymbolRules, symbolRules } from '../../src/matching/symbol-rules.ts';
import {
  FrameGenerator,
  type FrameKind,
  type GeneratedFrame,
  makeInstrument,
} from '../../test/support/frames.ts';

/** One market of the benchmark: what the venue says of it and how lively it is. */
export interface BenchSymbol {
  readonly rules: SymbolRules;
  readonly tickDecimals: number;
  readonly lotDecimals: number;
  readonly midTicks: number;
  readonly changesMax: number;
}

// The default symbols with their real grids; the first two carry most of the traffic, as on any day.
// biome-ignore format: a table
const SHAPES: Readonly<Record<string, Omit<BenchSymbol, 'rules'>>> = {
  BTCUSDT:  { tickDecimals: 2, lotDecimals: 5, midTicks: 6_183_700, changesMax: 11 },
  ETHUSDT:  { tickDecimals: 2, lotDecimals: 4, midTicks: 2_681_000, changesMax: 9 },
  SOLUSDT:  { tickDecimals: 2, lotDecimals: 3, midTicks:   152_000, changesMax: 1 },
  NKNUSDT:  { tickDecimals: 4, lotDecimals: 1, midTicks:    42_000, changesMax: 1 },
  RUNEUSDT: { tickDecimals: 3, lotDecimals: 1, midTicks:    53_000, changesMax: 1 },
};
const MADE_UP = { tickDecimals: 2, lotDecimals: 3, midTicks: 100_000, changesMax: 2 };

/** The default symbols, and made-up ones after them when more are wanted. */
export function benchSymbols(count: number): readonly BenchSymbol[] {
  const known = DEFAULT_SYMBOLS.slice(0, count).map((rules) => ({
    rules,
    ...(SHAPES[rules.symbol] ?? MADE_UP),
  }));
  const madeUp = Array.from({ length: Math.max(0, count - known.length) }, (_, i) => {
    const base = `COIN${String(i + 1).padStart(2, '0')}`;
    const rules = symbolRules({
      symbol: `${base}USDT`,
      base,
      quote: 'USDT',
      tick: '0.01',
      priceMax: '100000',
      lot: '0.001',
      quantityMax: '900000',
      marketQuantityMax: '20000',
      notionalMin: '5',
    });
    return { rules, ...MADE_UP };
  });
  return [...known, ...madeUp];
}

/** All frames of a run, ready for the socket. */
export interface Tape {
  readonly seed: string;
  /** WebSocket frames, one after another. */
  readonly bytes: Buffer;
  /** Where frame `i` begins; one more entry than frames. */
  readonly starts: Uint32Array;
  /** Where a 13-digit event time stands that the venue sets when the frame leaves. */
  readonly times: Uint32Array;
  readonly counts: Readonly<Record<FrameKind, number>>;
  /** Bodies of `/api/v3/depth` from before the first frame, by the venue's name of the symbol. */
  readonly snapshots: ReadonlyMap<string, string>;
}

const STEP_MS = 100;
// With it a busy symbol has, for each depth message of about 33 levels, 7 changes of the best bid or ask
// and 3 trades: what recordings of BTCUSDT show.
const TRADE_SHARE = 0.08;
/** The generator's clock: the venue writes the real one over it. */
const START_MS = 1_700_000_000_000;

/** Makes `framesCount` frames; the same seed and count give the same bytes. */
export function makeTape(seed: string, symbols: readonly BenchSymbol[], framesCount: number): Tape {
  const markets = symbols.map(({ rules, tickDecimals, lotDecimals, midTicks, changesMax }, i) => {
    const grid = { tickDecimals, lotDecimals };
    const instrument = makeInstrument(i, `${rules.base}/${rules.quote}`, grid);
    const options = { startMs: START_MS, mid: midTicks, changesMax, tradeShare: TRADE_SHARE };
    return new FrameGenerator(`${seed} ${rules.symbol}`, instrument, options);
  });
  const snapshots = new Map(
    symbols.map(({ rules }, i) => [rules.symbol, markets[i]?.snapshotBody() ?? '{}']),
  );
  const writer = new TapeWriter(framesCount);
  while (!writer.isFull) {
    const step = markets.flatMap((market) => market.run(STEP_MS));
    for (const frame of step.sort((a, b) => a.atMs - b.atMs)) writer.add(frame);
  }
  return { seed, snapshots, ...writer.finish() };
}

/** Encodes frame by frame: a million texts at once would need a gigabyte. */
class TapeWriter {
  readonly #counts: Record<FrameKind, number> = { trade: 0, top: 0, depth: 0 };
  readonly #chunks: Buffer[] = [];
  readonly #starts: Uint32Array;
  readonly #times: number[] = [];
  #count = 0;
  #at = 0;

  constructor(framesCount: number) {
    this.#starts = new Uint32Array(framesCount + 1);
  }

  get isFull(): boolean {
    return this.#count === this.#starts.length - 1;
  }

  add({ kind, text }: GeneratedFrame): void {
    if (this.isFull) return;
    this.#counts[kind] += 1;
    const frame = encodeText(text);
    const payloadAt = this.#at + frame.length - text.length;
    for (const found of text.matchAll(/"[ET]":(?=\d{13}\b)/g)) {
      this.#times.push(payloadAt + found.index + found[0].length);
    }
    this.#chunks.push(frame);
    this.#at += frame.length;
    this.#count += 1;
    this.#starts[this.#count] = this.#at;
  }

  finish(): Pick<Tape, 'bytes' | 'starts' | 'times' | 'counts'> {
    return {
      bytes: Buffer.concat(this.#chunks),
      starts: this.#starts,
      times: Uint32Array.from(this.#times),
      counts: this.#counts,
    };
  }
}

/** A whole text frame as a server sends it: not masked, not compressed. */
export function encodeText(text: string): Buffer {
  const { length } = text;
  if (length < 126) return Buffer.concat([Buffer.of(0x81, length), Buffer.from(text, 'latin1')]);
  if (length >= 65_536) throw new RangeError(`a frame of ${length} bytes is none of a benchmark's`);
  const header = Buffer.of(0x81, 126, length >> 8, length & 0xff);
  return Buffer.concat([header, Buffer.from(text, 'latin1')]);
}
