import { expect, test } from 'vitest';
import { frameReceived } from '../../src/domain/event.ts';
import { connectionId } from '../../src/domain/ids.ts';
import { PaperMarket } from '../../src/live/paper/paper-market.ts';
import { createBinanceMarketCodec } from '../../src/venues/binance-market.ts';
import { BTC_USDT, NOON_MS } from '../support/trading.ts';

const ETH_USDT = { ...BTC_USDT, symbol: 'ETH/USDT', venueSymbol: 'ETHUSDT' };

// ETH was listed when the paper venue was told of it, and the core has given it up since.
test('the core has other places than the paper venue: a book is made from what was heard of its own symbol', () => {
  const instruments = [ETH_USDT, { ...BTC_USDT, index: 1 }];
  const market = new PaperMarket(createBinanceMarketCodec(instruments), instruments);
  const hear = (symbol: string, updateId: number, price: string) => {
    const data = { e: 'depthUpdate', E: NOON_MS, s: symbol, U: updateId, u: updateId };
    const frame = {
      stream: `${symbol.toLowerCase()}@depth@100ms`,
      data: { ...data, b: [], a: [[price, '0.50000000']] },
    };
    const bytes = Buffer.from(JSON.stringify(frame));
    return market.readFrame(frameReceived(connectionId('binance/market/1'), NOON_MS, bytes));
  };
  expect(hear('ETHUSDT', 901, '3000.00000000')).toMatchObject({ symbol: 'ETHUSDT' });
  expect(hear('BTCUSDT', 101, '60000.00000000')).toMatchObject({ symbol: 'BTCUSDT' });

  const body = JSON.stringify({ lastUpdateId: 100, bids: [], asks: [['60010.00', '0.50000']] });
  expect(BTC_USDT.index).toBe(0);
  expect(market.readDepth(BTC_USDT, body)).toMatchObject([
    { type: 'snapshot', symbol: 'BTCUSDT', lastUpdateId: 100 },
    { type: 'depth', symbol: 'BTCUSDT', lastUpdateId: 101 },
  ]);
});
