import type { SimRequest } from './request.ts';

/** By the largest `limit` each costs: depth snapshots. */
const DEPTH_WEIGHTS: readonly (readonly [limit: number, weight: number])[] = [
  [100, 5],
  [500, 25],
  [1_000, 50],
  [5_000, 250],
];

/** What a request costs by the venue's own price list (Binance spot, 2025): the truth that the daemon's count is held against. */
export function weightOf(request: SimRequest): number {
  if (request.kind === 'subscribe') return 2;
  if (request.kind !== 'ask') return 1;
  const { question } = request;
  switch (question.type) {
    case 'serverTime':
      return 1;
    case 'orderByClientId':
      return 4;
    case 'openOrders':
      return 80;
    case 'depth':
      return DEPTH_WEIGHTS.find(([limit]) => question.limit <= limit)?.[1] ?? 250;
    case 'instruments':
    case 'account':
    case 'ordersSince':
    case 'fillsFrom':
      return 20;
  }
}
