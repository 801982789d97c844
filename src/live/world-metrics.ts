import type { VenueAnswer } from '../domain/venue.ts';
import type { MetricSet, Tally } from '../observe/metric-set.ts';

/** Counters of what goes through the live world. Kept per venue, so that a frame costs one addition. */
export class WorldMetrics {
  readonly #metrics: MetricSet;
  readonly #frames = new Map<string, { readonly market: Tally; readonly account: Tally }>();
  framesCount = 0;
  ticksCount = 0;

  constructor(metrics: MetricSet, venues: readonly string[]) {
    this.#metrics = metrics;
    for (const venue of venues) {
      this.#frames.set(venue, {
        market: metrics.counter('overnight_ws_messages_total', { venue, stream: 'market' }),
        account: metrics.counter('overnight_ws_messages_total', { venue, stream: 'account' }),
      });
    }
  }

  /** Where the frames of one kind of socket are counted; `undefined` for a venue nobody named. */
  findTally(venue: string, isAccount: boolean): Tally | undefined {
    const tallies = this.#frames.get(venue);
    return isAccount ? tallies?.account : tallies?.market;
  }

  orderLeft(venue: string): void {
    this.#metrics.counter('overnight_orders_sent_total', { venue }).value += 1;
  }

  /** The journal is on disk up to here. */
  committed(seconds: number): void {
    this.#metrics.histogram('overnight_db_commit_seconds', { db: 'journal' }).observe(seconds);
  }

  /** A request begins; call what it returns with the answer. */
  callBegins(venue: string, op: string): (answer: VenueAnswer) => void {
    const beganAtMs = performance.now();
    this.#metrics.counter('overnight_api_requests_total', { venue, op }).value += 1;
    return (answer) => {
      const seconds = (performance.now() - beganAtMs) / 1_000;
      this.#metrics.histogram('overnight_api_request_seconds', { venue, op }).observe(seconds);
      if (answer.type !== 'http' || answer.status >= 400) {
        this.#metrics.counter('overnight_api_errors_total', { venue, op }).value += 1;
      }
    };
  }
}
