import type { Instrument } from '../domain/instrument.ts';
import type { DepthDiff, DepthSnapshot, TopOfBook } from '../domain/market.ts';
import type { UnixMs } from '../domain/units.ts';
import type { Answered } from '../domain/venue.ts';
import { isSameTop, topOf } from './best-levels.ts';
import type { FeedContext } from './feed-context.ts';
import { type DiffOutcome, OrderBook, type OrderBookState } from './order-book.ts';
import { SnapshotPace, type SnapshotPaceState } from './snapshot-pace.ts';
import { TopHistory } from './top-history.ts';
import { TopsCompared, type TopsComparedState } from './tops-compared.ts';

/** Enough levels to compare the top, at the venue's lowest price. */
const CONFIRM_LEVELS = 100;

/** Why the venue was asked for a snapshot: to start the book, to renew it, or to see that nothing changed. */
type Purpose = 'sync' | 'refresh' | 'confirm';

interface OpenQuestion {
  readonly requestId: number;
  readonly purpose: Purpose;
  readonly askedAtMs: UnixMs;
  /** The newest id that the streams had shown when it was asked. */
  readonly seenId: number;
}

/** What is wrong with a symbol's streams and needs a new subscription. */
export type StreamTrouble =
  | 'bookSilent'
  | 'bookUnheld'
  | 'topSilent'
  | 'tradeSilent'
  | 'snapshotFailed';

/** `null`: none, or not now. */
export interface BookKeeperState {
  readonly book: OrderBookState;
  readonly trouble: StreamTrouble | null;
  readonly history: string;
  readonly question: OpenQuestion | null;
  readonly seenId: number;
  readonly knownId: number;
  readonly pace: SnapshotPaceState;
  readonly confirmNotBeforeMs: number;
  readonly provenId: number;
  readonly provenSinceMs: number;
  readonly crossedSinceMs: UnixMs | null;
  readonly tops: TopsComparedState;
}

/**
 * Keeps one symbol's book right: asks for snapshots, renews them before the price leaves the part we
 * know, and compares it all the time with the best bid and ask stream, which has the same ids.
 */
export class BookKeeper {
  readonly book: OrderBook;
  trouble: StreamTrouble | undefined;
  readonly #instrument: Instrument;
  readonly #context: FeedContext;
  readonly #history = new TopHistory();
  #question: OpenQuestion | undefined;
  /** Newest id of both streams since the last restart, and before it; the latter is 0 once a lower one came. */
  #seenId = 0;
  #knownId = 0;
  readonly #pace: SnapshotPace;
  #confirmNotBeforeMs = 0;
  /** An id that the venue is known to have reached, and since when we know. */
  #provenId = 0;
  #provenSinceMs = 0;
  #crossedSinceMs: UnixMs | undefined;
  readonly #tops: TopsCompared;

  constructor(instrument: Instrument, context: FeedContext) {
    this.#instrument = instrument;
    this.#context = context;
    this.#pace = new SnapshotPace(context);
    this.#tops = new TopsCompared(context.limits.divergedCountMax);
    this.book = new OrderBook(context.limits.bookLevelsMax, context.limits.bufferedDiffsMax);
  }

  /**
   * The streams start anew. What they had shown proves an older snapshot old until they themselves show a lower
   * id, as the streams of a new socket may: a copy of the book that lags behind would confirm itself.
   */
  restart(): void {
    this.#knownId = Math.max(this.#knownId, this.#seenId);
    this.#seenId = 0;
    this.book.restart();
    this.#history.clear();
    this.#forget();
    this.trouble = undefined;
    this.#question = undefined;
    this.#pace.restart();
  }

