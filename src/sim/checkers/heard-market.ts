import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent, FrameReceived } from '../../domain/event.ts';
import { HeardStream } from './heard-stream.ts';

const AT_SIGN = 0x40;
const LETTER_T = 0x74;
const FRAME_HEAD = '{"stream":"';
const TOP = '@bookTicker';
const DATA_HEAD = '","data":';
const LAST_ID = /"u":(\d+)/;
const SNAPSHOT_ID = /"lastUpdateId":(\d+)/;
const EVENT_TIME = /"E":(\d+)/;
/** An event that comes sooner has not waited. */
const ON_TIME_MS = 1_000;

type VenueAnswered = Extract<DeskEvent, { type: 'venueAnswered' }>;

/** What the daemon has really been told of one market, and what it has missed. */
export class HeardSymbol {
  readonly top = new HeardStream();
  readonly depth = new HeardStream();
  /** True times of the last usable depth answer: when it was asked for and when it was heard. */
  snapshotAskedAtMs: number | undefined;
  snapshotHeardAtMs: number | undefined;
  /** True time of the last trade that came on time behind a change of the book that came late. */
  tradeOnTimeAtMs: number | undefined;
  #gapMsMax = 0;
  #snapshotId: number | undefined;

  /** True time of the last change of the best prices, at first of the beginning of the night. */
  #changedAtMs: number;

  constructor(startMs: number) {
    this.#changedAtMs = startMs;
  }

  onTopMade(data: string, atMs: number): void {
    this.#gapMsMax = this.longestGapMs(atMs);
    this.#changedAtMs = atMs;
    this.top.onMade(data, atMs);
  }

