import { type ExactNumber, loadNumber, saveNumber } from '../domain/exact-number.ts';
import type { UnixMs } from '../domain/units.ts';
import type { StreamTrouble } from './book-keeper.ts';
import type { FeedContext } from './feed-context.ts';
import type { MarketSocket } from './market-socket.ts';
import type { SymbolFeed } from './symbol-feed.ts';

/** A symbol whose new subscription did not help within this time costs its socket. */
const RESUBSCRIBE_HELPS_WITHIN_MS = 5_000;
/** But one bad symbol may not cost the others their socket more often than this. */
const SYMBOL_COSTS_SOCKET_EVERY_MS = 300_000;
const RESUBSCRIBE_EVERY_MS = 30_000;
/** Whether a new subscription helps books to hold shows only when several have been tried on it, ever more slowly. */
const BOOKS_TRIED_WITHIN_MS = 600_000;

/**
 * `newSocket`: streams are silent, so the socket is left at once. `socketBeside`: they speak, with holes. Those of the
 * other symbols may be whole: they lose nothing to a socket that takes over only once it brings what this one brings.
 */
type Remedy = 'wait' | 'resubscribe' | 'newSocket' | 'socketBeside';

/** A socket is to be left because of one of its symbols. */
interface SocketEnds {
  readonly remedy: 'newSocket' | 'socketBeside';
  readonly symbol: string;
  readonly trouble: StreamTrouble;
}

/** What to do about streams of one line that provably miss something: ask anew, then leave the socket. */
export class StreamRemedy {
  #socketCostAtMs = Number.NEGATIVE_INFINITY;

  /** Asks anew for streams that need it, of one symbol after another. Returns the first for which that is not enough. */
  heal(
    symbols: readonly SymbolFeed[],
    socket: MarketSocket,
    context: FeedContext,
    atMs: UnixMs,
  ): SocketEnds | undefined {
    for (const symbol of symbols) {
      const { trouble } = symbol.keeper;
      // Between our steps: refused, not silent. New streams would bring the same.
      if (trouble === undefined || !symbol.isLive || symbol.freshness.isOffGrid(atMs)) continue;
      const remedy = this.choose(trouble, symbol.resubscribedAtMs, atMs);
      if (remedy === 'resubscribe') {
        if (!socket.isBusy) askAnew(symbol, socket, context, atMs);
        continue;
      }
      // Said again with the next books that do not hold: by then it may have been over for long.
      if (trouble === 'bookUnheld') symbol.keeper.trouble = undefined;
      if (remedy !== 'wait') return { remedy, symbol: symbol.instrument.symbol, trouble };
    }
    return undefined;
  }

  /** For a symbol in trouble whose streams were asked for anew at `resubscribedAtMs`. The answer is taken as done. */
  choose(trouble: StreamTrouble, resubscribedAtMs: UnixMs | undefined, atMs: UnixMs): Remedy {
    const isUnheld = trouble === 'bookUnheld';
    const sinceMs = atMs - (resubscribedAtMs ?? Number.NEGATIVE_INFINITY);
    if (sinceMs >= (isUnheld ? BOOKS_TRIED_WITHIN_MS : RESUBSCRIBE_EVERY_MS)) return 'resubscribe';
    if (sinceMs <= RESUBSCRIBE_HELPS_WITHIN_MS) return 'wait';
    if (atMs - this.#socketCostAtMs <= SYMBOL_COSTS_SOCKET_EVERY_MS) return 'wait';
    this.#socketCostAtMs = atMs;
    return isUnheld ? 'socketBeside' : 'newSocket';
  }

  /** Our clock was stepped: when a socket was given up says nothing any more. */
  onClockStep(): void {
    this.#socketCostAtMs = Number.NEGATIVE_INFINITY;
  }

  save(): ExactNumber {
    return saveNumber(this.#socketCostAtMs);
  }
  load(saved: ExactNumber): void {
    this.#socketCostAtMs = loadNumber(saved);
  }
}

function askAnew(
  symbol: SymbolFeed,
  socket: MarketSocket,
  context: FeedContext,
  atMs: UnixMs,
): void {
  symbol.resubscribedAtMs = atMs;
  context.counters.resubscribes += 1;
  context.log('symbol.resubscribed', 'streams of a symbol are asked for anew', {
    symbol: symbol.instrument.symbol,
    cause: symbol.keeper.trouble ?? '',
  });
  symbol.onInterrupted(true);
  socket.resubscribe(context.codec.streamsOf(symbol.instrument), atMs);
}
