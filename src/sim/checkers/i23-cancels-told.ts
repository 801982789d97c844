import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent } from '../../domain/event.ts';
import type { ClientOrderId } from '../../domain/ids.ts';
import type { VenueAnswer } from '../../domain/venue.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import type { SimRequest } from '../request.ts';

const FAILURES_MAX = 3;

interface Cancel {
  /** Sent since one of them brought the venue's own word on the order. */
  sentCount: number;
  isTold: boolean;
}

/**
 * What fails three times in a row does not go on in silence: before a cancel is sent for the fourth time
 * without an answer about its order a person has been told. The list of dead letters, where it would
 * wait for that person, does not exist yet; that nothing in it is lost or repeated joins with it.
 */
class CancelsTold implements Checker {
  readonly tally: Tally;
  /** Of the life that runs: a start begins to count anew. */
  readonly #cancels = new Map<ClientOrderId, Cancel>();

  constructor(night: SimNight) {
    this.tally = new Tally('I23', night);
  }

  onLifeBegan(): void {
    this.#cancels.clear();
  }

  onRequest(request: SimRequest): void {
    if (request.kind !== 'cancel') return;
    const { clientOrderId } = request;
    const cancel = this.#cancels.get(clientOrderId) ?? { sentCount: 0, isTold: false };
    this.#cancels.set(clientOrderId, cancel);
    const failuresCount = cancel.sentCount;
    cancel.sentCount += 1;
    if (failuresCount < FAILURES_MAX) return;
    this.tally.check(
      cancel.isTold,
      () =>
        `${clientOrderId} is canceled again after ${failuresCount} failures and nobody was told, ` +
        `allowed are ${FAILURES_MAX}`,
    );
  }

  onEvent(event: DeskEvent): void {
    if (event.type !== 'cancelAnswered' || !isWord(event.answer)) return;
    this.#cancels.delete(event.clientOrderId);
  }

  onEffect(effect: Effect): void {
    if (effect.type !== 'raiseFault' || effect.severity !== 'error') return;
    for (const [id, cancel] of this.#cancels) {
      if (effect.detail['clientOrderId'] === id) cancel.isTold = true;
    }
  }
}

/** Whether the venue said something about the order: that it is canceled, or that it does not work. */
function isWord(answer: VenueAnswer): boolean {
  if (answer.type !== 'http') return false;
  return answer.status === 200 || (answer.status === 400 && answer.body.includes('-2011'));
}

export const cancelsTold: CheckerKind = {
  id: 'I23',
  claim: 'a cancel that fails three times in a row is told before it is tried again',
  make: (night) => new CancelsTold(night),
};
