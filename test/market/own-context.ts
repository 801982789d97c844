import { ConnectBudget } from '../../src/domain/connect-budget.ts';
import { FeedContext, type FeedContextState } from '../../src/market/feed-context.ts';
import { DEFAULT_FEED_LIMITS } from '../../src/market/feed-limits.ts';
import { createBinanceMarketCodec } from '../../src/venues/binance-market.ts';
import { makeInstrument } from '../support/frames.ts';

export const BTC = makeInstrument(0);

/** A context of its own for each part, with the counter of questions as a state that can be carried on. */
export function newContext(saved?: { readonly context: FeedContextState; readonly asked: number }) {
  const count = { asked: saved?.asked ?? 0 };
  const context = new FeedContext({
    venue: 'binance',
    codec: createBinanceMarketCodec([BTC]),
    instruments: [BTC],
    limits: { ...DEFAULT_FEED_LIMITS, bookRefreshEveryMs: 30_000, bufferedDiffsMax: 10 },
    random: () => 0.25,
    connectionPrefix: 'binance/market/',
    connects: new ConnectBudget(20, 300_000),
    nextRequestId: () => {
      count.asked += 1;
      return count.asked;
    },
  });
  if (saved !== undefined) context.load(saved.context);
  const save = () => ({ context: context.save(), asked: count.asked });
  return { context, save };
}
