import type { DeskEvent, FrameReceived } from '../../domain/event.ts';
import type { ConnectionId } from '../../domain/ids.ts';

/** So long after a silence what came behind it is looked at. */
const WATCHED_MS = 60_000;
const STREAM = /^\{"stream":"([a-z0-9]+)@/;
const STREAM_BYTES = 40;

interface Silence {
  /** Of its end: true time, and its place among all that was heard. */
  readonly atMs: number;
  readonly place: number;
}

/**
 * Best prices that waited on their way: their socket was silent, and what had been made meanwhile came at
 * once. They carry no time; only an event that does says that nothing waits any more.
 */
export class HeldBack {
  readonly #silenceMsMax: number;
  /** By the daemon's own stamps: what its clock did in between is what it measures by, too. */
  readonly #lastAtMs = new Map<ConnectionId, number>();
  readonly #silences = new Map<ConnectionId, Silence>();
  #lastSilenceAtMs = Number.NEGATIVE_INFINITY;
  /** Places of the last event with a time, by the venue's name of the market. */
  readonly #timed = new Map<string, number>();
  /** Markets whose newest best prices are such, by the venue's name. */
  readonly symbols = new Set<string>();
  #place = 0;

  /** `silenceMsMax`: what waited no longer is not late. */
  constructor(silenceMsMax: number) {
    this.#silenceMsMax = silenceMsMax;
  }

  onLifeBegan(): void {
    this.#lastAtMs.clear();
    this.#silences.clear();
    this.symbols.clear();
    this.#lastSilenceAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Call with everything that is heard on a socket of the market, before what it says is looked at. */
  onEvent(event: DeskEvent, atMs: number): void {
    this.#place += 1;
    if (event.type === 'frameReceived' || event.type === 'pingReceived') {
      const lastAtMs = this.#lastAtMs.get(event.connection) ?? event.atMs;
      this.#lastAtMs.set(event.connection, event.atMs);
      if (event.atMs - lastAtMs > this.#silenceMsMax) {
        this.#silences.set(event.connection, { atMs, place: this.#place });
        this.#lastSilenceAtMs = atMs;
      }
      if (event.type === 'frameReceived' && this.isWatching(atMs)) this.#hearTime(event);
    } else if (event.type === 'venueAnswered' && event.question.type === 'depth') {
      this.#onTimed(event.question.instrument.venueSymbol);
    }
  }

  isWatching(atMs: number): boolean {
    return atMs - this.#lastSilenceAtMs <= WATCHED_MS;
  }

  /** Other best prices of a market came on a socket, `lagMs` after they were made. */
  onTop(symbol: string, connection: ConnectionId, lagMs: number, atMs: number): void {
    const silence = this.#silences.get(connection);
    const isHeldBack =
      silence !== undefined &&
      atMs - silence.atMs <= WATCHED_MS &&
      atMs - lagMs < silence.atMs &&
      lagMs > this.#silenceMsMax &&
      (this.#timed.get(symbol) ?? 0) < silence.place;
    if (isHeldBack) this.symbols.add(symbol);
    else this.symbols.delete(symbol);
  }

  /** Trades and changes of a book say when they were made. */
  #hearTime({ chunk, from, to }: FrameReceived): void {
    const bytes = chunk.subarray(from, Math.min(to, from + STREAM_BYTES));
    const begin = Buffer.from(bytes).toString('latin1');
    const [, name] = STREAM.exec(begin) ?? [];
    if (name === undefined || begin.includes('@b')) return;
    this.#onTimed(name.toUpperCase());
  }

  #onTimed(symbol: string): void {
    this.#timed.set(symbol, this.#place);
    this.symbols.delete(symbol);
  }
}
