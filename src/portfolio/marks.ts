import { BoundedMap, type BoundedState, type CollectionSize } from '../domain/bounded.ts';
import type { Asset, Instrument, SymbolId, VenueId } from '../domain/instrument.ts';
import { type Amount, amount } from '../domain/units.ts';
import { type TickWorth, tickWorth, valueAt } from './price-scale.ts';

const MARKETS_MAX = 2_000;
const VENUES_MAX = 100;

/** The last best prices of one market. Changed in place: there is one per tick. */
export interface Market<Held> {
  instrument: Instrument;
  worth: TickWorth;
  /** 0: no price yet. */
  bidTicks: number;
  askTicks: number;
  pricedAtMs: number;
  /** What is held of it. */
  readonly held: Held[];
}

/** A value and whether the price behind it is fresh. */
export interface Valued {
  readonly value: Amount;
  readonly fresh: boolean;
}

/** `quoteUnits` of the instrument's quote are worth `accountUnits` of the account's quote. */
export interface Rate {
  readonly accountUnits: bigint;
  readonly quoteUnits: bigint;
}

interface MarketState {
  readonly instrument: Instrument;
  readonly bidTicks: number;
  readonly askTicks: number;
  readonly pricedAtMs: number;
}

/** Without what is held: whoever holds it puts it back. */
export interface MarksState {
  readonly markets: BoundedState<readonly [string, MarketState]>;
  /** Keys of markets, by the places of their instruments; `null`: no market there. */
  readonly byIndex: BoundedState<readonly [VenueId, readonly (string | null)[]]>;
}

/** Last prices of all markets, and what things are worth at them. */
export class Marks<Held> {
  readonly #quote: Asset;
  readonly #ageMsMax: number;
  readonly #markets = new BoundedMap<string, Market<Held>>(
    'portfolio.markets',
    MARKETS_MAX,
    'refuse',
  );
  /** Per venue by `Instrument.index`: a price finds its market without a text key. */
  readonly #byIndex = new BoundedMap<VenueId, (Market<Held> | undefined)[]>(
    'portfolio.venues',
    VENUES_MAX,
    'refuse',
  );

  constructor(quote: Asset, ageMsMax: number) {
    this.#quote = quote;
    this.#ageMsMax = ageMsMax;
  }

  /** Prices of this index belong to this instrument from now on; a new version forgets the last price. */
  use(instrument: Instrument): Market<Held> {
    const market = this.open(instrument);
    if (market.instrument !== instrument) {
      if (market.instrument.version !== instrument.version) market.bidTicks = market.askTicks = 0;
      market.instrument = instrument;
      market.worth = tickWorth(instrument);
    }
    const table = this.#byIndex.get(instrument.venue) ?? [];
    table[instrument.index] = market;
    this.#byIndex.set(instrument.venue, table);
    return market;
  }

  /** The market of an instrument; made without a price when it is new. */
  open(instrument: Instrument): Market<Held> {
    const key = keyOf(instrument.venue, instrument.symbol);
    const known = this.#markets.get(key);
    if (known !== undefined) return known;
    const worth = tickWorth(instrument);
    const market = { instrument, worth, bidTicks: 0, askTicks: 0, pricedAtMs: 0, held: [] };
    this.#markets.set(key, market);
    return market;
  }

  find(venue: VenueId, symbol: SymbolId): Market<Held> | undefined {
    return this.#markets.get(keyOf(venue, symbol));
  }

  findByIndex(venue: VenueId, index: number): Market<Held> | undefined {
    return this.#byIndex.get(venue)?.[index];
  }

  isFresh(market: Market<Held>, nowMs: number): boolean {
    return market.bidTicks > 0 && nowMs - market.pricedAtMs <= this.#ageMsMax;
  }

  /** An amount of any asset in the account's quote, at the best bid of their common market. `undefined`: never priced. */
  findValue(venue: VenueId, asset: string, value: bigint, nowMs: number): Valued | undefined {
    if (asset === this.#quote.name) return { value: amount(value), fresh: true };
    if (value === 0n) return { value: amount(0n), fresh: true };
    const market = this.find(venue, `${asset}/${this.#quote.name}`);
    if (market === undefined || market.bidTicks === 0) return undefined;
    const ticks = value > 0n ? market.bidTicks : market.askTicks;
    return { value: valueAt(market.worth, value, ticks), fresh: this.isFresh(market, nowMs) };
  }

  /** What the instrument's quote is worth, at the dearer side, so that exposure is never counted too low. */
  findRate(instrument: Instrument, nowMs: number): Rate | undefined {
    if (instrument.quote.name === this.#quote.name) return { accountUnits: 1n, quoteUnits: 1n };
    const market = this.find(instrument.venue, `${instrument.quote.name}/${this.#quote.name}`);
    if (market === undefined || !this.isFresh(market, nowMs)) return undefined;
    return {
      accountUnits: BigInt(market.askTicks) * market.worth.up,
      quoteUnits: market.worth.down,
    };
  }

  collections(): readonly CollectionSize[] {
    return [this.#markets, this.#byIndex];
  }

  save(): MarksState {
    const markets = this.#markets.saveEach(({ instrument, bidTicks, askTicks, pricedAtMs }) => ({
      instrument,
      bidTicks,
      askTicks,
      pricedAtMs,
    }));
    const byIndex = this.#byIndex.saveEach((table) =>
      Array.from(table, (market) =>
        market === undefined ? null : keyOf(market.instrument.venue, market.instrument.symbol),
      ),
    );
    return { markets, byIndex };
  }

  load({ markets, byIndex }: MarksState): void {
    this.#markets.loadEach(markets, (market) => ({
      ...market,
      worth: tickWorth(market.instrument),
      held: [],
    }));
    this.#byIndex.loadEach(byIndex, (keys) =>
      keys.map((key) => (key === null ? undefined : this.#markets.get(key))),
    );
  }
}

const keyOf = (venue: VenueId, symbol: SymbolId): string => `${venue}|${symbol}`;
