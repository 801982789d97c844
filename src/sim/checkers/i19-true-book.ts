import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent } from '../../domain/event.ts';
import type { ConnectionId } from '../../domain/ids.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { BookView } from '../../market/feed.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { readDepthFrame, readSnapshot } from './depth-frames.ts';
import { stepsOf } from './grid-steps.ts';
import { ReferenceBook } from './reference-book.ts';

const MINUTE_MS = 60_000;

/**
 * A book that the daemon calls synced is the book that its frames and snapshots make by the venue's manual:
 * the same best bid and ask with their sizes at the same id, the sums of the best levels that strategies are told,
 * and no id that a hole, or a change that could not be used, separates from what came before. The id is looked
 * at with each change, the rest with each order that is written down and once a minute for every symbol.
 */
class TrueBook implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  /** By the venue's spelling of the symbol, of the life that runs. */
  readonly #books = new Map<string, ReferenceBook>();
  /** Sockets that the daemon has said goodbye to: it hears them no more, whatever they still bring. */
  readonly #left = new Set<ConnectionId>();
  #nextAtMs: number;
  /** Whose change came last: what the daemon made of it shows when it hears the next event. */
  #changed: string | undefined;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('I19', night);
    this.#nextAtMs = night.startMs + MINUTE_MS;
  }

  onLifeBegan(): void {
    this.#books.clear();
    this.#left.clear();
    this.#changed = undefined;
  }

  onEvent(event: DeskEvent): void {
    this.#compareChanged();
    if (event.type === 'frameReceived') {
      if (this.#left.has(event.connection)) return;
      const frame = readDepthFrame(event);
      if (frame === undefined) return;
      if (frame.change === undefined) this.#bookOf(frame.symbol).onLost();
      else this.#bookOf(frame.symbol).onChange(frame.change);
      this.#changed = frame.symbol;
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
    if (effect.type === 'closeSocket') this.#left.add(effect.connection);
    if (effect.type === 'persistIntent') this.#compare(effect.order.instrument);
  }

  onSecond(atMs: number): void {
    if (atMs < this.#nextAtMs) return;
    this.#nextAtMs = atMs + MINUTE_MS;
    for (const { instruments } of this.#night.daemon.life?.desk.venues ?? []) {
      for (const instrument of instruments) this.#compare(instrument);
    }
  }

  #compareChanged(): void {
    if (this.#changed === undefined) return;
    const venueSymbol = this.#changed;
    this.#changed = undefined;
    for (const { instruments } of this.#night.daemon.life?.desk.venues ?? []) {
      const instrument = instruments.find((one) => one.venueSymbol === venueSymbol);
      if (instrument !== undefined) this.#compareId(instrument);
    }
  }

  /** The daemon's book of a market if it is where the manual says. */
  #compareId(instrument: Instrument): BookView | undefined {
    const desk = this.#night.daemon.life?.desk;
    const venue = desk?.venues.find(({ setup }) => setup.venue === instrument.venue);
    const held = venue?.feed.book(instrument.index);
    if (held === undefined || !held.isSynced) return undefined;
    const { id } = this.#bookOf(instrument.venueSymbol);
    this.tally.check(
      held.updateId === id,
      () =>
        `${instrument.symbol}: synced at ${held.updateId}, by the manual it is ${id ?? 'not synced'}`,
    );
    return held.updateId === id ? held : undefined;
  }

  #compare(instrument: Instrument): void {
    const held = this.#compareId(instrument);
    if (held === undefined) return;
    const { symbol } = instrument;
    const book = this.#bookOf(instrument.venueSymbol);
    const { id } = book;
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
    this.#compareDepth(instrument, book);
  }

  /** The sums of the best levels that strategies see; they see none before the first change of a book. */
  #compareDepth(instrument: Instrument, book: ReferenceBook): void {
    const desk = this.#night.daemon.life?.desk;
    const venue = desk?.venues.find(({ setup }) => setup.venue === instrument.venue);
    const view = venue?.views[instrument.index];
    if (view?.bidDepthLots === undefined) return;
    const { depthLevelsCount } = this.#night.setup.signal;
    const steps = stepsOf(instrument);
    const counts = (price: number): boolean => Number.isSafeInteger(steps.ticks(price));
    const sum = (side: 'bids' | 'asks'): number =>
      book
        .best(side, depthLevelsCount, counts)
        .reduce((total, quantity) => total + steps.lots(quantity), 0);
    const bids = sum('bids');
    const asks = sum('asks');
    this.tally.check(
      view.bidDepthLots === bids && view.askDepthLots === asks,
      () =>
        `${instrument.symbol} at ${book.id}: strategies see ${view.bidDepthLots} lots to buy and ` +
        `${view.askDepthLots} to sell on ${depthLevelsCount} levels, by the manual ${bids} and ${asks}`,
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

export const trueBook: CheckerKind = {
  id: 'I19',
  claim: 'a synced book is what its frames make of it by the manual of the venue, at every order',
  make: (night) => new TrueBook(night),
};
