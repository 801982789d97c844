declare const id: unique symbol;
type Id<Name extends string> = string & { readonly [id]: Name };

/** Our id of an order, sent to the venue with it. Never reused. */
export type ClientOrderId = Id<'ClientOrderId'>;
export type VenueOrderId = Id<'VenueOrderId'>;
/** The venue's id of one fill; unique per venue and symbol. */
export type TradeId = Id<'TradeId'>;
/** Joins all records of one chain, from the snapshot to the last fill. */
export type DecisionId = Id<'DecisionId'>;
/** One life of one socket: a reconnect is a new connection with a new id. */
export type ConnectionId = Id<'ConnectionId'>;
export type StrategyId = Id<'StrategyId'>;

export const clientOrderId = (text: string): ClientOrderId => text as ClientOrderId;
export const venueOrderId = (text: string): VenueOrderId => text as VenueOrderId;
export const tradeId = (text: string): TradeId => text as TradeId;
export const decisionId = (text: string): DecisionId => text as DecisionId;
export const connectionId = (text: string): ConnectionId => text as ConnectionId;
export const strategyId = (text: string): StrategyId => text as StrategyId;
