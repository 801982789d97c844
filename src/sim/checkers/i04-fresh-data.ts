import { parseDecimal } from '../../domain/decimal.ts';
import type { CheckResult } from '../../domain/decision.ts';
import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent, FrameReceived } from '../../domain/event.ts';
import type { ClientOrderId, ConnectionId } from '../../domain/ids.ts';
import type { OrderIntent } from '../../domain/order.ts';
import type { UnixMs } from '../../domain/units.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import type { SocketKind } from '../trouble.ts';
import { HeardAccount } from './heard-account.ts';
import { HeardMarket, type HeardSymbol } from './heard-market.ts';
import { HeldBack } from './held-back.ts';
import { LoopGaps } from './loop-gaps.ts';

/** A tick of the daemon and the longest of common delays on the way. */
const WAY_MS = 100;
/** Both clocks are told in whole milliseconds, and a measurement is half a round trip wrong at most. */
const CLOCK_MS = 20;
/** A clock question is answered or given up within this. */
const ANSWER_MS = 15_000;
const LAST_ID = /"u":(\d+)/;
/** The daemon counts gaps in classes whose upper ends are this much above what falls into them. */
const GAP_CLASS = 1.3;

/**
 * An entry is decided upon data that are young, whole and the venue's own. Judged when the daemon last
 * could say no, right before it is written down that the order leaves: what the disk takes after that,
 * it cannot know.
 */
class FreshData implements Checker {
  readonly tally: Tally;
  readonly #setup: SimNight['setup'];
  readonly #market: HeardMarket;
  readonly #account: HeardAccount;
  readonly #night: SimNight;
  readonly #heldBack: HeldBack;
  readonly #gaps = new LoopGaps();
  /** True time since which our clock and the venue's differ by more than they may. */
  #skewedSinceMs: number | undefined;
  #skewMs = 0;
  /** What the gate compared, of orders that have not left yet: several may be approved at one event. */
  readonly #checks = new Map<ClientOrderId, readonly CheckResult[]>();

  constructor(night: SimNight) {
    this.tally = new Tally('I4', night);
    this.#night = night;
    this.#setup = night.setup;
    this.#heldBack = new HeldBack(night.setup.feed.eventLagMsMax + WAY_MS);
    this.#market = new HeardMarket(night.startMs);
    this.#account = new HeardAccount(night.setup.accountStream.silenceMsMax);
  }

  onLifeBegan(_life: number, atMs: number): void {
    this.#market.onLifeBegan();
    this.#account.onLifeBegan();
    this.#heldBack.onLifeBegan();
    this.#gaps.onLifeBegan(atMs);
    this.#checks.clear();
  }

  onSocketAsked(kind: SocketKind, connection: ConnectionId, atMs: number): void {
    this.#account.onSocketAsked(kind, connection, atMs);
  }

  onFrameMade(stream: string, data: string, atMs: number): void {
    this.#market.onFrameMade(stream, data, atMs);
  }

