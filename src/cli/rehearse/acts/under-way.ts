/** What had left before the daemon held back has reached the exchange after this. */
export const UNDER_WAY_MS = 250;
