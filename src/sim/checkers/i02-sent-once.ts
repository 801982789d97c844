import type { JournalRow } from '../../domain/journal-row.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { WireEntry } from '../listener.ts';
import type { SimNight } from '../night.ts';
import type { SimRequest } from '../request.ts';
import { OURS } from '../venue.ts';
import { isOwnId } from './own-orders.ts';

/** No id leaves twice, none makes two orders, and the exchange has no order of ours that we do not know. */
class SentOnce implements Checker {
  readonly tally: Tally;
  readonly #intended = new Set<string>();
  /** The request that carried an id. */
  readonly #numberOf = new Map<string, number>();
  /** Requests that the venue took, by id. A box in the middle may bring the very same one again. */
  readonly #taken = new Map<string, number[]>();
  readonly #venueOrders = new Map<string, Set<number>>();

  constructor(night: SimNight) {
    this.tally = new Tally('I2', night);
  }

  onDurable(rows: readonly JournalRow[]): void {
    for (const row of rows) if (row.type === 'intent') this.#intended.add(row.intent.clientOrderId);
  }

  onRequest(request: SimRequest): void {
    if (request.kind !== 'place') return;
    const { newClientOrderId: id } = request.fields;
    const before = this.#numberOf.get(id);
    this.tally.check(
      before === undefined,
      () => `${id} left with request ${before} and again with request ${request.number}`,
    );
    this.#numberOf.set(id, request.number);
  }

  onArrived({ request, isAccepted }: WireEntry): void {
    if (request.kind !== 'place' || !isAccepted) return;
    const { newClientOrderId: id } = request.fields;
    const taken = this.#taken.get(id) ?? [];
    taken.push(request.number);
    this.#taken.set(id, taken);
    this.tally.check(
      taken.every((number) => number === request.number),
      () => `the venue took ${id} from the requests ${taken.join(' and ')}`,
    );
    this.#compare(id);
  }

  onHappening(happening: MarketHappening): void {
    if (happening.type !== 'orderUpdated') return;
    const { accountKey, clientOrderId: id, orderId } = happening.order;
    if (accountKey !== OURS || !isOwnId(id)) return;
    const known = this.#venueOrders.get(id) ?? new Set<number>();
    if (known.has(orderId)) return;
    known.add(orderId);
    this.#venueOrders.set(id, known);
    this.tally.check(
      this.#intended.has(id),
      () => `the venue has ${id} (order ${orderId}), the journal has no intent of it`,
    );
  }

  finish(): void {
    for (const id of this.#venueOrders.keys()) this.#compare(id);
  }

  /** One order for each time that the venue took the request, and no other. */
  #compare(id: string): void {
    const orders = this.#venueOrders.get(id) ?? new Set<number>();
    const takenCount = this.#taken.get(id)?.length ?? 0;
    this.tally.check(
      orders.size === takenCount,
      () =>
        `${id} is ${orders.size} orders at the venue (${[...orders].join(', ')}), it took ${takenCount} requests`,
    );
  }
}

export const sentOnce: CheckerKind = {
  id: 'I2',
  claim: 'no order is sent twice, none exists twice, and the venue has none that we do not know',
  make: (night) => new SentOnce(night),
};