  onEvent(event: DeskEvent, atMs: number): void {
    // What was heard before this has been looked at by now.
    for (const venueSymbol of this.#heldBack.symbols) this.#checkHeldBack(venueSymbol, event.atMs);
    this.#gaps.onEvent(event, atMs);
    if (this.#account.onEvent(event, atMs)) return;
    this.#heldBack.onEvent(event, atMs);
    if (event.type === 'frameReceived') this.#onFrame(event, atMs);
    else if (event.type === 'venueAnswered') this.#market.onAnswer(event, atMs);
    else if (event.type === 'healthSampled') this.#watchClock(event.atMs, atMs);
  }

  onEffect(effect: Effect, atMs: number): void {
    this.#market.onEffect(effect, atMs);
    this.#gaps.onEffect(effect, atMs);
    if (effect.type === 'persistIntent') this.#onIntent(effect.order, effect.checks);
    if (effect.type === 'persistSubmitted') this.#onLeaving(effect.order, atMs);
  }

  #onFrame(event: FrameReceived, atMs: number): void {
    const symbol = this.#market.onFrame(event, atMs);
    if (symbol === undefined) return;
    const madeAtMs = this.#market.find(symbol)?.top.madeAtMs ?? atMs;
    this.#heldBack.onTop(symbol, event.connection, atMs - madeAtMs, atMs);
  }

  /** Best prices that waited behind a silence of their socket are late, whatever their age since they came. */
  #checkHeldBack(venueSymbol: string, nowMs: UnixMs): void {
    const told = LAST_ID.exec(this.#market.find(venueSymbol)?.top.data ?? '')?.[1];
    for (const { feed, instruments } of this.#night.daemon.life?.desk.venues ?? []) {
      const instrument = instruments.find((one) => one.venueSymbol === venueSymbol);
      if (instrument === undefined) continue;
      const { index, symbol } = instrument;
      // It believes others, or none.
      if (feed.top(index)?.updateId !== Number(told)) continue;
      this.tally.check(
        !feed.assessFreshness(index, nowMs).fresh,
        () => `the best prices of ${symbol} waited behind a silence and count as fresh`,
      );
    }
  }

  /** What the daemon took for the best prices is what the venue last told it, word for word. */
  #onIntent(order: OrderIntent, checks: readonly CheckResult[]): void {
    if (order.class !== 'entry') return;
    this.#checks.set(order.clientOrderId, checks);
    const symbol = this.#market.find(order.instrument.venueSymbol);
    const believed = checks.find(({ code }) => code === 'BOOK_CROSSED');
    const [bid, ask] = [believed?.value, believed?.limit].map((text) => parseE8(String(text)));
    const told = symbol === undefined ? undefined : toldTop(symbol);
    // Before the first change of its best prices a market is known by its snapshot alone.
    if (symbol !== undefined && isFromSnapshot(symbol)) return;
    this.tally.check(
      bid !== undefined && ask !== undefined && bid === told?.bid && ask === told.ask && bid < ask,
      () =>
        `${order.clientOrderId} takes ${bid} and ${ask} for the best prices of ${order.symbol}, ` +
        `the venue last told ${told?.bid} and ${told?.ask} (10^-8)`,
    );
  }

