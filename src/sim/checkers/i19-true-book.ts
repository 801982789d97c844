import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent } from '../../domain/event.ts';
import { formatPrice, formatQuantity, type Instrument } from '../../domain/instrument.ts';
import { lots, price } from '../../domain/units.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { readDepthFrame, readSnapshot } from './depth-frames.ts';
import { type BookTop, ReferenceBook } from './reference-book.ts';

const MINUTE_MS = 60_000;

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
    if (held.updateId !== id || held.bids.size === 0 || held.asks.size === 0) return;
    const found: BookTop = {
      bid: Number(formatPrice(instrument, price(held.bids.priceAt(0)))),
      bidQuantity: Number(formatQuantity(instrument, lots(held.bids.quantityAt(0)))),
      ask: Number(formatPrice(instrument, price(held.asks.priceAt(0)))),
      askQuantity: Number(formatQuantity(instrument, lots(held.asks.quantityAt(0)))),
    };
    const expected = book.top();
    this.tally.check(
      tell(found) === tell(expected),
      () => `${symbol} at ${id}: the top is ${tell(found)}, by the manual ${tell(expected)}`,
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

function tell({ bid, bidQuantity, ask, askQuantity }: BookTop): string {
  return `${bid} (${bidQuantity}) to ${ask} (${askQuantity})`;
}

export const trueBook: CheckerKind = {
  id: 'I19',
  claim: 'a synced book is what its frames make of it by the manual of the venue, at every order',
  make: (night) => new TrueBook(night),
};
