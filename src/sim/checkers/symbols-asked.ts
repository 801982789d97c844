import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent, FrameReceived } from '../../domain/event.ts';
import { toVenueSymbol } from '../../venues/binance-instruments.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { QuietSpell } from '../quiet-spell.ts';

/** So long after the last fault every symbol is fresh (L2). */
const HEALTHY_AFTER_MS = 120_000;
/** Runs of equal skips are closed after ten seconds at most: what was heard a look ago must be told. */
const LOOK_EVERY_MS = 30_000;
/** So many best prices in one look that a second ends between them: whoever is asked by candles is asked, too. */
const HEARD_MIN = 10;
/**
 * Behind a silence of a quiet market a few best prices are one question: once they are known not to be late.
 * Closed candles ask once a second more: a quiet night comes to 1.3 and up, one without its prices to 0.7.
 */
const SHARE_MIN = 0.9;

const STREAM_HEAD = '{"stream":"';
const AT_SIGN = 0x40;
const LETTER_B = 0x62;
const NAME_BYTES_MAX = 24;

/** One market of the settings, since nothing has been wrong. */
interface Asked {
  readonly symbol: string;
  /** Best prices that reached the daemon: now, and at the last look. */
  heardCount: number;
  heardBefore: number;
  /** Questions that the records tell of, by strategy: now, and at the last look. */
  readonly told: Map<string, { count: number; before: number }>;
}

/**
 * Every market of the settings is asked about by each of its strategies as long as prices of it are heard,
 * and by one of them about nearly each price. Heard is what came over the wire, asked is what the
 * records tell; what the daemon counts itself is compared by I11.
 */
class SymbolsAsked implements Checker {
  readonly tally: Tally;
  readonly #quiet: QuietSpell;
  /** By the venue's name of it. */
  readonly #markets = new Map<string, Asked>();
  readonly #bySymbol = new Map<string, Asked>();
  #isHealthy = false;
  #lookedAtMs = 0;

  constructor(night: SimNight) {
    const { setup, startMs } = night;
    this.tally = new Tally('symbol.asked', night);
    this.#quiet = new QuietSpell(startMs);
    for (const { symbols } of setup.venues) {
      for (const symbol of symbols) {
        const strategies = setup.signal.strategies.filter(
          (each) => each.enabled && each.symbols.includes(symbol),
        );
        const told = new Map(strategies.map(({ id }) => [id, { count: 0, before: 0 }]));
        const asked = { symbol, heardCount: 0, heardBefore: 0, told };
        this.#markets.set(toVenueSymbol(symbol), asked);
        this.#bySymbol.set(symbol, asked);
      }
    }
  }

  onLifeBegan(_life: number, atMs: number): void {
    this.#quiet.disturbed(atMs);
  }

  onLifeEnded(_life: number, _end: unknown, atMs: number): void {
    this.#quiet.disturbed(atMs);
  }

  onFaultBegan(): void {
    this.#quiet.faultBegan();
    this.#isHealthy = false;
  }

  onFaultEnded(_fault: unknown, atMs: number): void {
    this.#quiet.faultEnded(atMs);
  }

  onEvent(event: DeskEvent): void {
    if (!this.#isHealthy || event.type !== 'frameReceived') return;
    const market = this.#markets.get(topStreamOf(event) ?? '');
    if (market !== undefined) market.heardCount += 1;
  }

  onEffect(effect: Effect): void {
    if (!this.#isHealthy || effect.type !== 'recordDecision') return;
    const { stage, symbol, strategy, run } = effect.record;
    if (stage !== 'signal' || strategy === undefined) return;
    const told = this.#bySymbol.get(symbol)?.told.get(strategy);
    if (told !== undefined) told.count += run?.count ?? 1;
  }

  onSecond(atMs: number): void {
    if (this.#quiet.lastsMs(atMs) < HEALTHY_AFTER_MS) {
      this.#isHealthy = false;
      return;
    }
    if (!this.#isHealthy) {
      this.#isHealthy = true;
      this.#lookedAtMs = atMs;
      for (const market of this.#markets.values()) forget(market);
    }
    if (atMs - this.#lookedAtMs < LOOK_EVERY_MS) return;
    this.#lookedAtMs = atMs;
    for (const market of this.#markets.values()) this.#look(market);
  }

  #look(market: Asked): void {
    const { symbol, heardBefore, heardCount, told } = market;
    const most = Math.max(0, ...[...told.values()].map(({ count }) => count));
    if (heardBefore >= HEARD_MIN) {
      this.tally.check(
        most >= SHARE_MIN * heardBefore,
        () =>
          `${heardBefore} best prices of ${symbol} were heard, the strategy that was asked most often ` +
          `was asked ${most} times, expected are ${SHARE_MIN * heardBefore} at least`,
      );
    }
    for (const [strategy, one] of told) {
      // Those of the last look: of younger ones the run may still be open.
      if (heardCount - heardBefore >= HEARD_MIN && heardBefore > 0) {
        this.tally.check(
          one.count > one.before,
          () =>
            `${strategy} was asked nothing about ${symbol} for ${LOOK_EVERY_MS} ms in which ` +
            `${heardCount - heardBefore} best prices were heard`,
        );
      }
      one.before = one.count;
    }
    market.heardBefore = heardCount;
  }
}

function forget(market: Asked): void {
  market.heardCount = 0;
  market.heardBefore = 0;
  for (const one of market.told.values()) {
    one.count = 0;
    one.before = 0;
  }
}

/** The venue's name of the market whose best prices the frame tells; `undefined`: it is another frame. */
function topStreamOf({ chunk, from, to }: FrameReceived): string | undefined {
  const begin = from + STREAM_HEAD.length;
  const end = Math.min(to, begin + NAME_BYTES_MAX);
  for (let at = begin; at < end; at++) {
    if (chunk[at] !== AT_SIGN) continue;
    if (chunk[at + 1] !== LETTER_B) return undefined;
    return Buffer.from(chunk.subarray(begin, at)).toString('latin1').toUpperCase();
  }
  return undefined;
}

export const symbolsAsked: CheckerKind = {
  id: 'symbol.asked',
  claim:
    'each strategy is asked about each of its markets as long as prices of it are heard, one of them about nearly each price',
  make: (night) => new SymbolsAsked(night),
};
