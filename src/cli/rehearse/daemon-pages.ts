import { z } from 'zod';

const WAIT_MS_MAX = 2_000;

const readinessShape = z.object({
  ready: z.boolean(),
  mode: z.string(),
  reasons: z.array(z.string()),
});
const statusShape = z.object({
  mode: z.string(),
  modeCause: z.string(),
  ordersUnknownCount: z.number(),
});
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const decisionShape = z.object({
  atMs: z.number(),
  stage: z.string(),
  outcome: z.string(),
  reason: z.looseObject({ code: z.string() }),
  clientOrderId: z.string().optional(),
  inputs: z.record(z.string(), scalar).optional(),
});
const fillShape = z.object({
  symbol: z.string(),
  tradeId: z.string(),
  clientOrderId: z.string(),
});
const feedShape = z.object({
  symbol: z.string(),
  bookSynced: z.boolean(),
  counters: z.object({
    bookGaps: z.number(),
    rejections: z.record(z.string(), z.number()),
    reconnects: z.record(z.string(), z.number()),
  }),
});

export type Readiness = z.infer<typeof readinessShape>;
export type ToldDecision = z.infer<typeof decisionShape>;
export type ToldFill = z.infer<typeof fillShape>;

/** What a running daemon tells about itself. Every question throws when nobody answers. */
export class DaemonPages {
  readonly #base: string;

  constructor(httpPort: number) {
    this.#base = `http://127.0.0.1:${httpPort}`;
  }

  /** Whether orders may leave, and if not why. */
  async readiness(): Promise<Readiness> {
    return await this.#ask('/readyz', readinessShape);
  }
  async status(): Promise<z.infer<typeof statusShape>> {
    return await this.#ask('/api/v1/status', statusShape);
  }
  /** The whole chain of an order, oldest first. */
  async chainOf(clientOrderId: string): Promise<readonly ToldDecision[]> {
    return await this.#ask(`/api/v1/decisions?ref=${clientOrderId}`, z.array(decisionShape));
  }
  async fills(): Promise<readonly ToldFill[]> {
    return await this.#ask('/api/v1/fills?limit=1000', z.array(fillShape));
  }
  async feeds(): Promise<readonly z.infer<typeof feedShape>[]> {
    return await this.#ask('/api/v1/feeds', z.array(feedShape));
  }

  async #ask<T>(page: string, shape: z.ZodType<T>): Promise<T> {
    const response = await fetch(this.#base + page, { signal: AbortSignal.timeout(WAIT_MS_MAX) });
    return shape.parse(await response.json());
  }
}
