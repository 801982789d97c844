/** How busy, how tight and how deep the generated market of a symbol is. */
export interface MarketProfile {
  readonly startPrice: number;
  readonly volatilityBps: number;
  /** Things the market's participants do per second at pace 1; each changes one to four levels. */
  readonly actsPerSecond: number;
  /** Share of acts that are trades. */
  readonly tradeShare: number;
  /** Half the distance the tightest quotes keep from each other. */
  readonly halfSpreadBps: number;
  /** Mean distance of a new quote behind the best. */
  readonly depthBps: number;
  /** Orders each side tries to have. */
  readonly ordersPerSide: number;
  /** Median size of a resting order and of a trade, in quote. */
  readonly orderQuote: number;
  readonly tradeQuote: number;
}

/** For a symbol this file does not know: quiet, at price 1. */
// biome-ignore format: a table
const QUIET: MarketProfile = {
  startPrice: 1, volatilityBps: 2.5, actsPerSecond: 0.7, tradeShare: 0.35, halfSpreadBps: 1.5,
  depthBps: 6, ordersPerSide: 30, orderQuote: 900, tradeQuote: 120,
};

/** Prices are of the order of the year's; sizes and rates of what the recordings of these pairs show. */
// biome-ignore format: a table
const PROFILES: Readonly<Record<string, MarketProfile>> = {
  BTCUSDT: {
    startPrice: 61_800, volatilityBps: 1.2, actsPerSecond: 25, tradeShare: 0.2,
    halfSpreadBps: 0.02, depthBps: 1.2, ordersPerSide: 60, orderQuote: 4_000, tradeQuote: 400,
  },
  ETHUSDT: {
    startPrice: 2_680, volatilityBps: 1.5, actsPerSecond: 18, tradeShare: 0.2,
    halfSpreadBps: 0.04, depthBps: 1.5, ordersPerSide: 50, orderQuote: 3_000, tradeQuote: 300,
  },
  SOLUSDT: { ...QUIET, startPrice: 152, actsPerSecond: 0.9, halfSpreadBps: 0.8 },
  NKNUSDT: { ...QUIET, startPrice: 0.42 },
  RUNEUSDT: { ...QUIET, startPrice: 5.3, volatilityBps: 3 },
};

export function profileOf(symbol: string): MarketProfile {
  return PROFILES[symbol] ?? QUIET;
}
