/**
 * Who has what, exactly. Nothing is created and nothing vanishes: what accounts hold, what the
 * market's own participants won or lost, and what fees took always add up to what was paid in. The
 * market's participants have no limit; only their net position is kept, and it may be negative.
 */
import { invariant } from '../domain/assert.ts';
import { BoundedMap } from '../domain/bounded.ts';
import type { AccountSetup, AccountView, LedgerTruth } from './exchange-core.ts';
import type { AccountingState } from './exchange-state.ts';
import type { BalanceView } from './happening.ts';
import { amountE8, shareOf, toWire } from './scale.ts';

const ACCOUNTS_MAX = 10_000;
const ASSETS_MAX = 10_000;
const DEFAULT_RATE = '0.001';

/** Free and locked of one asset. */
interface Balance {
  free: bigint;
  locked: bigint;
}

/** One customer. `undefined` in place of an account means the market's own participants. */
export class Account {
  readonly key: string;
  readonly makerRate: bigint;
  readonly takerRate: bigint;
  updatedAtMs = 0;
  readonly balances = new BoundedMap<string, Balance>('matching.balances', ASSETS_MAX, 'refuse');
  /** Assets touched since the last `takeTouched`. */
  readonly touched = new BoundedMap<string, true>('matching.touched', ASSETS_MAX, 'refuse');

  constructor(setup: AccountSetup) {
    this.key = setup.accountKey;
    this.makerRate = amountE8(setup.makerRate ?? DEFAULT_RATE);
    this.takerRate = amountE8(setup.takerRate ?? DEFAULT_RATE);
  }

  balance(asset: string): Balance {
    let balance = this.balances.get(asset);
    if (balance === undefined) {
      balance = { free: 0n, locked: 0n };
      this.balances.set(asset, balance);
    }
    return balance;
  }

  free(asset: string): bigint {
    return this.balances.get(asset)?.free ?? 0n;
  }

  view(): AccountView {
    return {
      accountKey: this.key,
      makerRate: this.makerRate,
      takerRate: this.takerRate,
      updatedAtMs: this.updatedAtMs,
      balances: [...this.balances.keys()].map((asset) => this.#balanceView(asset)),
    };
  }

  /** Balances touched since the last call, oldest touch first. */
  takeTouched(): readonly BalanceView[] {
    const views = [...this.touched.keys()].map((asset) => this.#balanceView(asset));
    this.touched.clear();
    return views;
  }

  #balanceView(asset: string): BalanceView {
    const { free, locked } = this.balance(asset);
    return { asset, free, locked };
  }
}

/** Every account and the three counter-accounts. */
export class Ledger {
  readonly #accounts = new BoundedMap<string, Account>('matching.accounts', ACCOUNTS_MAX, 'refuse');
  readonly #market = new BoundedMap<string, bigint>('matching.market', ASSETS_MAX, 'refuse');
  readonly #fees = new BoundedMap<string, bigint>('matching.fees', ASSETS_MAX, 'refuse');
  readonly #deposited = new BoundedMap<string, bigint>('matching.deposited', ASSETS_MAX, 'refuse');
  #touchedAccounts: Account[] = [];