  /** The longest time in which its best prices stayed as they were, the present one included. */
  longestGapMs(atMs: number): number {
    return Math.max(this.#gapMsMax, atMs - this.#changedAtMs);
  }

  onSnapshot(body: string, askedAtMs: number, atMs: number): void {
    const id = SNAPSHOT_ID.exec(body)?.[1];
    if (id === undefined) return;
    this.#snapshotId = Math.max(this.#snapshotId ?? 0, Number(id));
    this.snapshotAskedAtMs = askedAtMs;
    this.snapshotHeardAtMs = atMs;
  }

  restart(): void {
    this.top.restart();
    this.depth.restart();
    this.#snapshotId = undefined;
    this.snapshotAskedAtMs = undefined;
    this.snapshotHeardAtMs = undefined;
    this.tradeOnTimeAtMs = undefined;
  }

  /** The last change of the book waited on its way. What comes on time behind it says that nothing waits any more. */
  get isLate(): boolean {
    return (this.depth.heardAtMs ?? 0) - (this.depth.madeAtMs ?? 0) > ON_TIME_MS;
  }

  /** A book can be whole: nothing is missing behind the last snapshot of this life. */
  get isBookWhole(): boolean {
    if (this.#snapshotId === undefined) return false;
    const { lost } = this.depth;
    const lostId = lost === undefined ? 0 : Number(LAST_ID.exec(lost)?.[1] ?? 0);
    return this.#snapshotId >= lostId;
  }

  /** When the last word came that was new, or was asked for that nothing is: true time. */
  get youngestAtMs(): number | undefined {
    const known = [this.top.heardAtMs, this.depth.heardAtMs, this.snapshotAskedAtMs].filter(
      (atMs) => atMs !== undefined,
    );
    return known.length === 0 ? undefined : Math.max(...known);
  }
}

/** The market streams seen from both ends, by the venue's name of the market. */
export class HeardMarket {
  readonly #symbols = new Map<string, HeardSymbol>();
  readonly #streams = new Map<string, HeardStream>();
  /** True times of questions for depth, by request. */
  readonly #asked = new Map<number, number>();
  readonly #startMs: number;
  #isAnyLate = false;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  onFrameMade(stream: string, data: string, atMs: number): void {
    const at = stream.indexOf('@');
    if (stream.startsWith(TOP, at)) this.#of(stream, at).onTopMade(data, atMs);
    else if (stream.startsWith('@depth', at)) this.#of(stream, at).depth.onMade(data, atMs);
  }

  /**
   * The hot one: most frames are found where they are looked for first. The venue's name of the market whose best
   * bid and ask are others now; `undefined`: none.
   */
  onFrame(event: FrameReceived, atMs: number): string | undefined {
    if (isTrade(event)) {
      if (this.#isAnyLate) this.#onTrade(event, atMs);
      return undefined;
    }
    const { chunk, from, to } = event;
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    const frame = bytes.toString('latin1', from, to);
    if (!frame.startsWith(FRAME_HEAD)) return undefined;
    const end = frame.indexOf('"', FRAME_HEAD.length);
    const name = frame.slice(FRAME_HEAD.length, end);
    const isNew = this.#streams.get(name)?.onHeard(frame, end + DATA_HEAD.length, atMs) ?? false;
    if (isNew && !name.endsWith(TOP)) {
      this.#isAnyLate = [...this.#symbols.values()].some(({ isLate }) => isLate);
    }
    return isNew && name.endsWith(TOP) ? name.slice(0, -TOP.length).toUpperCase() : undefined;
  }

  #onTrade({ chunk, from, to }: FrameReceived, atMs: number): void {
    const frame = Buffer.from(chunk.subarray(from, to)).toString('latin1');
    const symbol = this.find(frame.slice(FRAME_HEAD.length, frame.indexOf('@')).toUpperCase());
    const stamp = EVENT_TIME.exec(frame)?.[1];
    if (symbol === undefined || stamp === undefined || this.venueOffsetMs === undefined) return;
    const lagMs = atMs + this.venueOffsetMs - Number(stamp);
    if (Math.abs(lagMs) <= ON_TIME_MS) symbol.tradeOnTimeAtMs = atMs;
  }

  onEffect(effect: Effect, atMs: number): void {
    if (effect.type !== 'askVenue' || effect.question.type !== 'depth') return;
    this.#asked.set(effect.requestId, atMs);
  }

  onAnswer({ question, requestId, answer }: VenueAnswered, atMs: number): void {
    if (question.type !== 'depth') return;
    const askedAtMs = this.#asked.get(requestId);
    this.#asked.delete(requestId);
    if (askedAtMs === undefined || answer.type !== 'http' || answer.status !== 200) return;
    this.find(question.instrument.venueSymbol)?.onSnapshot(answer.body, askedAtMs, atMs);
  }

  onLifeBegan(): void {
    this.#asked.clear();
    for (const symbol of this.#symbols.values()) symbol.restart();
  }

  find(venueSymbol: string): HeardSymbol | undefined {
    return this.#symbols.get(venueSymbol);
  }

  /** The venue's clock less true time, by the stamps of its own frames; `undefined` before the first. */
  get venueOffsetMs(): number | undefined {
    let newest: { readonly data: string; readonly atMs: number } | undefined;
    for (const { depth } of this.#symbols.values()) {
      if (depth.newest !== undefined && depth.newest.atMs >= (newest?.atMs ?? 0)) {
        newest = depth.newest;
      }
    }
    const stamp = newest === undefined ? undefined : EVENT_TIME.exec(newest.data)?.[1];
    return newest === undefined || stamp === undefined ? undefined : Number(stamp) - newest.atMs;
  }

  #of(stream: string, at: number): HeardSymbol {
    const name = stream.slice(0, at).toUpperCase();
    const known = this.#symbols.get(name) ?? new HeardSymbol(this.#startMs);
    this.#symbols.set(name, known);
    if (!this.#streams.has(stream)) {
      this.#streams.set(stream, stream.includes('@depth') ? known.depth : known.top);
    }
    return known;
  }
}

/** Trades are most of what comes and say nothing of the book: told by one byte, without reading the rest. */
function isTrade({ chunk, from, to }: FrameReceived): boolean {
  const end = Math.min(to, from + FRAME_HEAD.length + 16);
  for (let at = from + FRAME_HEAD.length; at < end; at++) {
    if (chunk[at] === AT_SIGN) return chunk[at + 1] === LETTER_T;
  }
  return false;
}
