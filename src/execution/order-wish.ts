import type { DecisionId, StrategyId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { OrderClass, Side, TimeInForce } from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import type { Lots, Price } from '../domain/units.ts';

/** What a strategy or an exit would like to send. */
export interface OrderWish {
  readonly decisionId: DecisionId;
  readonly strategy: StrategyId;
  readonly class: OrderClass;
  readonly instrument: Instrument;
  readonly side: Side;
  readonly timeInForce: TimeInForce;
  readonly price: Price;
  readonly quantity: Lots;
  readonly reason: Reason;
}
