import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent } from '../../domain/event.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { ReasonCode } from '../../domain/reason.ts';
import type { MarketHappening, TopChanged } from '../../matching/happening.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { PlannedFault } from '../fault.ts';
import type { SimNight } from '../night.ts';
import { QuietSpell } from '../quiet-spell.ts';
import type { SimRequest } from '../request.ts';
import { stayAwayMs } from '../stay-away.ts';
import { type ExitCode, ExitLevels } from './exit-levels.ts';
import { MoneyOfOthers } from './money-of-others.ts';
import { ProjectedOrders } from './projected-orders.ts';
import { positionKey, type TruePosition, TruePositions } from './true-positions.ts';

/** A refused exit is tried again after a second; a second more for each look, of the night and of the daemon. */
const LEAVES_MS_MAX = 5_000;
/** So long after the last fault books, account and mode are what they should be (L2). */
const HEALTHY_AFTER_MS = 120_000;
/** What the exchange has executed the daemon has booked after this, if nothing is wrong. */
const BOOKED_AFTER_MS = 2_000;
const BPS_WHOLE = 10_000;

interface Due {
  readonly code: ExitCode;
  readonly sinceMs: number;
}

/**
 * A position that its stop, its target, its trailing distance, its holding time or a person says to leave has
 * an exit on the wire within seconds, if nothing is in the way: no fault and nobody else's money for
 * a while, and no order of that market under way. A no of the gate is no excuse: in a healthy night it has none for an exit that lasts so long.
 * What is held and where it ends are worked out from the exchange's own executions and its own best bid; what the
 * daemon takes for its positions is not asked.
 */
