import { formatFixed, parseDecimal } from '../../domain/decimal.ts';
import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent } from '../../domain/event.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { VenueAnswer } from '../../domain/venue.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { inE8, paidE8, quantityE8, scaleOf } from './exact-e8.ts';
import { isUnproven, ProjectedOrders } from './projected-orders.ts';

/** What an order moves may not be in every sum for so long. */
const MOVING_MS = 8_000;
/** Two answers so far apart are two. */
const APART_MS = 2_900;
/** While rows wait for a disk, or a clock moves, what the daemon compared is not what stands here. */
const BLURS = /^(disk|clock|journal)\./;

/**
 * No entry leaves while the account is not what our books make of it: two answers in a row, three seconds apart and
 * with no order under way, differed from the opening and every fill of the journal, and none has agreed since.
 */
class AccountProven implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  readonly #orders = new ProjectedOrders();
  /** Opening and fills, by asset, in 10^-8; `undefined`: the books are not open. */
  #expected: Map<string, bigint> | undefined;
  #movedAtMs = 0;
  #answersCount = 0;
  /** When the first and the last of a row of answers that differ were heard. */
  #differs: { readonly sinceMs: number; lastAtMs: number; text: string } | undefined;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('account.proven', night);
  }

  onLifeBegan(): void {
    this.#answersCount = 0;
    this.#differs = undefined;
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) {
      const order = this.#orders.take(row, atMs);
      if (order !== undefined) this.#movedAtMs = atMs;
      if (row.type === 'opening') this.#open(row.balances);
      if (row.type !== 'filled' || order === undefined) continue;
      const { fill } = row;
      const { instrument } = order.intent;
      const sign = fill.side === 'BUY' ? 1n : -1n;
      this.#add(instrument.base.name, sign * quantityE8(instrument, fill.quantity));
      this.#add(instrument.quote.name, -sign * paidE8(instrument, fill));
      this.#add(fill.feeAsset, -inE8(fill.fee, scaleOf(instrument, fill.feeAsset)));
    }
  }

  onEvent(event: DeskEvent, atMs: number): void {
    if (event.type === 'orderAnswered' || event.type === 'cancelAnswered') this.#movedAtMs = atMs;
    if (event.type === 'venueAnswered' && event.question.type === 'account') {
      this.#onAccount(event.answer, atMs);
    }
  }

  onRequest({ kind }: { readonly kind: string }, atMs: number): void {
    if (kind === 'place' || kind === 'cancel') this.#movedAtMs = atMs;
  }

  onEffect(effect: Effect): void {
    if (effect.type !== 'persistSubmitted' || effect.order.class !== 'entry') return;
    if (this.#answersCount < 2) return;
    const { faults } = this.#night;
    if (faults.recentNames().some((name) => BLURS.test(name) || name === 'daemon.copied')) return;
    const differs = this.#differs;
    const isProven = differs === undefined || differs.lastAtMs - differs.sinceMs < APART_MS;
    this.tally.check(
      isProven,
      () =>
        `${effect.order.clientOrderId} leaves while the account differs: ${differs?.text ?? ''}`,
    );
  }

  #onAccount(answer: VenueAnswer, atMs: number): void {
    const told = totalsOf(answer);
    if (told === undefined || this.#expected === undefined) return;
    this.#answersCount += 1;
    const text = this.#difference(told, this.#expected);
    if (text === '') this.#differs = undefined;
    else if (this.#isStill(atMs)) {
      if (this.#differs === undefined) this.#differs = { sinceMs: atMs, lastAtMs: atMs, text };
      else {
        this.#differs.lastAtMs = atMs;
        this.#differs.text = text;
      }
    }
  }

  #isStill(atMs: number): boolean {
    if (atMs - this.#movedAtMs < MOVING_MS) return false;
    return ![...this.#orders.open.values()].some(({ state }) => isUnproven(state));
  }

  #difference(told: ReadonlyMap<string, bigint>, expected: ReadonlyMap<string, bigint>): string {
    const assets = [...new Set([...told.keys(), ...expected.keys()])].sort();
    return assets
      .map((asset) => [asset, (told.get(asset) ?? 0n) - (expected.get(asset) ?? 0n)] as const)
      .filter(([, delta]) => delta !== 0n)
      .map(([asset, delta]) => `${asset} ${formatFixed(delta, 8)}`)
      .join(', ');
  }

  #open(balances: Readonly<Record<string, string>>): void {
    const entries = Object.entries(balances);
    this.#expected = new Map(entries.map(([asset, held]) => [asset, parseDecimal(held, 8) ?? 0n]));
  }

  #add(asset: string, delta: bigint): void {
    this.#expected?.set(asset, (this.#expected.get(asset) ?? 0n) + delta);
  }
}

interface Held {
  readonly asset: string;
  readonly free: string;
  readonly locked: string;
}

/** Free and locked together, by asset; `undefined`: no such answer. */
function totalsOf(answer: VenueAnswer): ReadonlyMap<string, bigint> | undefined {
  if (answer.type !== 'http' || answer.status !== 200) return undefined;
  const balances = readBalances(answer.body);
  if (balances === undefined) return undefined;
  const totals = new Map<string, bigint>();
  for (const { asset, free, locked } of balances) {
    const [one, other] = [parseDecimal(free, 8), parseDecimal(locked, 8)];
    if (one === undefined || other === undefined) return undefined;
    totals.set(asset, one + other);
  }
  return totals;
}

/** `undefined`: garbage, of which nobody learns anything. */
function readBalances(body: string): readonly Held[] | undefined {
  try {
    const parsed: { readonly balances?: readonly Held[] } | null = JSON.parse(body);
    return Array.isArray(parsed?.balances) ? parsed.balances : undefined;
  } catch {
    return undefined;
  }
}

export const accountProven: CheckerKind = {
  id: 'account.proven',
  claim: 'no entry leaves once two answers of the account in a row differ from our own books',
  make: (night) => new AccountProven(night),
};
