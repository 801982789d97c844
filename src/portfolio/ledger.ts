import { BoundedMap, type BoundedState, type CollectionSize } from '../domain/bounded.ts';
import { baseAmountOf, type Instrument, type VenueId } from '../domain/instrument.ts';
import type { Balance, Fill } from '../domain/order.ts';
import { type Amount, amount, NO_AMOUNT } from '../domain/units.ts';
import type { BalanceMismatch, ExpectedBalance, FeeView } from './views.ts';

const ACCOUNTS_MAX = 5_000;

interface Account {
  readonly venue: VenueId;
  readonly asset: string;
  readonly opening: Amount;
  /** What our fills moved, fees included. */
  readonly flow: Amount;
  /** `flow` without fees of other markets: what trading this asset itself moved. */
  readonly tradeFlow: Amount;
  readonly fees: Amount;
}

/** By venue and asset. */
export type LedgerState = BoundedState<readonly [string, Account]>;

/**
 * What each venue must hold for us: the opening balance plus every fill. Free and locked count
 * together: an order that works moves money between the two and not in or out.
 */
export class Ledger {
  readonly #accounts = new BoundedMap<string, Account>(
    'portfolio.accounts',
    ACCOUNTS_MAX,
    'refuse',
  );

  /** Sets what the account held before our first fill. */
  open(venue: VenueId, asset: string, total: Amount): void {
    this.#set({ ...this.#get(venue, asset), opening: total });
  }

  book(fill: Fill, instrument: Instrument): void {
    const base = baseAmountOf(instrument, fill.quantity);
    const sign = fill.side === 'BUY' ? 1n : -1n;
    this.#move(fill.venue, instrument.base.name, sign * base);
    this.#move(fill.venue, instrument.quote.name, -sign * fill.quote);
    const { base: sold, quote: paid } = instrument;
    this.#pay(fill, fill.feeAsset === sold.name || fill.feeAsset === paid.name);
  }

  /**
   * What of an asset is ours to use: `allocated` of it, at most what was there at the opening, and
   * what our trades moved. Fees in a third asset come out of the owner's part: they must not make
   * coins that a strategy bought look like the owner's.
   */
  getOwned(venue: VenueId, asset: string, allocated: Amount): Amount {
    const { opening, tradeFlow } = this.#get(venue, asset);
    return amount((allocated < opening ? allocated : opening) + tradeFlow);
  }

  listExpected(venue: VenueId): readonly ExpectedBalance[] {
    const expected: ExpectedBalance[] = [];
    for (const account of this.#accounts.values()) {
      if (account.venue !== venue) continue;
      expected.push({ asset: account.asset, total: amount(account.opening + account.flow) });
    }
    return expected;
  }

  listFees(): readonly FeeView[] {
    const paid = [...this.#accounts.values()].filter(({ fees }) => fees !== 0n);
    return paid.map(({ venue, asset, fees }) => ({ venue, asset, amount: fees }));
  }

  collections(): readonly CollectionSize[] {
    return [this.#accounts];
  }

  save(): LedgerState {
    return this.#accounts.save();
  }

  load(state: LedgerState): void {
    this.#accounts.load(state);
  }

  #move(venue: VenueId, asset: string, by: bigint): void {
    const account = this.#get(venue, asset);
    this.#set({
      ...account,
      flow: amount(account.flow + by),
      tradeFlow: amount(account.tradeFlow + by),
    });
  }

  #pay(fill: Fill, isOfMarket: boolean): void {
    const account = this.#get(fill.venue, fill.feeAsset);
    this.#set({
      ...account,
      flow: amount(account.flow - fill.fee),
      tradeFlow: isOfMarket ? amount(account.tradeFlow - fill.fee) : account.tradeFlow,
      fees: amount(account.fees + fill.fee),
    });
  }

  #get(venue: VenueId, asset: string): Account {
    const known = this.#accounts.get(keyOf(venue, asset));
    if (known !== undefined) return known;
    const nothing = { opening: NO_AMOUNT, flow: NO_AMOUNT, tradeFlow: NO_AMOUNT, fees: NO_AMOUNT };
    return { venue, asset, ...nothing };
  }

  #set(account: Account): void {
    this.#accounts.set(keyOf(account.venue, account.asset), account);
  }
}

/**
 * Where the venue's word differs from the model, asset by asset. An asset that one side does not
 * name counts as 0 there. Empty: everything is explained.
 */
export function assessBalances(
  expected: readonly ExpectedBalance[],
  actual: readonly Balance[],
): readonly BalanceMismatch[] {
  const ours = new Map(expected.map(({ asset, total }) => [asset, total]));
  const theirs = new Map(actual.map((b) => [b.asset, amount(b.free + b.locked)]));
  const mismatches: BalanceMismatch[] = [];
  for (const asset of new Set([...ours.keys(), ...theirs.keys()])) {
    const should = ours.get(asset) ?? NO_AMOUNT;
    const is = theirs.get(asset) ?? NO_AMOUNT;
    if (should === is) continue;
    mismatches.push({ asset, expected: should, actual: is, difference: amount(is - should) });
  }
  return mismatches;
}

const keyOf = (venue: VenueId, asset: string): string => `${venue}|${asset}`;
