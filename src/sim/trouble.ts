import type { ConnectionId } from '../domain/ids.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { VenueAnswer } from '../domain/venue.ts';
import type { KillPoint } from './process-killed.ts';
import type { SimRequest } from './request.ts';

export type SocketKind = 'market' | 'account';

/** Which way bytes go on a socket. */
export type Direction = 'toUs' | 'toVenue';

/** A frame on its way to us: of a market stream, an event of the account, or an answer to what we said. */
export interface FrameOnTheWay {
  readonly socket: SocketKind;
  readonly connection: ConnectionId;
  /** `btcusdt@trade`; of an account event its name (`executionReport`); empty for an answer. */
  readonly stream: string;
  readonly text: string;
}

/** What becomes of one request before the venue sees it. */
export type RequestFate =
  /** Never arrives; nobody answers. */
  | { readonly type: 'lost' }
  /** Not one byte leaves, and our own transport knows it. */
  | { readonly type: 'notSent'; readonly text: string }
  | { readonly type: 'delayed'; readonly byMs: number }
  /** Arrives twice, byte for byte: a box in the middle repeats it. */
  | { readonly type: 'repeated'; readonly afterMs: number }
  /** The venue's front door takes it and answers at once; the engine behind acts so much later. */
  | { readonly type: 'parked'; readonly byMs: number; readonly answer: VenueAnswer }
  /** The venue reads something else than what we wrote. */
  | { readonly type: 'misread'; readonly as: SimRequest }
  /** Something in front of the venue's engine answers instead of it. */
  | { readonly type: 'answered'; readonly answer: VenueAnswer };

/** What becomes of an answer after the venue has acted. */
export type AnswerFate =
  | { readonly type: 'lost' }
  | { readonly type: 'delayed'; readonly byMs: number }
  | { readonly type: 'replaced'; readonly answer: VenueAnswer };

/** What the disk does instead of a commit. */
export type CommitFate =
  | {
      readonly type: 'fails';
      readonly code: 'SQLITE_FULL' | 'SQLITE_IOERR_WRITE' | 'SQLITE_READONLY';
    }
  | { readonly type: 'slow'; readonly byMs: number }
  /** The process is gone right before the commit, or right after it. */
  | { readonly type: 'lastOne'; readonly when: KillPoint['when'] };

/**
 * Something that is wrong for a while. Each hook is asked about everything that passes its place while
 * the trouble lasts; several troubles at once are asked one after the other, oldest first.
 */
export interface Trouble {
  /** A new socket: refused at once, or nobody ever answers. */
  readonly connect?: (kind: SocketKind) => 'refused' | 'hangs' | undefined;
  /** Nothing comes through this way on any socket: it waits, and comes when the trouble is over, all at once. */
  readonly blocks?: (direction: Direction) => boolean;
  /** What arrives instead of this frame: nothing, itself, several, any bytes. `undefined`: it is left alone. */
  readonly frame?: (frame: FrameOnTheWay) => readonly (string | Uint8Array)[] | undefined;
  /** How much later than usual it arrives. */
  readonly frameDelayMs?: (frame: FrameOnTheWay) => number;
  /** Whether the venue's end is gone without a goodbye: its pings no longer come. */
  readonly isMute?: (kind: SocketKind, connection: ConnectionId) => boolean;
  /** Whether nobody is there any more to hear what we say. */
  readonly losesWhatWeSay?: (kind: SocketKind, connection: ConnectionId) => boolean;
  /** Whether the venue forgets to send a stream that it has just acknowledged. */
  readonly forgetsStream?: (stream: string) => boolean;
  readonly request?: (request: SimRequest) => RequestFate | undefined;
  /** At the venue's door, right before the engine acts on it. What it returns is called right after that. */
  readonly arrives?: (request: SimRequest) => (() => void) | undefined;
  readonly answer?: (request: SimRequest, answer: VenueAnswer) => AnswerFate | undefined;
  readonly commit?: (rows: readonly JournalRow[]) => CommitFate | undefined;
}

/** All that is wrong at the moment. */
export class Troubles {
  readonly #active = new Set<Trouble>();

  begin(trouble: Trouble): void {
    this.#active.add(trouble);
  }

  end(trouble: Trouble): void {
    this.#active.delete(trouble);
  }

  get isQuiet(): boolean {
    return this.#active.size === 0;
  }

  /** Whether any of them says so. */
  some(ask: (trouble: Trouble) => boolean | undefined): boolean {
    for (const trouble of this.#active) if (ask(trouble) === true) return true;
    return false;
  }

  /** The first trouble that has something to say decides. */
  find<T>(ask: (trouble: Trouble) => T | undefined): T | undefined {
    for (const trouble of this.#active) {
      const said = ask(trouble);
      if (said !== undefined) return said;
    }
    return undefined;
  }

  /** Everybody who waits for it at the venue's door does so; what is returned is called once the engine has acted. */
  meet(request: SimRequest): () => void {
    const after = [...this.#active].map(({ arrives }) => arrives?.(request));
    return () => {
      for (const then of after) then?.();
    };
  }

  /** What is left of a frame after everybody who is in its way. */
  framesOf(frame: FrameOnTheWay): readonly (string | Uint8Array)[] {
    let all: readonly (string | Uint8Array)[] = [frame.text];
    for (const { frame: ask } of this.#active) {
      if (ask === undefined) continue;
      all = all.flatMap((one) =>
        typeof one === 'string' ? (ask({ ...frame, text: one }) ?? [one]) : [one],
      );
    }
    return all;
  }

  frameDelayMs(frame: FrameOnTheWay): number {
    let sumMs = 0;
    for (const { frameDelayMs } of this.#active) sumMs += frameDelayMs?.(frame) ?? 0;
    return sumMs;
  }
}
