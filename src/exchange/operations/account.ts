import { toWire } from '../../matching/scale.ts';
import { describeRateLimits } from '../rate-limits.ts';
import { VenueRefusal } from '../refusal.ts';
import { describeBalance } from '../wire-shapes.ts';
import { type Operation, readSymbol, signedOperation, type Venue } from './operation.ts';

const NO_RATE = '0.00000000';

/** `GET account`, `account.status`. */
export const account: Operation = signedOperation(20, (venue, call) => {
  const view = accountOf(venue, call.account);
  const omitZero = call.params.flag('omitZeroBalances') === true;
  call.params.refuseUnread();
  const balances = omitZero
    ? view.balances.filter(({ free, locked }) => free + locked !== 0n)
    : view.balances;
  return {
    // The older fields count in hundredths of a percent.
    makerCommission: Number(view.makerRate / 10_000n),
    takerCommission: Number(view.takerRate / 10_000n),
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: {
      maker: toWire(view.makerRate),
      taker: toWire(view.takerRate),
      buyer: NO_RATE,
      seller: NO_RATE,
    },
    canTrade: true,
    canWithdraw: false,
    canDeposit: false,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: view.updatedAtMs,
    accountType: 'SPOT',
    balances: balances.map(describeBalance),
    permissions: ['SPOT'],
    uid: 1,
  };
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

function accountOf(venue: Venue, name: string) {
  const view = venue.core.account(name);
  if (view === undefined) throw new VenueRefusal(-2015, `no account ${name}`, { httpStatus: 401 });
  return view;
}
