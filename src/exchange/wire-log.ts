import { BoundedList, BoundedMap } from '../domain/bounded.ts';

/** One request as it arrived: what a test compares with what the daemon believes it sent. */
export interface WireEntry {
  readonly seq: number;
  readonly atMs: number;
  readonly channel: 'rest' | 'wsApi';
  /** `POST /api/v3/order`, or the WS API method. */
  readonly request: string;
  readonly clientOrderId: string | undefined;
  readonly symbol: string | undefined;
  /** Set once answered: HTTP status, or `lost` when the answer was thrown away on purpose. */
  outcome: number | 'lost' | undefined;
  errorCode: number | undefined;
  answeredAtMs: number | undefined;
}

const ENTRIES_MAX = 50_000;
const CLIENT_IDS_MAX = 200_000;

/** Every order-changing request in arrival order, and how often each client order id came in a placement. */
export class WireLog {
  readonly #entries = new BoundedList<WireEntry>('exchange.wireLog', ENTRIES_MAX, 'dropOldest');
  readonly #received = new BoundedMap<string, number>(
    'exchange.clientIdsReceived',
    CLIENT_IDS_MAX,
    'dropOldest',
  );
  #seq = 0;

  arrived(entry: {
    readonly atMs: number;
    readonly channel: 'rest' | 'wsApi';
    readonly request: string;
    readonly placesOrder: boolean;
    readonly clientOrderId: string | undefined;
    readonly symbol: string | undefined;
  }): WireEntry {
    this.#seq += 1;
    const { placesOrder, ...rest } = entry;
    const logged: WireEntry = {
      ...rest,
      seq: this.#seq,
      outcome: undefined,
      errorCode: undefined,
      answeredAtMs: undefined,
    };
    this.#entries.push(logged);
    if (placesOrder && entry.clientOrderId !== undefined) {
      const before = this.#received.get(entry.clientOrderId) ?? 0;
      this.#received.set(entry.clientOrderId, before + 1);
    }
    return logged;
  }

  get entries(): readonly WireEntry[] {
    return [...this.#entries];
  }
  /** How many placements carried each client order id. Above 1 somebody sent an order twice. */
  get clientIdCounts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#received.entries());
  }
  get evictedCount(): number {
    return this.#entries.evictedCount;
  }
}
