import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent } from '../../domain/event.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { readDepthFrame, readSnapshot } from './depth-frames.ts';
import { ReferenceBook } from './reference-book.ts';

const MINUTE_MS = 60_000;
/** Decimal texts became floating numbers on the way. */
const ROUNDING = 1e-4;

/**
 * A book that the daemon calls synced is the book that its frames and snapshots make by the venue's manual:
 * the same best bid and ask with their sizes at the same id, and no id that a hole separates from what
 * came before. Looked at with each order that is written down and once a minute for every symbol.
 */
class TrueBook implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  /** By the venue's spelling of the symbol, of the life that runs. */
  readonly #books = new Map<string, ReferenceBook>();
  #nextAtMs: number;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('I19', night);
    this.#nextAtMs = night.startMs + MINUTE_MS;
  }

  onLifeBegan(): void {
    this.#books.clear();
  }

  onEvent(event: DeskEvent): void {
    if (event.type === 'frameReceived') {
      const frame = readDepthFrame(event);
      if (frame !== undefined) this.#bookOf(frame.symbol).onChange(frame.change);
      return;
    }
    if (event.type !== 'venueAnswered' || event.question.type !== 'depth') return;
    const { question, answer } = event;
    // A few levels only ask whether anything has changed.
    if (question.limit < this.#night.setup.feed.snapshotLevels) return;
    if (answer.type !== 'http' || answer.status !== 200) return;
    const snapshot = readSnapshot(answer.body);
    if (snapshot !== undefined) this.#bookOf(question.instrument.venueSymbol).onSnapshot(snapshot);
  }

  onEffect(effect: Effect): void {
    if (effect.type === 'persistIntent') this.#compare(effect.order.instrument);
  }

  onSecond(atMs: number): void {
    if (atMs < this.#nextAtMs) return;
    this.#nextAtMs = atMs + MINUTE_MS;
    for (const { instruments } of this.#night.daemon.life?.desk.venues ?? []) {
      for (const instrument of instruments) this.#compare(instrument);
    }
  }

  #compare(instrument: Instrument): void {
    const { symbol, venueSymbol } = instrument;
    const desk = this.#night.daemon.life?.desk;
    const venue = desk?.venues.find(({ setup }) => setup.venue === instrument.venue);
    const held = venue?.feed.book(instrument.index);
    if (held === undefined || !held.isSynced) return;
    const book = this.#bookOf(venueSymbol);
    const id = book.id;
    // Behind, by changes that it could not use: it learns of that with the next one.
    if (id !== undefined && held.updateId < id) return;
    this.tally.check(
      held.updateId === id,
      () => `${symbol}: synced at ${held.updateId}, by the manual it is ${id ?? 'not synced'}`,
    );
    if (held.updateId !== id) return;
    const steps = stepsOf(instrument);
    const expected = book.top((level) => Number.isSafeInteger(steps.ticks(level)));
    if (expected === undefined || held.bids.size === 0 || held.asks.size === 0) return;
    const { bids, asks } = held;
    const found = [bids.priceAt(0), bids.quantityAt(0), asks.priceAt(0), asks.quantityAt(0)];
    const manual = [
      steps.ticks(expected.bid),
      steps.lots(expected.bidQuantity),
      steps.ticks(expected.ask),
      steps.lots(expected.askQuantity),
    ];
    this.tally.check(
      found.join() === manual.join(),
      () =>
        `${symbol} at ${id}: the top is ${found.join(' ')} in ticks and lots (bid and ask), ` +
        `by the manual ${manual.join(' ')}`,
    );
  }

  #bookOf(venueSymbol: string): ReferenceBook {
    let book = this.#books.get(venueSymbol);
    if (book === undefined) {
      book = new ReferenceBook();
      this.#books.set(venueSymbol, book);
    }
    return book;
  }
}

interface Steps {
  /** Not whole for a price off the grid: such levels are left from before a change of the grid. */
  readonly ticks: (price: number) => number;
  /** Rounded down for the same reason, but never to nothing. */
  readonly lots: (quantity: number) => number;
}

function stepsOf({ tickDecimals, tickUnits, lotDecimals, lotUnits }: Instrument): Steps {
  const near = (steps: number): number =>
    Math.abs(steps - Math.round(steps)) < ROUNDING ? Math.round(steps) : steps;
  return {
    ticks: (price) => near((price * 10 ** tickDecimals) / tickUnits),
    lots: (quantity) => Math.max(1, Math.floor(near((quantity * 10 ** lotDecimals) / lotUnits))),
  };
}

export const trueBook: CheckerKind = {
  id: 'I19',
  claim: 'a synced book is what its frames make of it by the manual of the venue, at every order',
  make: (night) => new TrueBook(night),
};
