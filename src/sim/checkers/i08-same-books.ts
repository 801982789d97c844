import { formatFixed, parseDecimal } from '../../domain/decimal.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { WireEntry } from '../listener.ts';
import type { SimNight } from '../night.ts';
import { OPENING_BALANCES, OURS } from '../venue.ts';
import { inE8, paidE8, priceE8, quantityE8, scaleOf } from './exact-e8.ts';
import { MoneyOfOthers } from './money-of-others.ts';
import { isOwnId } from './own-orders.ts';
import { ProjectedOrders } from './projected-orders.ts';

type FilledRow = Extract<JournalRow, { type: 'filled' }>;

/** Answers about the account that an opening row may be made of. */
const ANSWERS_KEPT = 50;

/**
 * What the journal says we hold, and which orders are open, is what the exchange says: exactly. What
 * others moved on the account (a deposit, a person's own order) is taken from the exchange.
 */
class SameBooks implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  readonly #orders = new ProjectedOrders();
  /** By asset, in 10^-8. */
  readonly #booked = new Map<string, bigint>();
  readonly #byOthers: MoneyOfOthers;
  readonly #accountAnswers: string[] = [];

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('I8', night);
    this.#byOthers = new MoneyOfOthers(night);
  }

  onArrived({ request, answer }: WireEntry): void {
    if (request.kind !== 'ask' || request.question.type !== 'account') return;
    if (answer.type !== 'http' || answer.status !== 200) return;
    this.#accountAnswers.push(answer.body);
    if (this.#accountAnswers.length > ANSWERS_KEPT) this.#accountAnswers.shift();
  }

  onHappening(happening: MarketHappening): void {
    this.#byOthers.onHappening(happening);
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) {
      this.#orders.take(row, atMs);
      if (row.type === 'filled') this.#book(row);
      if (row.type === 'opening') this.#checkOpening(row.balances);
    }
  }

  finish(isSettled: boolean): void {
    if (!isSettled) return;
    this.#compareBalances();
    this.#compareOpenOrders();
  }

  #book({ clientOrderId, fill }: FilledRow): void {
    const instrument = this.#orders.byId.get(clientOrderId)?.intent.instrument;
    if (instrument === undefined) return;
    const sign = fill.side === 'BUY' ? 1n : -1n;
    const quantity = quantityE8(instrument, fill.quantity);
    add(this.#booked, instrument.base.name, sign * quantity);
    add(this.#booked, instrument.quote.name, -sign * paidE8(instrument, fill));
    const fee = inE8(fill.fee, scaleOf(instrument, fill.feeAsset));
    add(this.#booked, fill.feeAsset, -fee);
  }

  /** The books begin with what the exchange really held when it was asked. */
  #checkOpening(balances: Readonly<Record<string, string>>): void {
    const told = JSON.stringify(sorted(balances));
    const answers = this.#accountAnswers.map((body) => JSON.stringify(sorted(totalsOf(body))));
    this.tally.check(
      answers.includes(told),
      () => `the books open with ${told}, the venue last said ${answers.at(-1) ?? 'nothing'}`,
    );
  }

  #compareBalances(): void {
    const assets = new Set([
      ...Object.keys(OPENING_BALANCES),
      ...this.#booked.keys(),
      ...this.#byOthers.byAsset.keys(),
    ]);
    for (const asset of assets) {
      const opened = openingOf(asset);
      const booked = this.#booked.get(asset) ?? 0n;
      const byOthers = this.#byOthers.byAsset.get(asset) ?? 0n;
      const expected = opened + booked + byOthers;
      const held = this.#night.venue.balance(asset);
      this.tally.check(
        expected === held,
        () =>
          `${asset}: the venue holds ${text(held)}; ${text(opened)} at first, ${text(booked)} by the ` +
          `journal's fills and ${text(byOthers)} by others make ${text(expected)}`,
      );
    }
  }

  #compareOpenOrders(): void {
    const believed = [...this.#orders.open.values()].map(({ intent, reportedLots, filledLots }) => {
      const { instrument, clientOrderId } = intent;
      const open = intent.quantity - Math.max(reportedLots, filledLots);
      const price = text(priceE8(instrument, intent.price));
      return `${clientOrderId} ${text(quantityE8(instrument, open))} at ${price}`;
    });
    const real = this.#night.venue.core
      .openOrders(OURS, undefined)
      .filter(({ clientOrderId }) => isOwnId(clientOrderId))
      .map(({ clientOrderId, price, quantity, executedQty }) => {
        return `${clientOrderId} ${text(BigInt(quantity - executedQty))} at ${text(BigInt(price))}`;
      });
    const [ours, theirs] = [believed, real].map((list) => [...list].sort().join('; '));
    this.tally.check(
      ours === theirs,
      () => `open by the journal: ${ours || 'none'}; at the venue: ${theirs || 'none'}`,
    );
  }
}

function add(sums: Map<string, bigint>, asset: string, delta: bigint): void {
  sums.set(asset, (sums.get(asset) ?? 0n) + delta);
}

function text(value: bigint): string {
  return formatFixed(value, 8);
}

function openingOf(asset: string): bigint {
  const opening: Readonly<Record<string, string>> = OPENING_BALANCES;
  return parseDecimal(opening[asset] ?? '0', 8) ?? 0n;
}

/** Free and locked together, by asset, as the books spell them. Empty when there is nothing. */
function totalsOf(body: string): Readonly<Record<string, string>> {
  const parsed: { readonly balances?: readonly Held[] } = JSON.parse(body);
  const totals: Record<string, string> = {};
  for (const { asset, free, locked } of parsed.balances ?? []) {
    totals[asset] = text((parseDecimal(free, 8) ?? 0n) + (parseDecimal(locked, 8) ?? 0n));
  }
  return totals;
}

interface Held {
  readonly asset: string;
  readonly free: string;
  readonly locked: string;
}

/** Zeros say nothing; spelt with eight decimals and in the order of names. */
function sorted(
  balances: Readonly<Record<string, string>>,
): readonly (readonly [string, string])[] {
  return Object.entries(balances)
    .map(([asset, held]) => [asset, text(parseDecimal(held, 8) ?? -1n)] as const)
    .filter(([, held]) => parseDecimal(held, 8) !== 0n)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

export const sameBooks: CheckerKind = {
  id: 'I8',
  claim: 'what the journal says we hold and have open is what the exchange says, to the last digit',
  make: (night) => new SameBooks(night),
};
