import type { Frame } from './ws-client.ts';

/** An order book kept as the vendor's document says, from a snapshot and the diffs after it. */
export class LocalBook {
  readonly bids: Map<string, string>;
  readonly asks: Map<string, string>;
  readonly snapshotId: number;
  updateId: number;
  appliedCount = 0;
  breakCount = 0;

  constructor(snapshot: {
    readonly lastUpdateId: number;
    readonly bids: readonly [string, string][];
    readonly asks: readonly [string, string][];
  }) {
    this.bids = new Map(snapshot.bids);
    this.asks = new Map(snapshot.asks);
    this.snapshotId = snapshot.lastUpdateId;
    this.updateId = snapshot.lastUpdateId;
  }

  /** Applies one `depthUpdate`; counts a break when ids do not follow on. */
  apply(event: Frame): void {
    if (event.u <= this.snapshotId) return;
    const follows =
      this.appliedCount === 0
        ? event.U <= this.updateId + 1 && this.updateId + 1 <= event.u
        : event.U === this.updateId + 1;
    if (!follows) this.breakCount += 1;
    this.appliedCount += 1;
    this.updateId = event.u;
    applyLevels(this.bids, event.b);
    applyLevels(this.asks, event.a);
  }

  /** Best levels first, as `/depth` answers them. */
  depth(limit: number): { readonly bids: [string, string][]; readonly asks: [string, string][] } {
    const byPrice = (sign: number) => (a: [string, string], b: [string, string]) =>
      sign * (Number(a[0]) - Number(b[0]));
    return {
      bids: [...this.bids].sort(byPrice(-1)).slice(0, limit),
      asks: [...this.asks].sort(byPrice(1)).slice(0, limit),
    };
  }
}

function applyLevels(side: Map<string, string>, levels: readonly [string, string][]): void {
  for (const [price, quantity] of levels) {
    if (Number(quantity) === 0) side.delete(price);
    else side.set(price, quantity);
  }
}