  #onLeaving(order: OrderIntent, atMs: number): void {
    if (order.class !== 'entry') return;
    const { clientOrderId: id, symbol: name } = order;
    const symbol = this.#market.find(order.instrument.venueSymbol);
    this.tally.check(symbol !== undefined, () => `${id}: nothing was ever made of ${name}`);
    if (symbol === undefined) return;
    const limitMs = this.#checkLimit(order, symbol.longestGapMs(atMs));
    this.#checkAges(order, symbol, limitMs, atMs);
    this.tally.check(
      symbol.isBookWhole,
      () => `${id}: the book of ${name} misses what came after its last snapshot`,
    );
    const account = this.#account.isUp(atMs);
    this.tally.check(account, () => `${id} left while no account events could reach us`);
    const gap = this.#gaps.find(atMs);
    this.tally.check(gap === undefined, () => `${id} left after ${gap}`);
    this.#checkClock(order, atMs);
  }

  /** How old data may be is learned per market, and only from silences that the market really had. */
  #checkLimit(order: OrderIntent, gapMsMax: number): number {
    const { freshnessMsMax, quietFreshnessMsMax, quietGapFactor } = this.#setup.feed;
    const checks = this.#checks.get(order.clientOrderId) ?? [];
    this.#checks.delete(order.clientOrderId);
    const told = checks.find(({ code }) => code === 'STALE_DATA')?.limit;
    const limitMs = typeof told === 'number' ? told : freshnessMsMax;
    // A little of a silence may be learned without the venue's word: so much that no limit grows by it.
    const unconfirmedMs = freshnessMsMax / quietGapFactor;
    const learnedMs = quietGapFactor * (gapMsMax + unconfirmedMs + WAY_MS) * GAP_CLASS;
    const mostMs = Math.min(quietFreshnessMsMax, Math.max(freshnessMsMax, learnedMs));
    this.tally.check(
      typeof told === 'number' && limitMs <= mostMs,
      () =>
        `${order.clientOrderId}: data of ${order.symbol} may be ${told} ms old, ` +
        `${mostMs} ms by its longest silence of ${gapMsMax} ms`,
    );
    return Math.min(limitMs, mostMs);
  }

  #checkAges(order: OrderIntent, symbol: HeardSymbol, limitMs: number, atMs: number): void {
    const { eventLagMsMax, futureMsMax } = this.#setup.feed;
    const { clientOrderId: id, symbol: name } = order;
    const ageMs = atMs - (symbol.youngestAtMs ?? Number.NEGATIVE_INFINITY);
    this.tally.check(
      ageMs <= limitMs + WAY_MS,
      () => `${id}: the last news of ${name} came ${ageMs} ms before, limit is ${limitMs} ms`,
    );
    // Late by the longest lag and then silent for the longest age: older than that is never right.
    const knownAtMs = symbol.snapshotAskedAtMs ?? Number.NEGATIVE_INFINITY;
    const missingMs = atMs - (symbol.top.missingSinceMs(knownAtMs) ?? atMs);
    this.tally.check(
      missingMs <= limitMs + eventLagMsMax + WAY_MS,
      () =>
        `${id}: other best prices of ${name} were told ${missingMs} ms before and not heard, ` +
        `limit is ${limitMs + eventLagMsMax} ms`,
    );
    const { heardAtMs, madeAtMs } = symbol.depth;
    if (heardAtMs === undefined || madeAtMs === undefined) return;
    // The venue confirmed since then that nothing is missing.
    if ((symbol.snapshotAskedAtMs ?? 0) > heardAtMs) return;
    // Or a trade behind it was on time: one way keeps its order.
    if ((symbol.tradeOnTimeAtMs ?? 0) >= heardAtMs) return;
    const lagMs = heardAtMs - madeAtMs;
    // An event may be so far ahead of what we take for the venue's clock: then it seems less late.
    this.tally.check(
      lagMs <= eventLagMsMax + futureMsMax,
      () =>
        `${id}: the last event of ${name} came ${lagMs} ms late, ` +
        `limit is ${eventLagMsMax} ms and ${futureMsMax} ms of doubt`,
    );
  }

  #watchClock(daemonNowMs: number, atMs: number): void {
    const venueOffsetMs = this.#market.venueOffsetMs;
    if (venueOffsetMs === undefined) return;
    this.#skewMs = Math.abs(daemonNowMs - (atMs + venueOffsetMs));
    const isSkewed = this.#skewMs > this.#setup.risk.clockOffsetMsMax + CLOCK_MS;
    if (!isSkewed) this.#skewedSinceMs = undefined;
    else this.#skewedSinceMs ??= atMs;
  }

  /** The venue is asked for its time so often; what happens to a clock in between, nobody knows. */
  #checkClock({ clientOrderId }: OrderIntent, atMs: number): void {
    const mayLastMs = this.#setup.feed.serverTimeEveryMs + ANSWER_MS;
    const skewedMs = atMs - (this.#skewedSinceMs ?? atMs);
    this.tally.check(
      skewedMs <= mayLastMs,
      () =>
        `${clientOrderId} left with clocks ${Math.round(this.#skewMs)} ms apart for ${skewedMs} ms, ` +
        `limit is ${this.#setup.risk.clockOffsetMsMax} ms`,
    );
  }
}

/** The venue never told its best prices by themselves since the snapshot. */
function isFromSnapshot({ top, snapshotHeardAtMs }: HeardSymbol): boolean {
  return snapshotHeardAtMs !== undefined && (top.heardAtMs ?? 0) < snapshotHeardAtMs;
}

function toldTop({ top }: HeardSymbol): { bid: bigint | undefined; ask: bigint | undefined } {
  const told: { readonly b?: string; readonly a?: string } = JSON.parse(top.data ?? '{}');
  return { bid: parseE8(told.b ?? ''), ask: parseE8(told.a ?? '') };
}

function parseE8(text: string): bigint | undefined {
  return parseDecimal(text, 8);
}

export const freshData: CheckerKind = {
  id: 'I4',
  claim: "no entry leaves upon data that are old, late, broken or not the venue's own",
  make: (night) => new FreshData(night),
};