class PositionLeft implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  readonly #quiet: QuietSpell;
  readonly #positions: TruePositions;
  readonly #others: MoneyOfOthers;
  readonly #orders = new ProjectedOrders();
  readonly #levels = new Map<string, ExitLevels>();
  readonly #changedAtMs = new Map<string, number>();
  readonly #due = new Map<string, Due>();
  readonly #late = new Set<string>();
  /** What the gate said no for last, for whoever looks into a break. */
  readonly #denied = new Map<string, ReasonCode>();
  /** The last word of a person was to sell everything. */
  #isFlattening = false;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('position.left', night);
    this.#quiet = new QuietSpell(night.startMs);
    this.#positions = new TruePositions(night);
    this.#others = new MoneyOfOthers(night);
  }

  onLifeBegan(_life: number, atMs: number): void {
    this.#quiet.disturbed(atMs);
    for (const levels of this.#levels.values()) levels.forget();
  }

  onFaultBegan(fault: PlannedFault): void {
    if (!isMereWord(fault)) this.#quiet.faultBegan();
  }

  onFaultEnded(fault: PlannedFault, atMs: number): void {
    if (!isMereWord(fault)) this.#quiet.faultEnded(atMs);
  }

  onEvent(event: DeskEvent, atMs: number): void {
    if (event.type === 'operatorSpoke') {
      this.#isFlattening = event.word === 'flatten';
      this.#due.clear();
    }
    if (event.type === 'stopRequested') this.#quiet.disturbed(atMs);
    const awayMs = stayAwayMs(event);
    if (awayMs > 0) this.#quiet.disturbed(atMs + awayMs);
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    this.#positions.onDurable(rows);
    for (const row of rows) this.#orders.take(row, atMs);
  }

  onHappening(happening: MarketHappening, atMs: number): void {
    if (happening.type === 'topChanged') {
      this.#onTop(happening, atMs);
      return;
    }
    this.#others.onHappening(happening);
    const position = this.#positions.onHappening(happening, atMs);
    if (position === undefined) return;
    const key = positionKey(position);
    this.#due.delete(key);
    this.#changedAtMs.set(key, atMs);
    if (position.openedAtMs === undefined) this.#levels.delete(key);
    else this.#levels.set(key, this.#levelsOf(position, this.#levels.get(key)));
  }

  onEffect(effect: Effect): void {
    if (effect.type !== 'recordDecision') return;
    const { stage, outcome, strategy, symbol, reason } = effect.record;
    if (stage !== 'risk' || outcome !== 'denied' || strategy === undefined) return;
    this.#denied.set(positionKey({ strategy, symbol }), reason.code);
  }

  onRequest(request: SimRequest, atMs: number): void {
    if (request.kind !== 'place' || request.order.class !== 'exit') return;
    const key = positionKey(request.order);
    const due = this.#due.get(key);
    if (due === undefined) return;
    this.#due.delete(key);
    if (!this.#late.delete(key)) this.#judge(key, due, atMs);
  }

  onSecond(atMs: number): void {
    // Balances that our own trades did not make: what may be sold is not proven, and nothing is.
    if (this.#others.isAny) this.#quiet.disturbed(atMs);
    for (const [key, position] of this.#positions.all) {
      const bid = this.#night.venue.core.top(position.venueSymbol)?.bidPrice ?? 0;
      this.#look(key, position, bid, atMs);
      const due = this.#due.get(key);
      if (due === undefined || atMs - due.sinceMs <= LEAVES_MS_MAX || this.#late.has(key)) continue;
      this.#late.add(key);
      this.#judge(key, due, atMs);
    }
  }

  #onTop({ symbol, bidPrice }: TopChanged, atMs: number): void {
    for (const [key, position] of this.#positions.all) {
      if (position.venueSymbol !== symbol) continue;
      const isBooked = atMs - (this.#changedAtMs.get(key) ?? 0) > BOOKED_AFTER_MS;
      if (isBooked && this.#isHealthy(atMs)) this.#levels.get(key)?.heard(bidPrice);
      this.#look(key, position, bidPrice, atMs);
    }
  }

  /** Begins, goes on or ends to count how long the position has been due. */
  #look(key: string, position: TruePosition, bid: number, atMs: number): void {
    const code = this.#findCode(key, position, bid, atMs);
    if (code === undefined) {
      this.#due.delete(key);
      this.#late.delete(key);
    } else if (!this.#due.has(key)) this.#due.set(key, { code, sinceMs: atMs });
  }

  #findCode(key: string, position: TruePosition, bid: number, atMs: number): ExitCode | undefined {
    if (!this.#isHealthy(atMs) || !this.#isFree(position)) return undefined;
    if (!this.#positions.isSellable(position.venueSymbol, position.held, this.#lowest(bid))) {
      return undefined;
    }
    if (this.#isFlattening) return 'OPERATOR_EXIT';
    const mode = this.#night.daemon.life?.desk.mode.mode;
    if (mode !== 'ACTIVE' && mode !== 'REDUCING') return undefined;
    return this.#levels.get(key)?.find(bid, atMs);
  }

  #isHealthy(atMs: number): boolean {
    return this.#quiet.lastsMs(atMs) >= HEALTHY_AFTER_MS && this.#night.daemon.life !== undefined;
  }

  /** An exit may be limited to as little: what is worth too little then is dust. */
  #lowest(bid: number): number {
    return Math.floor((bid * (BPS_WHOLE - this.#night.setup.risk.exitPriceCollarBps)) / BPS_WHOLE);
  }

  /** No order of the market is under way: what becomes of it is known before the next one. */
  #isFree({ symbol }: TruePosition): boolean {
    for (const { intent } of this.#orders.open.values()) {
      if (intent.symbol === symbol) return false;
    }
    return true;
  }

  #levelsOf(position: TruePosition, before: ExitLevels | undefined): ExitLevels {
    const { byStrategy, standard } = this.#night.setup.portfolio.exits;
    const tick = this.#night.venue.core.symbol(position.venueSymbol)?.price.step ?? 0;
    return new ExitLevels(byStrategy[position.strategy] ?? standard, position, tick, before);
  }

  #judge(key: string, { code, sinceMs }: Due, atMs: number): void {
    const waitedMs = Math.round(atMs - sinceMs);
    this.tally.check(
      waitedMs <= LEAVES_MS_MAX,
      () =>
        `${key} is to be left (${code}) for ${waitedMs} ms and no exit has left, ` +
        `allowed are ${LEAVES_MS_MAX} ms; the gate denied it last for ${this.#denied.get(key) ?? 'nothing'}`,
    );
  }
}

/** A person speaks, and nothing is wrong with the way to the venue meanwhile. */
function isMereWord({ name, parameters }: PlannedFault): boolean {
  return name.startsWith('operator.') && parameters['isDark'] !== true;
}

export const positionLeft: CheckerKind = {
  id: 'position.left',
  claim:
    'a position that a rule of the settings or a person says to leave has an exit on the wire within five seconds, if nothing is in the way',
  make: (night) => new PositionLeft(night),
};
