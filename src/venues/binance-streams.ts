import type { Instrument } from '../domain/instrument.ts';
import type { StreamKind } from '../domain/market.ts';

/** One stream: what it carries and whose. */
export interface BinanceStream {
  readonly name: string;
  readonly kind: StreamKind;
  readonly instrument: Instrument;
}

/** How a combined frame begins, and as much as the longest name of a stream needs. */
const BEGIN = /^\{"stream":"([^"]+)"/;
const BEGIN_BYTES = 80;

/** Names as the venue writes them: lower case symbol, `@`, content. */
const SUFFIXES: readonly (readonly [StreamKind, string])[] = [
  ['trade', '@trade'],
  ['top', '@bookTicker'],
  ['depth', '@depth@100ms'],
];

export function streamsOf(instrument: Instrument): readonly BinanceStream[] {
  const symbol = instrument.venueSymbol.toLowerCase();
  return SUFFIXES.map(([kind, suffix]) => ({ name: symbol + suffix, kind, instrument }));
}

/** All streams of a set of instruments, by name and by symbol. */
export class StreamTable {
  readonly streams: readonly BinanceStream[];
  readonly #byName: ReadonlyMap<string, BinanceStream>;
  readonly #bySymbol: ReadonlyMap<string, Instrument>;

  constructor(instruments: readonly Instrument[]) {
    this.streams = instruments.flatMap(streamsOf);
    this.#byName = new Map(this.streams.map((stream) => [stream.name, stream]));
    this.#bySymbol = new Map(instruments.map((one) => [one.venueSymbol, one]));
  }

  findStream(name: string): BinanceStream | undefined {
    return this.#byName.get(name);
  }
  /** Of a combined frame that begins as the venue writes them, however it goes on. */
  findStreamOf(frame: Uint8Array): BinanceStream | undefined {
    const begin = Buffer.from(frame.subarray(0, BEGIN_BYTES)).toString('latin1');
    const [, name = ''] = BEGIN.exec(begin) ?? [];
    return this.#byName.get(name);
  }
  findInstrument(venueSymbol: string): Instrument | undefined {
    return this.#bySymbol.get(venueSymbol);
  }
}
