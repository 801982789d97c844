import type { DeskEvent } from '../../domain/event.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { Mode } from '../../domain/mode.ts';
import type { OrderClass, OrderIntent } from '../../domain/order.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import type { SimRequest } from '../request.ts';
import { AskedMode, type OwedWord, RELEASED } from './asked-mode.ts';
import { quantityE8 } from './exact-e8.ts';
import { ProjectedOrders } from './projected-orders.ts';
import { ProjectedPositions } from './projected-positions.ts';

type ModeRow = Extract<JournalRow, { type: 'mode' }>;

const ALLOWED: Readonly<Record<Mode, readonly OrderClass[]>> = {
  ACTIVE: ['entry', 'exit', 'protective'],
  REDUCING: ['exit', 'protective'],
  OBSERVING: ['protective'],
  RECOVERING: ['protective'],
  HALTED: [],
};

/** A word is written down when it is heard, before anything else: a tick, and the night's look at the clock. */
const WRITTEN_MS_MAX = 1_100;

/**
 * Orders leave only in a mode that allows their class, from a process that lives and has its journal; and
 * only as the last word of a person allows, from the moment on at which it was heard. Each word is in the
 * journal at once: a daemon that is deaf to them would go on for ever.
 */
class ModeAllows implements Checker {
  readonly tally: Tally;
  readonly #orders = new ProjectedOrders();
  readonly #positions = new ProjectedPositions();
  readonly #night: SimNight;
  readonly #asked = new AskedMode();
  /** As the rows say it. A start is RECOVERING until a row says otherwise. */
  #mode: Mode = 'RECOVERING';
  /** The last thing that holds over a restart: a person's word, or a halt. */
  #word: ModeRow | undefined;
  /** Halted, over all lives, until a person has spoken. */
  #isLatched = false;
  /** A person wants every position closed: exits may leave in any mode. */
  #isFlattening = false;
  #life: number | undefined;
  #isStopping = false;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('I7', night);
  }

  onLifeBegan(life: number): void {
    this.#life = life;
    this.#isStopping = false;
    this.#mode = 'RECOVERING';
  }

  onLifeEnded(): void {
    this.#life = undefined;
    this.#asked.onLifeEnded();
  }

  onEvent(event: DeskEvent, atMs: number): void {
    this.#asked.onEvent(event, atMs);
    switch (event.type) {
      case 'started': {
        if (event.haltLatched) this.#isLatched = true;
        const isHalted = event.haltLatched || this.#word?.to === 'HALTED';
        this.#mode = isHalted ? 'HALTED' : 'RECOVERING';
        return;
      }
      case 'operatorSpoke':
        this.#isFlattening = event.word === 'flatten';
        return;
      case 'stopRequested':
        this.#isStopping = true;
        return;
      default:
    }
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) {
      const order = this.#orders.take(row, atMs);
      if (row.type === 'filled' && order !== undefined)
        this.#positions.book(row.fill, order.intent);
      if (row.type === 'mode') this.#onMode(row, atMs);
    }
  }

  onRequest(request: SimRequest): void {
    if (request.kind !== 'place') return;
    const { order, life } = request;
    const { clientOrderId } = order;
    this.tally.check(
      life === this.#life,
      () => `${clientOrderId} left life ${life}, while ${this.#life ?? 'none'} runs`,
    );
    const mode = this.#isStopping ? 'OBSERVING' : this.#mode;
    const isLeaving = this.#isFlattening && order.class === 'exit' && !this.#isStopping;
    this.tally.check(
      isLeaving || ALLOWED[mode].includes(order.class),
      () =>
        `${clientOrderId}, ${order.class}, left in ${mode}${this.#isStopping ? ' (stopping)' : ''}`,
    );
    const asked = this.#asked.mode;
    if (asked !== undefined) {
      this.tally.check(
        isLeaving || ALLOWED[asked].includes(order.class),
        () => `${clientOrderId}, ${order.class}, left though a person had asked for ${asked}`,
      );
    }
    if (order.class !== 'entry') this.#checkShrinks(order);
  }

  onSecond(atMs: number): void {
    const { owed } = this.#asked;
    if (owed === undefined || atMs - owed.sinceMs <= WRITTEN_MS_MAX || this.#hasDiskFault()) return;
    this.#asked.owed = undefined;
    this.#checkWritten(owed, atMs);
  }

  #hasDiskFault(): boolean {
    const { faults } = this.#night;
    return faults.active.some((fault) => faults.familyOf(fault) === 'disk');
  }

  #checkWritten({ word, sinceMs }: OwedWord, atMs: number): void {
    const waitedMs = Math.round(atMs - sinceMs);
    this.tally.check(
      waitedMs <= WRITTEN_MS_MAX || this.#hasDiskFault(),
      () =>
        `a person said ${word} ${waitedMs} ms ago and no row says so, allowed are ${WRITTEN_MS_MAX} ms`,
    );
  }

  #onMode(row: ModeRow, atMs: number): void {
    const owed = this.#asked.onRow(row);
    if (owed !== undefined) this.#checkWritten(owed, atMs);
    if (row.actor === 'operator' && row.to !== 'RECOVERING') {
      this.tally.check(
        row.to === this.#asked.mode || row.cause === RELEASED,
        () =>
          `a row says that a person wants ${row.to} (${row.cause}), ` +
          `the last one asked for ${this.#asked.mode ?? 'nothing'}`,
      );
    }
    if (this.#isLatched && row.to !== 'HALTED') {
      this.tally.check(
        row.actor === 'operator',
        () =>
          `a halt ended in ${row.to} by the ${row.actor} (${row.cause}), only a person may end it`,
      );
    }
    this.#isLatched = row.to === 'HALTED' || (this.#isLatched && row.actor !== 'operator');
    this.#mode = row.to;
    if (row.to === 'HALTED' || (row.actor === 'operator' && row.to !== 'RECOVERING')) {
      this.#word = row;
      this.#isFlattening = row.actor === 'operator' && row.cause.startsWith('flatten by');
    }
  }

  /** Whatever is not an entry makes what we hold smaller, whatever becomes of what is under way. */
  #checkShrinks(order: OrderIntent): void {
    const { instrument } = order;
    const held = this.#positions.find(order.strategy, order.symbol)?.held ?? 0n;
    let leavingLots = 0;
    for (const { intent, filledLots } of this.#orders.open.values()) {
      const isOther = intent.clientOrderId !== order.clientOrderId;
      const isSame = intent.symbol === order.symbol && intent.strategy === order.strategy;
      if (isOther && isSame && intent.side === 'SELL' && intent.class !== 'protective') {
        leavingLots += intent.quantity - filledLots;
      }
    }
    const free = held - quantityE8(instrument, leavingLots);
    const asked = quantityE8(instrument, order.quantity);
    this.tally.check(
      order.side === 'SELL' && asked <= free,
      () =>
        `${order.clientOrderId}, ${order.class}, would ${order.side} ${asked}, ` +
        `${free} are held and not leaving (10^-8)`,
    );
  }
}

export const modeAllows: CheckerKind = {
  id: 'I7',
  claim:
    'an order leaves only in a mode that allows its class, and as the last word of a person allows, which is written down at once; what is no entry makes us hold less',
  make: (night) => new ModeAllows(night),
};
