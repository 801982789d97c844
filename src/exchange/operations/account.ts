import type { AccountView } from '../../matching/exchange-core.ts';
import type { BalanceView } from '../../matching/happening.ts';
import { toWire } from '../../matching/scale.ts';
import { describeRateLimits } from '../../matching/wire/rate-limits.ts';
import { VenueRefusal } from '../../matching/wire/venue-refusal.ts';
import { describeAccount } from '../../matching/wire/wire-shapes.ts';
import { type Operation, readSymbol, signedOperation, type Venue } from './operation.ts';

const NO_RATE = '0.00000000';

/** `GET account`, `account.status`. */
export const account: Operation = signedOperation(20, (venue, call) => {
  const view = accountOf(venue, call.account);
  const omitZero = call.params.flag('omitZeroBalances') === true;
  call.params.refuseUnread();
  return describeAccount(omitZero ? { ...view, balances: held(view) } : view);
});

/** `GET account/commission`, `account.commission`. */
export const commission: Operation = signedOperation(
  20,
  (venue, call) => {
    const symbol = readSymbol(venue, call.params);
    call.params.refuseUnread();
    const view = accountOf(venue, call.account);
    const none = { maker: NO_RATE, taker: NO_RATE, buyer: NO_RATE, seller: NO_RATE };
    return {
      symbol,
      standardCommission: { ...none, maker: toWire(view.makerRate), taker: toWire(view.takerRate) },
      specialCommission: none,
      taxCommission: none,
      discount: {
        enabledForAccount: false,
        enabledForSymbol: false,
        discountAsset: 'BNB',
        discount: NO_RATE,
      },
    };
  },
  ['symbol'],
);

/** `GET rateLimit/order`, `account.rateLimits.orders`. */
export const orderRateLimits: Operation = signedOperation(40, (venue, call) => {
  call.params.refuseUnread();
  return describeRateLimits(venue.limits, venue.clock.wallMs(), call.account).orders;
});

/** `GET sapi/v1/asset/tradeFee`, which some clients ask instead of `account/commission`. */
export const tradeFees: Operation = signedOperation(1, (venue, call) => {
  const only = call.params.text('symbol');
  const view = accountOf(venue, call.account);
  return venue.core
    .symbols()
    .filter(({ symbol }) => only === undefined || symbol === only)
    .map(({ symbol }) => ({
      symbol,
      makerCommission: toWire(view.makerRate),
      takerCommission: toWire(view.takerRate),
    }));
});

function held({ balances }: AccountView): readonly BalanceView[] {
  return balances.filter(({ free, locked }) => free + locked !== 0n);
}

function accountOf(venue: Venue, name: string) {
  const view = venue.core.account(name);
  if (view === undefined) throw new VenueRefusal(-2015, `no account ${name}`, { httpStatus: 401 });
  return view;
}
