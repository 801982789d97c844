/** Money in the account's quote asset, as decimal text: `'1000'`, `'0.5'`. No sign, no exponent. */
export type MoneyText = string;

/**
 * What the risk gate compares with. Bounds are inclusive, a value equal to its limit passes; only the
 * daily loss and the refusals in a row say no on reaching theirs.
 * Limits that belong to the market (age of data per symbol) come with the facts, not from here.
 */
export interface RiskLimits {
  /** Our clock against the venue's, jitter of the measurement added. */
  readonly clockOffsetMsMax: number;
  /** Longest delay of the event loop in the last sample. */
  readonly loopDelayMsMax: number;
  /** Distance of an entry's limit price from the reference price, either side. */
  readonly priceCollarBps: number;
  /** The same for exits: wider, because leaving badly beats not leaving. */
  readonly exitPriceCollarBps: number;
  readonly spreadBpsMax: number;
  /** Value of one entry at its limit price. */
  readonly orderNotionalMax: MoneyText;
  /** Value of one symbol over all strategies, the worst case of working and unknown orders included. */
  readonly positionNotionalMax: MoneyText;
  /** Value of all positions together, counted the same way. */
  readonly grossExposureMax: MoneyText;
  /** Orders of the account that have not ended, this one included. */
  readonly openOrdersMax: number;
  readonly ordersPerDayMax: number;
  /** Orders sent within `orderWindowMs` (by the true clock: a twentieth more by ours), this one included. */
  readonly ordersPerWindowMax: number;
  readonly orderWindowMs: number;
  /** So many more per window for exits and protective orders, so that entries cannot use up the way out. */
  readonly exitOrdersPerWindowReserve: number;
  /** What a day may lose, realised and unrealised, as a positive number. */
  readonly dailyLossMax: MoneyText;
  /** Time between two orders of one strategy and symbol before the next entry. */
  readonly cooldownMs: number;
  /** So many refusals of the venue in a row on one strategy and symbol open the circuit. */
  readonly refusalsInRowMax: number;
  readonly diskFreeBytesMin: number;
  /** An intent older than this is not sent any more. */
  readonly intentAgeMsMax: number;
}

/** The careful ones. Sources: `faults.md` (I4: 800 ms, 1 s; D01: 200 MB), the order protocol (1 s, 3 refusals). */
export const DEFAULT_RISK_LIMITS: RiskLimits = Object.freeze({
  clockOffsetMsMax: 800,
  loopDelayMsMax: 1_000,
  priceCollarBps: 100,
  exitPriceCollarBps: 300,
  spreadBpsMax: 50,
  orderNotionalMax: '1000',
  positionNotionalMax: '5000',
  grossExposureMax: '20000',
  openOrdersMax: 10,
  ordersPerDayMax: 2_000,
  ordersPerWindowMax: 10,
  orderWindowMs: 10_000,
  exitOrdersPerWindowReserve: 10,
  dailyLossMax: '500',
  cooldownMs: 5_000,
  refusalsInRowMax: 3,
  diskFreeBytesMin: 200_000_000,
  intentAgeMsMax: 1_000,
});

/** How large an entry is and at which limit price it leaves. */
export interface SizingSettings {
  /** `riskPerTrade`: what the stop would lose is a fraction of equity. `fixedNotional`: always the same value. */
  readonly method: 'riskPerTrade' | 'fixedNotional';
  /** Fraction of equity one entry may lose at its stop. For `riskPerTrade`. */
  readonly riskPerTradeBps: number;
  /** Value of one entry. For `fixedNotional`. */
  readonly orderNotional: MoneyText;
  /** Fee of one taker fill that the risk of a trade counts, paid twice: in and out. */
  readonly takerFeeBps: number;
  /** How far an entry's limit goes beyond the other side of the book: the larger of both. */
  readonly entryThroughTicks: number;
  readonly entryThroughBps: number;
  /** The same for exits. */
  readonly exitThroughTicks: number;
  readonly exitThroughBps: number;
}

export const DEFAULT_SIZING: SizingSettings = Object.freeze({
  method: 'fixedNotional',
  riskPerTradeBps: 25,
  orderNotional: '200',
  takerFeeBps: 10,
  entryThroughTicks: 1,
  entryThroughBps: 5,
  exitThroughTicks: 1,
  exitThroughBps: 20,
});