  open(setup: AccountSetup): Account {
    invariant(!this.#accounts.has(setup.accountKey), `account ${setup.accountKey} exists`);
    const account = new Account(setup);
    this.#accounts.set(account.key, account);
    for (const [asset, text] of Object.entries(setup.balances)) {
      this.deposit(account, asset, amountE8(text));
    }
    account.touched.clear();
    return account;
  }

  /** Every account and counter-account as written down; nothing may have happened before. */
  restore(state: AccountingState): void {
    for (const { accountKey, makerRate, takerRate, updatedAtMs, balances } of state.accounts) {
      const account = this.open({
        accountKey,
        balances: {},
        makerRate: toWire(makerRate),
        takerRate: toWire(takerRate),
      });
      account.updatedAtMs = updatedAtMs;
      for (const { asset, free, locked } of balances) {
        invariant(free >= 0n && locked >= 0n, `${accountKey} owes ${asset}`);
        account.balances.set(asset, { free, locked });
      }
    }
    for (const { asset, net } of state.market) add(this.#market, asset, net);
    for (const { asset, net } of state.fees) add(this.#fees, asset, net);
    for (const { asset, net } of state.deposited) add(this.#deposited, asset, net);
  }

  account(key: string): Account | undefined {
    return this.#accounts.get(key);
  }

  /** Money from outside, or back to it when `delta` is negative; false when there is not that much free. */
  deposit(account: Account, asset: string, delta: bigint): boolean {
    const balance = account.balance(asset);
    if (balance.free + delta < 0n) return false;
    balance.free += delta;
    add(this.#deposited, asset, delta);
    this.#touch(account, asset);
    return true;
  }

  /** Moves free to locked; false, and nothing moved, when there is not enough. */
  lock(account: Account, asset: string, amount: bigint): boolean {
    const balance = account.balance(asset);
    if (balance.free < amount) return false;
    balance.free -= amount;
    balance.locked += amount;
    this.#touch(account, asset);
    return true;
  }

  unlock(account: Account, asset: string, amount: bigint): void {
    if (amount === 0n) return;
    const balance = account.balance(asset);
    invariant(balance.locked >= amount, `${account.key} frees more ${asset} than is locked`);
    balance.locked -= amount;
    balance.free += amount;
    this.#touch(account, asset);
  }

  /** Takes `amount` out of what the payer had locked; the market simply pays. */
  payLocked(payer: Account | undefined, asset: string, amount: bigint): void {
    if (payer === undefined) {
      add(this.#market, asset, -amount);
      return;
    }
    const balance = payer.balance(asset);
    invariant(balance.locked >= amount, `${payer.key} pays more ${asset} than is locked`);
    balance.locked -= amount;
    this.#touch(payer, asset);
  }

  /** Gives `amount` less commission at `rate`; returns the commission. The market pays none. */
  receive(payee: Account | undefined, asset: string, amount: bigint, rate: bigint): bigint {
    if (payee === undefined) {
      add(this.#market, asset, amount);
      return 0n;
    }
    const commission = shareOf(amount, rate);
    payee.balance(asset).free += amount - commission;
    if (commission > 0n) add(this.#fees, asset, commission);
    this.#touch(payee, asset);
    return commission;
  }

  /** Accounts whose balances were touched since the last call. */
  takeTouchedAccounts(): readonly Account[] {
    const touched = this.#touchedAccounts;
    if (touched.length > 0) this.#touchedAccounts = [];
    return touched;
  }

  truth(): LedgerTruth {
    const accounts = [...this.#accounts.values()].map((account) => account.view());
    const sums = new Map<string, bigint>();
    const sum = (asset: string, amount: bigint): void => {
      sums.set(asset, (sums.get(asset) ?? 0n) + amount);
    };
    for (const account of accounts) {
      for (const { asset, free, locked } of account.balances) sum(asset, free + locked);
    }
    for (const [asset, net] of this.#market.entries()) sum(asset, net);
    for (const [asset, net] of this.#fees.entries()) sum(asset, net);
    for (const [asset, net] of this.#deposited.entries()) sum(asset, -net);
    return {
      accounts,
      market: list(this.#market),
      fees: list(this.#fees),
      deposited: list(this.#deposited),
      imbalances: [...sums].filter(([, off]) => off !== 0n).map(([asset, off]) => ({ asset, off })),
    };
  }

  #touch(account: Account, asset: string): void {
    if (account.touched.size === 0) this.#touchedAccounts.push(account);
    account.touched.set(asset, true);
  }
}

function add(book: BoundedMap<string, bigint>, asset: string, amount: bigint): void {
  book.set(asset, (book.get(asset) ?? 0n) + amount);
}

function list(book: BoundedMap<string, bigint>): { asset: string; net: bigint }[] {
  return [...book.entries()].map(([asset, net]) => ({ asset, net }));
}
