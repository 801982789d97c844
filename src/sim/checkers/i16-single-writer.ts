import type { DeskEvent } from '../../domain/event.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { clientOrderIdOf, type SimRequest } from '../request.ts';

/** Epoch and sequence inside an id of ours: `ov`, place, account, then these two in base 36, then a checksum. */
const OWN_ID = /^ov[a-z][0-9a-z]{4}([0-9a-z]{4})([0-9a-z]{8})[0-9a-z]{2}$/;

interface OwnId {
  readonly epoch: number;
  readonly sequence: number;
}

/**
 * One daemon writes at a time: lives do not overlap, each has a higher epoch than all before it, and every
 * order that leaves carries the epoch of the life that sends it, with a sequence never used before.
 */
class SingleWriter implements Checker {
  readonly tally: Tally;
  #runningLife: number | undefined;
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
  }

  onEvent(event: DeskEvent): void {
    if (event.type !== 'started') return;
    const before = this.#epoch ?? -1;
    this.tally.check(
      event.epoch > before,
      () => `a start has epoch ${event.epoch}, the one before had ${before}`,
    );
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
