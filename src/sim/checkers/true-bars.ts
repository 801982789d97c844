import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent } from '../../domain/event.ts';
import type { ConnectionId } from '../../domain/ids.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { CandleBuilderState } from '../../market/candle-builder.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { stepsOf } from './grid-steps.ts';
import { type HeardTrade, readTradeFrame } from './trade-frames.ts';

const TRADE = '@trade';
/** More than a market has in the longest bar; half of them go when twice as many are there. */
const TRADES_KEPT = 4_000;

type MadeTrade = Pick<HeardTrade, 'id' | 'tradedAtMs'>;

/**
 * Averages live on bars. A bar that runs and is called whole is what the trades heard make of it, told again from
 * the frames, and up to the last of them it lacks none that the venue made. Looked at each second.
 */
class TrueBars implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  /** By the venue's spelling of the symbol, of the life that runs, each id once, by id. */
  readonly #trades = new Map<string, HeardTrade[]>();
  /** Sockets that the daemon has said goodbye to. */
  readonly #left = new Set<ConnectionId>();
  /** What the venue made, by the same name. */
  readonly #made = new Map<string, MadeTrade[]>();

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('bars.true', night);
  }

  onLifeBegan(): void {
    this.#trades.clear();
    this.#left.clear();
  }

  onEffect(effect: Effect): void {
    if (effect.type === 'closeSocket') this.#left.add(effect.connection);
  }

  onFrameMade(stream: string, data: string): void {
    if (!stream.endsWith(TRADE)) return;
    const symbol = stream.slice(0, -TRADE.length).toUpperCase();
    const { t: id, T: tradedAtMs }: { readonly t: number; readonly T: number } = JSON.parse(data);
    const known = this.#made.get(symbol);
    if (known === undefined) this.#made.set(symbol, [{ id, tradedAtMs }]);
    else if (known.push({ id, tradedAtMs }) >= 2 * TRADES_KEPT) known.splice(0, TRADES_KEPT);
  }

  onEvent(event: DeskEvent): void {
    if (event.type !== 'frameReceived' || this.#left.has(event.connection)) return;
    const trade = readTradeFrame(event);
    if (trade === undefined) return;
    const known = this.#trades.get(trade.symbol);
    if (known === undefined) this.#trades.set(trade.symbol, [trade]);
    else insert(known, trade);
  }

  onSecond(): void {
    for (const { feed, instruments } of this.#night.daemon.life?.desk.venues ?? []) {
      for (const instrument of instruments) {
        for (const bar of feed.runningBars(instrument.index)) this.#compare(instrument, bar);
      }
    }
  }

  #compare(instrument: Instrument, bar: CandleBuilderState): void {
    // Without a trade it repeats the close before it.
    if (bar.close === null || bar.tainted || bar.tradeCount === 0) return;
    const trades = this.#trades.get(instrument.venueSymbol) ?? [];
    const first = trades.findIndex(({ tradedAtMs }) => tradedAtMs >= bar.openAtMs);
    // What came before it is not known any more.
    if (first === 0 && trades.length >= TRADES_KEPT) return;
    const inside = first < 0 ? [] : trades.slice(first, first + bar.tradeCount);
    const found = [bar.open, bar.high, bar.low, bar.close, bar.volume, bar.tradeCount].join(' ');
    const made = makeBar(inside, instrument);
    const name = `the bar of ${instrument.symbol} from ${new Date(bar.openAtMs).toISOString()}`;
    this.tally.check(
      found === made,
      () => `${name}: ${found} in ticks and lots, its trades make ${made}`,
    );
    const lastId = inside.at(-1)?.id ?? 0;
    const all = this.#made.get(instrument.venueSymbol) ?? [];
    const missing = all.find(
      ({ id, tradedAtMs }) =>
        id < lastId && tradedAtMs >= bar.openAtMs && !inside.some((trade) => trade.id === id),
    );
    this.tally.check(
      missing === undefined,
      () => `${name} is called whole, and trade ${missing?.id} of it was not heard`,
    );
  }
}

/** As they come; what was heard twice counts as it came first. */
function insert(trades: HeardTrade[], trade: HeardTrade): void {
  let at = trades.length;
  while (at > 0 && (trades[at - 1]?.id ?? 0) > trade.id) at -= 1;
  if (trades[at - 1]?.id === trade.id) return;
  trades.splice(at, 0, trade);
  if (trades.length >= 2 * TRADES_KEPT) trades.splice(0, TRADES_KEPT);
}

/** Open, high, low, close, volume and how many they are. */
function makeBar(trades: readonly HeardTrade[], instrument: Instrument): string {
  const steps = stepsOf(instrument);
  const ticks = trades.map(({ price }) => steps.ticks(price));
  const lots = trades.map(({ quantity }) => steps.lots(quantity));
  const volume = lots.reduce((sum, each) => sum + each, 0);
  const extremes = [Math.max(...ticks), Math.min(...ticks)];
  return [ticks[0], ...extremes, ticks.at(-1), volume, trades.length].join(' ');
}

export const trueBars: CheckerKind = {
  id: 'bars.true',
  claim:
    'a bar that is called whole is what the trades heard make of it, and none of its trades is missing',
  make: (night) => new TrueBars(night),
};
