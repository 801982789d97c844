/**
 * Every reason a decision can have: the closed list behind `reason.code`. The text is what a person
 * reads; the numbers that were compared travel beside the code. `docs/reasons.md` is made from this.
 */
export const REASONS = {
  // Market: whether a snapshot could be used.
  DATA_USABLE: 'the last update of the symbol is recent enough',
  STALE_DATA: 'the last update of the symbol is older than its limit',
  INSTRUMENT_LISTED: 'the venue trades the symbol, by the rules that are told here',
  FROZEN_DATA: 'updates arrive but their content does not change',
  BOOK_NOT_SYNCED: 'the order book is not proven complete',
  BOOK_CROSSED: 'best bid is not below best ask',
  NO_REFERENCE_PRICE: 'no price to compare with',
  CLOCK_SKEW: 'our clock and the venue clock differ too much, or the difference is not known',
  DATA_GAP: 'trades or candles inside the window are missing',
  WARMING_UP: 'the strategy has not seen enough data yet',

  // Signal: why a strategy did or did not want an order.
  NO_SIGNAL: 'the strategy saw no opportunity',
  SIGNAL_ENTRY: 'the strategy wants to enter',
  SIGNAL_EXIT: 'the strategy wants to leave',
  STOP_EXIT: 'the price reached the stop of the position',
  TARGET_EXIT: 'the price reached the target of the position',
  TRAILING_EXIT: 'the price fell back from its best by the trailing distance',
  TIME_EXIT: 'the position is older than its limit',
  OPERATOR_EXIT: 'an operator closes the position',
  POSITION_OPEN: 'the strategy already holds a position in this symbol',
  ORDER_PENDING: 'an order of this strategy and symbol is under way',
  STRATEGY_QUARANTINED: 'the strategy threw and is not asked any more',

  // Risk: why our gate said no.
  TRADING_HALTED: 'the mode does not allow this class of order',
  TRADING_STATE_REDUCING: 'only orders that shrink exposure are allowed',
  RECONCILIATION_PENDING: 'what we hold is not yet proven at the venue',
  PRIVATE_STREAM_DOWN: 'account events are not arriving',
  INSTRUMENT_NOT_FOUND: 'the venue does not list the symbol, or in a way that cannot be read',
  VENUE_MAINTENANCE: 'the venue does not trade the symbol now',
  INSTRUMENT_CHANGED: 'the venue has other steps or filters than the order was made for',
  PRICE_COLLAR: 'the limit price is too far from the reference price',
  SPREAD_TOO_WIDE: 'the spread is wider than its limit',
  QUANTITY_BELOW_MINIMUM: 'fewer lots than the venue takes',
  QUANTITY_EXCEEDS_MAXIMUM: 'more lots than the venue takes',
  NOTIONAL_BELOW_MINIMUM: 'worth less than the venue takes',
  NOTIONAL_EXCEEDS_MAXIMUM: 'worth more than the venue takes',
  NOTIONAL_EXCEEDS_MAX_PER_ORDER: 'worth more than one order may be',
  NOTIONAL_EXCEEDS_FREE_BALANCE: 'costs more than is free',
  MAX_POSITION: 'the position would be larger than its limit',
  MAX_GROSS_EXPOSURE: 'all positions together would be worth more than the limit',
  MAX_OPEN_ORDERS: 'too many orders are under way',
  MAX_ORDERS_PER_DAY: 'the day has had its orders',
  RATE_LIMIT_EXCEEDED: 'orders leave faster than the limit, or the venue wants us away',
  DAILY_LOSS_LIMIT: 'the day has lost what it may lose',
  COOLDOWN: 'the last order of this strategy and symbol is too recent',
  SYMBOL_FROZEN_UNKNOWN_ORDER: 'an order of this symbol has an unproven outcome',
  SELF_TRADE: 'the order would meet our own',
  REDUCE_ONLY_WOULD_INCREASE_POSITION: 'an exit larger than the position',
  REFUSAL_CIRCUIT_OPEN: 'the venue refused several orders of this strategy and symbol in a row',
  LOOP_LAG: 'the event loop was late: what we know is old',
  DISK_LOW: 'too little disk left to keep the journal safe',
  EQUITY_UNVERIFIED: 'what we own could not be valued',
  CRASH_LOOP: 'too many starts in a short time',
  VALIDATION_FAILED: 'a check could not be evaluated, which counts as no',
  INTENT_TOO_OLD: 'the intent waited too long to be sent',

  // Order: what became of what we asked.
  INTENT_APPROVED: 'every check passed',
  SENT: 'the order left',
  NOT_SENT: 'no byte of the request left this machine',
  FOUND_UNSENT: 'found at the start: written down and never sent',
  VENUE_ACCEPTED: 'the venue has the order',
  VENUE_REFUSED: 'the venue refused the order and said so',
  OUTCOME_UNPROVEN: 'the venue may or may not have the order',
  FOUND_AT_VENUE: 'the venue was asked and has the order',
  PROVEN_ABSENT: 'the venue was asked until it was proven that it never had the order',
  UNRESOLVED: 'ten minutes without proof: parked, still being asked about',
  FILL: 'the venue executed',
  LATE_FILL: 'an execution arrived after the order had ended',
  DUPLICATE_FILL: 'an execution that is already booked',
  VENUE_CANCELED: 'the order was canceled',
  VENUE_EXPIRED: 'the order ended by its time in force or by a rule of the venue',
  EXTERNAL_ORDER: 'an order at the venue that is not ours',
} as const satisfies Record<string, string>;

export type ReasonCode = keyof typeof REASONS;

/** A code and the numbers that were compared, units in their names. */
export interface Reason {
  readonly code: ReasonCode;
  readonly [detail: string]: string | number | boolean;
}
