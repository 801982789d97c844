import { createHash } from 'node:crypto';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { type SimRequest, toOrderFields } from '../request.ts';
import { ProjectedOrders } from './projected-orders.ts';

/** The journal knows of an order, and what exactly it will say, before its first byte leaves. */
class WriteAhead implements Checker {
  readonly tally: Tally;
  readonly #orders = new ProjectedOrders();

  constructor(night: SimNight) {
    this.tally = new Tally('I1', night);
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) this.#orders.take(row, atMs);
  }

  onRequest(request: SimRequest): void {
    if (request.kind !== 'place') return;
    const { newClientOrderId: id } = request.fields;
    const order = this.#orders.byId.get(id);
    const row = order?.submitted;
    this.tally.check(
      order?.state === 'SUBMITTED',
      () => `${id} left while the journal holds it as ${order?.state ?? 'nothing'}`,
    );
    if (order === undefined || row === undefined) return;
    const intended = JSON.stringify(toOrderFields({ ...request.order, ...order.intent }));
    const sent = JSON.stringify(request.fields);
    this.tally.check(
      intended === sent,
      () => `${id} left as ${sent}, the journal intends ${intended}`,
    );
    const hash = hashOf(request);
    this.tally.check(
      row.payloadHash === hash,
      () => `${id} left with the hash ${hash}, the journal holds ${row.payloadHash}`,
    );
    this.tally.check(
      row.leaseEndMs === request.timestampMs + request.recvWindowMs,
      () =>
        `${id} may be taken until ${request.timestampMs + request.recvWindowMs}, the journal says until ${row.leaseEndMs}`,
    );
  }
}

/** Of the request as it stands on the wire: its fields in the order in which the journal's hash takes them. */
function hashOf(request: Extract<SimRequest, { kind: 'place' }>): string {
  const { fields, recvWindowMs, timestampMs } = request;
  const text =
    `symbol=${fields.symbol}&side=${fields.side}&type=${fields.type}` +
    `&timeInForce=${fields.timeInForce}&quantity=${fields.quantity}&price=${fields.price}` +
    `&newClientOrderId=${fields.newClientOrderId}` +
    `&recvWindow=${recvWindowMs}&timestamp=${timestampMs}`;
  return createHash('sha256').update(text).digest('hex');
}

export const writeAhead: CheckerKind = {
  id: 'I1',
  claim: 'every order that leaves stands in the journal before its first byte, hash and all',
  make: (night) => new WriteAhead(night),
};
