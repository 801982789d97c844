import type { ListedFills, OrderReport } from '../../../src/domain/order.ts';
import { unixMs } from '../../../src/domain/units.ts';
import type {
  AccountCodec,
  AccountMessage,
  AccountReport,
  Answered,
  AnswerHealth,
  PlaceOutcome,
  ServerTime,
  VenueAnswer,
} from '../../../src/domain/venue.ts';

/** What a venue may say, in our own words: the body of an answer is only a number that stands for it. */
export interface Said {
  readonly place?: PlaceOutcome;
  readonly time?: Answered<ServerTime>;
  readonly account?: Answered<AccountReport>;
  readonly orders?: Answered<readonly OrderReport[]>;
  readonly order?: Answered<OrderReport>;
  readonly fills?: Answered<ListedFills>;
  readonly frame?: AccountMessage;
  readonly health?: AnswerHealth;
}

const FAILED = { type: 'failed', text: 'HTTP 503' } as const;
const HEALTHY: AnswerHealth = { trouble: 'none', retryAfterMs: undefined };

/** A venue language without wire formats: tests here are about orders, not about JSON. */
export class PlainCodec implements AccountCodec {
  readonly venue = 'binance';
  readonly accountSocketPath = '/account';
  readonly subscribeMethod = 'subscribe';
  readonly #said = new Map<string, Said>();

  /** An answer that means `said`. */
  answer(said: Said, sentAtMs: number): VenueAnswer {
    const body = this.#remember(said);
    return {
      type: 'http',
      status: 200,
      body,
      retryAfterMs: undefined,
      usedWeight: undefined,
      sentAtMs: unixMs(sentAtMs),
    };
  }

  frame(frame: AccountMessage): Uint8Array {
    return Buffer.from(this.#remember({ frame }));
  }

  classifyPlace(answer: VenueAnswer): PlaceOutcome {
    if (answer.type === 'http') {
      return (
        this.#find(answer).place ?? { type: 'unknown', cause: { type: 'badAnswer', text: '' } }
      );
    }
    if (answer.type === 'transportFailed' && answer.bytesSent === 'none') {
      return { type: 'notSent', text: answer.text };
    }
    const text = answer.type === 'timedOut' ? `${answer.waitedMs} ms` : answer.text;
    return { type: 'unknown', cause: { type: 'transport', text } };
  }
  assessHealth(answer: VenueAnswer): AnswerHealth {
    return this.#find(answer).health ?? HEALTHY;
  }
  decodeServerTime(answer: VenueAnswer): Answered<ServerTime> {
    return this.#find(answer).time ?? FAILED;
  }
  decodeListing(): Answered<never> {
    return FAILED;
  }
  decodeAccount(answer: VenueAnswer): Answered<AccountReport> {
    return this.#find(answer).account ?? FAILED;
  }
  decodeOrders(answer: VenueAnswer): Answered<readonly OrderReport[]> {
    return this.#find(answer).orders ?? FAILED;
  }
  decodeOrder(answer: VenueAnswer): Answered<OrderReport> {
    return this.#find(answer).order ?? FAILED;
  }
  decodeFills(answer: VenueAnswer): Answered<ListedFills> {
    return this.#find(answer).fills ?? FAILED;
  }
  decodeCancel(answer: VenueAnswer): Answered<OrderReport> {
    return this.#find(answer).order ?? FAILED;
  }
  decodeAccountFrame(frame: Uint8Array): AccountMessage {
    return (
      this.#said.get(Buffer.from(frame).toString())?.frame ?? { type: 'ignored', event: 'unsaid' }
    );
  }

  #remember(said: Said): string {
    const body = String(this.#said.size + 1);
    this.#said.set(body, said);
    return body;
  }
  #find(answer: VenueAnswer): Said {
    return answer.type === 'http' ? (this.#said.get(answer.body) ?? {}) : {};
  }
}
