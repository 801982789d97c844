import type { DeskEvent } from '../../domain/event.ts';
import { EXIT } from '../../domain/exit-code.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { LifeEnd } from '../listener.ts';
import type { SimNight } from '../night.ts';
import { clientOrderIdOf, type SimRequest } from '../request.ts';
import { OURS } from '../venue.ts';

/** Epoch and sequence inside an id of ours: `ov`, place, account, then these two in base 36, then a checksum. */
const OWN_ID = /^ov[a-z][0-9a-z]{4}([0-9a-z]{4})([0-9a-z]{8})[0-9a-z]{2}$/;

interface OwnId {
  readonly epoch: number;
  readonly sequence: number;
}

/**
 * One daemon writes at a time: lives do not overlap, nobody else opens the journal of one that runs, each
 * start has a higher epoch than all before it and than any order of the account, and every order that
 * leaves carries the epoch of the life that sends it, with a sequence never used before.
 */
class SingleWriter implements Checker {
  readonly tally: Tally;
  #runningLife: number | undefined;
  /** It has the journal: its epoch is its own until it ends. */
  #isOwner = false;
  /** Highest of all orders that the exchange has under an id of ours, whoever sent them. */
  #accountEpoch = -1;
  #epoch: number | undefined;
  #sequence = -1;

  constructor(night: SimNight) {
    this.tally = new Tally('I16', night);
  }

  onLifeBegan(life: number): void {
    const running = this.#runningLife;
    this.tally.check(
      running === undefined,
      () => `start ${life} began while start ${running} was running, allowed is 1 at a time`,
    );
    this.#runningLife = life;
  }

  onLifeEnded(): void {
    this.#runningLife = undefined;
    this.#isOwner = false;
  }

  onTwinStarted(epoch: number, isBeside: boolean): void {
    if (!isBeside) return;
    this.tally.check(
      !this.#isOwner,
      () =>
        `another process has begun with epoch ${epoch} on the journal that start ${this.#runningLife} owns`,
    );
  }

  onTwinEnded({ exitCode, cause }: LifeEnd, isBeside: boolean): void {
    if (!isBeside || !this.#isOwner) return;
    this.tally.check(
      exitCode === EXIT.locked,
      () =>
        `a second start beside start ${this.#runningLife} ended with exit code ${exitCode}, expected is ${EXIT.locked}: ${cause}`,
    );
  }

  onHappening(happening: MarketHappening): void {
    if (happening.type !== 'orderUpdated' || happening.order.accountKey !== OURS) return;
    const own = parseOwnId(happening.order.clientOrderId);
    if (own !== undefined) this.#accountEpoch = Math.max(this.#accountEpoch, own.epoch);
  }

  onEvent(event: DeskEvent): void {
    if (event.type !== 'started') return;
    const before = this.#epoch ?? -1;
    this.tally.check(
      event.epoch > before,
      () => `a start has epoch ${event.epoch}, the one before had ${before}`,
    );
    this.tally.check(
      event.epoch > this.#accountEpoch,
      () =>
        `a start has epoch ${event.epoch}, the account has orders of epoch ${this.#accountEpoch}`,
    );
    this.#isOwner = true;
    this.#epoch = event.epoch;
    this.#sequence = -1;
  }

  onRequest(request: SimRequest): void {
    const id = clientOrderIdOf(request);
    if (request.kind === 'ask' || id === undefined) return;
    this.tally.check(
      request.life === this.#runningLife,
      () => `start ${request.life} sent ${id}, running is start ${this.#runningLife}`,
    );
    if (request.kind === 'place') this.#checkId(id);
  }

  #checkId(id: string): void {
    const own = parseOwnId(id);
    this.tally.check(
      own?.epoch === this.#epoch,
      () => `${id} left with epoch ${own?.epoch}, the highest seen is ${this.#epoch}`,
    );
    this.tally.check(
      (own?.epoch ?? -1) >= this.#accountEpoch,
      () =>
        `${id} left with epoch ${own?.epoch}, the account has orders of epoch ${this.#accountEpoch}`,
    );
    const before = this.#sequence;
    const sequence = own?.sequence ?? -1;
    this.tally.check(
      sequence > before,
      () => `${id} left with sequence ${sequence}, the one before had ${before}`,
    );
    this.#sequence = Math.max(before, sequence);
  }
}

function parseOwnId(text: string): OwnId | undefined {
  const [, epoch, sequence] = OWN_ID.exec(text) ?? [];
  if (epoch === undefined || sequence === undefined) return undefined;
  return { epoch: Number.parseInt(epoch, 36), sequence: Number.parseInt(sequence, 36) };
}

export const singleWriter: CheckerKind = {
  id: 'I16',
  claim:
    'one daemon writes at a time, each with a higher epoch, and no order leaves with an old one',
  make: (night) => new SingleWriter(night),
};
