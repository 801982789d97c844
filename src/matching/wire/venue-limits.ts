/** Limits of the venue; tests make them small. */
export interface RateLimitSettings {
  readonly weightPerMinute: number;
  readonly ordersPer10Sec: number;
  readonly ordersPerDay: number;
  /** Requests answered 429 in one window before the address is banned. */
  readonly ignoredWarningsMax: number;
  readonly banMs: number;
}

/** Live values of 2025. */
export const LIVE_RATE_LIMITS: RateLimitSettings = {
  weightPerMinute: 6_000,
  ordersPer10Sec: 100,
  ordersPerDay: 200_000,
  ignoredWarningsMax: 10,
  banMs: 120_000,
};
