/** What anybody may ask of the market: trades, candles, averages, the symbols themselves. */
import type { CandleInterval, CandleView, DayView } from './candle-view.ts';
import type { ListWindow } from './exchange-core.ts';
import type { AggregateTradeView, TradeView } from './happening.ts';
import type { House } from './house.ts';
import { cut } from './order-archive.ts';
import type { E8 } from './scale.ts';
import type { SymbolRules } from './symbol-rules.ts';
import { AVERAGE_MINS } from './tape.ts';

/** The half of the exchange's door that changes nothing. */
export class MarketViews {
  protected readonly house: House;

  constructor(house: House) {
    this.house = house;
  }

  symbols(): readonly SymbolRules[] {
    return [...this.house.engines()].map((engine) => engine.rules);
  }

  symbol(name: string): SymbolRules | undefined {
    return this.house.engine(name)?.rules;
  }

  trades(window: ListWindow): readonly TradeView[] | undefined {
    const tape = this.house.engine(window.symbol)?.tape;
    return (
      tape && cut([...tape.trades], window, { id: (row) => row.tradeId, atMs: (row) => row.atMs })
    );
  }

  aggregateTrades(window: ListWindow): readonly AggregateTradeView[] | undefined {
    const tape = this.house.engine(window.symbol)?.tape;
    return (
      tape &&
      cut([...tape.aggregates], window, {
        id: (row) => row.aggregateId,
        atMs: (row) => row.atMs,
      })
    );
  }

  candles(
    window: ListWindow & { readonly interval: CandleInterval },
  ): readonly CandleView[] | undefined {
    const tape = this.house.engine(window.symbol)?.tape;
    if (tape === undefined) return undefined;
    tape.roll(this.house.nowMs);
    return cut(tape.candles.views(window.interval), window, {
      id: (row) => row.openAtMs,
      atMs: (row) => row.openAtMs,
    });
  }

  averagePrice(
    symbol: string,
  ): { readonly mins: number; readonly price: E8; readonly closeAtMs: number } | undefined {
    const tape = this.house.engine(symbol)?.tape;
    const price = tape?.averagePrice();
    if (tape === undefined || price === undefined) return undefined;
    return { mins: AVERAGE_MINS, price, closeAtMs: tape.lastAtMs };
  }

  day(symbol: string): DayView | undefined {
    return this.house.engine(symbol)?.tape.day(this.house.nowMs);
  }
}
