/** Whose money, counted in what, and when a day begins. */
export interface AccountSettings {
  /** Asset that P&L, equity and limits are told in: `USDT`. */
  readonly quoteAsset: string;
  /** IANA zone whose midnight begins a trading day: `UTC`, `Europe/Berlin`. */
  readonly dayZone: string;
  /**
   * What of each asset is ours to trade with, as decimal text. The rest of the balance belongs to the
   * owner and is never spent or sold. An asset that is not named gives nothing beyond what we buy ourselves.
   */
  readonly allocations: Readonly<Record<string, string>>;
  /** A price older than this values nothing: equity is then unverified. */
  readonly markAgeMsMax: number;
}

export const DEFAULT_ACCOUNT: AccountSettings = Object.freeze({
  quoteAsset: 'USDT',
  dayZone: 'UTC',
  allocations: Object.freeze({ USDT: '10000' }),
  markAgeMsMax: 60_000,
});

/**
 * When a position is left whatever its strategy thinks. Distances are measured from the average price
 * paid, trailing from the best price seen since the entry. What is switched off is so by its own word.
 */
export interface ExitSettings {
  /** A stop is always there: a position without one is a position without an end. */
  readonly stopBps: number;
  readonly targetEnabled: boolean;
  readonly targetBps: number;
  readonly trailingEnabled: boolean;
  readonly trailingBps: number;
  readonly holdingEnabled: boolean;
  readonly holdingMsMax: number;
}

export const DEFAULT_EXITS: ExitSettings = Object.freeze({
  stopBps: 100,
  targetEnabled: true,
  targetBps: 150,
  trailingEnabled: true,
  // Wider than the stop, so that the stop decides until the price has moved our way.
  trailingBps: 120,
  holdingEnabled: true,
  holdingMsMax: 4 * 3_600_000,
});

/** Exits by strategy; strategies that are not named use `standard`. */
export interface PortfolioSettings {
  readonly account: AccountSettings;
  readonly exits: {
    readonly standard: ExitSettings;
    readonly byStrategy: Readonly<Record<string, ExitSettings>>;
  };
}

export const DEFAULT_PORTFOLIO: PortfolioSettings = Object.freeze({
  account: DEFAULT_ACCOUNT,
  exits: Object.freeze({ standard: DEFAULT_EXITS, byStrategy: Object.freeze({}) }),
});