  onTop(top: TopOfBook, atMs: UnixMs): void {
    this.#history.push(top);
    this.#seenId = top.updateId;
    if (top.updateId < this.#knownId) this.#knownId = 0;
    this.#tops.onTop();
    if (top.updateId > this.book.updateId) this.#prove(top.updateId, atMs);
  }

  /** `latest` is the newest best bid and ask of the other stream. */
  onDiff(diff: DepthDiff, latest: TopOfBook | undefined, atMs: UnixMs): DiffOutcome {
    const wasLoaded = this.book.isLoaded;
    const outcome = this.book.onDiff(diff);
    if (diff.lastUpdateId > this.#seenId) this.#seenId = diff.lastUpdateId;
    if (diff.lastUpdateId < this.#knownId) this.#knownId = 0;
    if (outcome === 'gap') {
      this.#context.counters.bookGaps += 1;
      this.#context.raise('book.gap', 'warn', {
        symbol: this.#instrument.symbol,
        firstUpdateId: diff.firstUpdateId,
        lastUpdateId: diff.lastUpdateId,
      });
      // Without a book a snapshot is under way or waited for: it is judged by what is kept from here on.
      if (wasLoaded) this.#onFallen('a gap', atMs);
    }
    if (outcome === 'applied') this.#check(latest, atMs);
    return outcome;
  }

  /** An event of the stream could not be used: nobody knows what the book misses. */
  onLost(atMs: UnixMs): void {
    if (!this.book.isLoaded) return;
    this.book.reset();
    this.#onFallen('an event that was refused', atMs);
  }

  /** Deadlines and schedules. `wantsConfirmation`: the symbol has been silent for long. */
  onTick(atMs: UnixMs, wantsConfirmation: boolean): void {
    const { limits } = this.#context;
    if (this.#question && atMs - this.#question.askedAtMs > limits.answerMsMax) {
      this.#onFailed(this.#question.purpose, 'no answer', atMs);
    }
    this.#checkDeadlines(atMs);
    if (this.book.isLoaded) this.#pace.onStanding(atMs);
    if (this.#question !== undefined || !this.#pace.allows(atMs)) return;
    if (!this.book.isLoaded) this.#ask('sync', atMs);
    else if (this.#isRefreshDue(atMs)) this.#ask('refresh', atMs);
    else if (wantsConfirmation && atMs >= this.#confirmNotBeforeMs) this.#ask('confirm', atMs);
  }

  /** Starts the synchronisation at once instead of at the next tick. */
  syncNow(atMs: UnixMs): void {
    if (this.book.isLoaded || this.#question !== undefined || !this.#pace.allows(atMs)) return;
    this.#ask('sync', atMs);
  }

  /**
   * `synced`: the book is new. `confirmed`: nothing had changed at `askedAtMs`. Otherwise nothing to
   * act upon; what is wrong is in `trouble` or asked for again.
   */
  onAnswer(
    requestId: number,
    answer: Answered<DepthSnapshot>,
    latest: TopOfBook | undefined,
    atMs: UnixMs,
  ): { readonly type: 'synced' | 'confirmed'; readonly askedAtMs: UnixMs } | undefined {
    const question = this.#question;
    if (question === undefined || question.requestId !== requestId) return undefined;
    if (answer.type !== 'value') {
      this.#onFailed(question.purpose, 'text' in answer ? answer.text : answer.proof.text, atMs);
      return undefined;
    }
    this.#question = undefined;
    const { counters, limits } = this.#context;
    const { askedAtMs } = question;
    if (question.purpose === 'confirm') {
      const confirmed = this.#onConfirmation(answer.value, latest, atMs);
      return confirmed ? { type: 'confirmed', askedAtMs } : undefined;
    }
    // Older than what the streams had shown when it was asked: it comes from a copy that lags behind.
    const isOld = answer.value.updateId < Math.max(this.#knownId, question.seenId);
    const outcome = isOld ? 'stale' : this.book.onSnapshot(answer.value, limits.snapshotLevels);
    if (outcome !== 'synced') {
      this.#onFailed(question.purpose, `snapshot ${answer.value.updateId} is ${outcome}`, atMs);
      return undefined;
    }
    this.#pace.onSynced(atMs);
    // A confirmation right behind the snapshot would confirm nothing.
    this.#confirmNotBeforeMs = atMs + 2 * limits.snapshotRetryMs;
    if (question.purpose === 'refresh') counters.bookRefreshes += 1;
    else counters.bookSyncs += 1;
    if (this.#provenId <= this.book.updateId) this.#provenId = 0;
    // Proven while there was no book to follow: the time to follow starts now.
    this.#provenSinceMs = atMs;
    return { type: 'synced', askedAtMs };
  }

  save(): BookKeeperState {
    return {
      book: this.book.save(),
      trouble: this.trouble ?? null,
      history: this.#history.save(),
      question: this.#question ?? null,
      seenId: this.#seenId,
      knownId: this.#knownId,
      pace: this.#pace.save(),
      confirmNotBeforeMs: this.#confirmNotBeforeMs,
      provenId: this.#provenId,
      provenSinceMs: this.#provenSinceMs,
      crossedSinceMs: this.#crossedSinceMs ?? null,
      tops: this.#tops.save(),
    };
  }
  load(state: BookKeeperState): void {
    this.book.load(state.book);
    this.trouble = state.trouble ?? undefined;
    this.#history.load(state.history);
    this.#question = state.question ?? undefined;
    this.#seenId = state.seenId;
    this.#knownId = state.knownId;
    this.#pace.load(state.pace);
    this.#confirmNotBeforeMs = state.confirmNotBeforeMs;
    this.#provenId = state.provenId;
    this.#provenSinceMs = state.provenSinceMs;
    this.#crossedSinceMs = state.crossedSinceMs ?? undefined;
    this.#tops.load(state.tops);
  }

  /** Compares with the other stream at the id both know. */
  #check(latest: TopOfBook | undefined, atMs: UnixMs): void {
    const { book } = this;
    const { counters } = this.#context;
    if (this.#provenId <= book.updateId) this.#provenId = 0;
    this.#crossedSinceMs = book.isCrossed ? (this.#crossedSinceMs ?? atMs) : undefined;
    const top = topOf(book);
    const agrees = this.#history.agrees(book.updateId, top);
    if (agrees === true) counters.topsEqual += 1;
    if (agrees === false) counters.topsDifferent += 1;
    this.#tops.onCompared(agrees);
    if (agrees === false && this.#tops.haveDiverged) this.#onDiverged(atMs);
    const differs =
      latest !== undefined && latest.updateId < book.updateId && !isSameTop(latest, top);
    this.#tops.onNewest(differs, atMs);
  }

  #onDiverged(atMs: UnixMs): void {
    if (this.#tops.isWorthTelling) {
      this.#context.raise('book.diverged', 'warn', {
        symbol: this.#instrument.symbol,
        updateId: this.book.updateId,
        differentInARow: this.#tops.differentInARow,
      });
    }
    // When the other stream is silent, it is that one which is wrong: the deadline below says so.
    if (this.#tops.isOtherBehind) return;
    this.book.reset();
    this.#onFallen('another best bid and ask than its stream has', atMs);
  }

  #onConfirmation(snapshot: DepthSnapshot, latest: TopOfBook | undefined, atMs: UnixMs): boolean {
    this.#pace.onAnswered();
    // More than we know: the missing changes may be on their way, but not for long.
    if (snapshot.updateId > this.book.updateId) this.#prove(snapshot.updateId, atMs);
    // Less than the other stream has told: the change of the book that goes with it is on its way.
    const isPast = latest !== undefined && latest.updateId > snapshot.updateId;
    if (isPast || snapshot.updateId !== this.book.updateId) {
      this.#confirmNotBeforeMs = atMs + 2 * this.#context.limits.snapshotRetryMs;
      return false;
    }
    this.book.confirm();
    const top = latest ?? topOf(this.book);
    if (snapshot.bids[0] === top.bidPrice && snapshot.asks[0] === top.askPrice) return true;
    this.trouble = 'topSilent';
    return false;
  }

  #checkDeadlines(atMs: UnixMs): void {
    const { limits } = this.#context;
    if (this.#provenId > 0 && atMs - this.#provenSinceMs > limits.bookLagMsMax) {
      if (this.book.isLoaded) this.trouble = 'bookSilent';
    }
    if (this.#tops.otherBehindMs(atMs) > limits.bookLagMsMax) this.trouble = 'topSilent';
    if (this.#crossedSinceMs !== undefined && atMs - this.#crossedSinceMs > limits.crossedMsMax) {
      this.#context.raise('book.crossed', 'warn', {
        symbol: this.#instrument.symbol,
        crossedMs: atMs - this.#crossedSinceMs,
      });
      this.book.reset();
      this.#onFallen('a crossed book', atMs);
    }
  }

  #isRefreshDue(atMs: UnixMs): boolean {
    const { book } = this;
    const { bookRefreshEveryMs, bookWindowUsedMax } = this.#context.limits;
    if (atMs - this.#pace.syncedAtMs > bookRefreshEveryMs) return true;
    if (!this.#pace.allowsEarlyRefresh(atMs)) return false;
    const bid = book.bids.priceAt(0);
    const ask = book.asks.priceAt(0);
    const below = book.snapshotBid - book.windowBid;
    const above = book.windowAsk - book.snapshotAsk;
    return (
      (book.windowBid > 0 && book.snapshotBid - bid > below * bookWindowUsedMax) ||
      (above > 0 && ask - book.snapshotAsk > above * bookWindowUsedMax)
    );
  }

  #ask(purpose: Purpose, atMs: UnixMs): void {
    if (purpose === 'refresh') this.book.expectRefresh();
    const limit = purpose === 'confirm' ? CONFIRM_LEVELS : this.#context.limits.snapshotLevels;
    const requestId = this.#context.ask({ type: 'depth', instrument: this.#instrument, limit });
    this.#question = { requestId, purpose, askedAtMs: atMs, seenId: this.#seenId };
  }

  #onFailed(purpose: Purpose, text: string, atMs: UnixMs): void {
    if (purpose === 'refresh') this.book.abandonRefresh();
    this.#question = undefined;
    const tries = this.#pace.onFailed(atMs);
    if (purpose === 'sync') this.#tellUnsynced(tries, text, 'snapshotFailed');
  }

  /** The book that we had is none. */
  #onFallen(by: string, atMs: UnixMs): void {
    this.#forget();
    this.#question = undefined;
    const falls = this.#pace.onFallen(atMs);
    if (falls > 0) this.#tellUnsynced(falls, `ended soon by ${by}`, 'bookUnheld');
    this.syncNow(atMs);
  }

  #tellUnsynced(tries: number, text: string, trouble: StreamTrouble): void {
    const { snapshotTriesMax } = this.#context.limits;
    if (tries < snapshotTriesMax) return;
    const { symbol } = this.#instrument;
    this.#context.raise('book.unsynced', 'error', { symbol, tries, text });
    if (tries % snapshotTriesMax === 0) this.trouble = trouble;
  }

  #prove(id: number, atMs: UnixMs): void {
    if (this.#provenId > 0) return;
    this.#provenId = id;
    this.#provenSinceMs = atMs;
  }

  #forget(): void {
    this.#provenId = 0;
    this.#crossedSinceMs = undefined;
    this.#tops.forget();
  }
}
