const HOUR_MS = 3_600_000;

/**
 * Days of one IANA zone. Formatting a moment is dear, so the next boundary is found once per day and
 * then only compared. Days with a change of clocks are 23 or 25 hours long, and come out so.
 */
export class TradingDays {
  readonly #format: Intl.DateTimeFormat;

  /** Throws a RangeError when the runtime does not know the zone. */
  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
  }

  /** The local date of a moment: `2026-11-20`. */
  dayOf(atMs: number): string {
    let year = '';
    let month = '';
    let day = '';
    for (const { type, value } of this.#format.formatToParts(atMs)) {
      if (type === 'year') year = value;
      if (type === 'month') month = value;
      if (type === 'day') day = value;
    }
    return `${year}-${month}-${day}`;
  }

  /** The first whole millisecond after `atMs` that has another date. */
  nextBoundaryMs(atMs: number): number {
    const today = this.dayOf(atMs);
    let same = Math.floor(atMs);
    let other = same + 26 * HOUR_MS;
    // Longer days do not exist so far; a zone may still invent one.
    while (this.dayOf(other) === today) other += HOUR_MS;
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (this.dayOf(middle) === today) same = middle;
      else other = middle;
    }
    return other;
  }
}
