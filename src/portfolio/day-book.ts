import { TradingDays } from './trading-day.ts';

export interface DayBookState {
  readonly day: string;
  readonly endsAtMs: number;
  readonly ordersCount: number;
  readonly ordersAtOpen: number;
}

/** The account's running day and its orders. */
export class DayBook {
  readonly #days: TradingDays;
  #day = '';
  #endsAtMs = 0;
  #ordersCount = 0;
  #ordersAtOpen = 0;

  /** Throws a RangeError when the runtime does not know the zone. */
  constructor(zone: string) {
    this.#days = new TradingDays(zone);
  }

  /** Local date; empty before the first day. */
  get day(): string {
    return this.#day;
  }
  get ordersCount(): number {
    return this.#ordersCount;
  }
  get ordersTodayCount(): number {
    return this.#ordersCount - this.#ordersAtOpen;
  }

  countOrder(): void {
    this.#ordersCount += 1;
  }

  /** A clock that steps back over midnight does not bring yesterday back. */
  isOver(nowMs: number): boolean {
    return this.#day === '' || nowMs >= this.#endsAtMs;
  }

  /** Begins the day that `atMs` lies in. */
  open(atMs: number): void {
    this.#day = this.#days.dayOf(atMs);
    this.#endsAtMs = this.#days.nextBoundaryMs(atMs);
    this.#ordersAtOpen = this.#ordersCount;
  }

  save(): DayBookState {
    return {
      day: this.#day,
      endsAtMs: this.#endsAtMs,
      ordersCount: this.#ordersCount,
      ordersAtOpen: this.#ordersAtOpen,
    };
  }

  load(state: DayBookState): void {
    this.#day = state.day;
    this.#endsAtMs = state.endsAtMs;
    this.#ordersCount = state.ordersCount;
    this.#ordersAtOpen = state.ordersAtOpen;
  }
}
