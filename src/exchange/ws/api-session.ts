import { describeRateLimits } from '../../matching/wire/rate-limits.ts';
import { REFUSALS, VenueRefusal } from '../../matching/wire/venue-refusal.ts';
import type { ApiKey } from '../api-keys.ts';
import { WS_METHODS } from '../operations/catalogue.ts';
import type { Venue } from '../operations/operation.ts';
import { Parameters } from '../parameters.ts';
import type { Answered, Reply, RequestDesk } from '../request-desk.ts';
import { type ApiRequest, parseApiRequest } from './api-request.ts';
import { sayTerminated, type UserListener, type UserStreams } from './user-streams.ts';
import type { VenueSocket } from './venue-socket.ts';

/** One connection to `/ws-api/v3`: requests with ids, a session that may log on, user data streams. */
export class ApiSession {
  readonly #socket: VenueSocket;
  readonly #venue: Venue;
  readonly #desk: RequestDesk;
  readonly #users: UserStreams;
  readonly #returnsLimits: boolean;
  readonly #connectedAtMs: number;
  readonly #listeners = new Map<number, UserListener>();
  #nextSubscriptionId = 0;
  #loggedOn: { readonly key: ApiKey; readonly atMs: number } | undefined;

  constructor(about: {
    readonly socket: VenueSocket;
    readonly venue: Venue;
    readonly desk: RequestDesk;
    readonly users: UserStreams;
    readonly returnsLimits: boolean;
  }) {
    this.#socket = about.socket;
    this.#venue = about.venue;
    this.#desk = about.desk;
    this.#users = about.users;
    this.#returnsLimits = about.returnsLimits;
    this.#connectedAtMs = about.venue.clock.nowMs();
    this.#socket.onText((text) => {
      void this.#onText(text);
    });
    this.#socket.onClosed(() => {
      for (const listener of this.#listeners.values()) this.#users.remove(listener);
    });
    this.#socket.onShutdown(() => this.#sayShutdown());
  }

  async #onText(text: string): Promise<void> {
    const request = parseApiRequest(text);
    if (request === undefined) {
      const refusal = new VenueRefusal(-1000, 'Malformed request.');
      this.#answer(null, '', { type: 'refused', refusal, account: undefined }, true);
      return;
    }
    const params = Parameters.ofWsApi(request.params);
    const wantsLimits = params.text('returnRateLimits') ?? String(this.#returnsLimits);
    const reply = await this.#carryOut(request, params);
    if (reply.type === 'destroy') this.#socket.close(undefined);
    else this.#answer(request.id, request.method, reply, wantsLimits !== 'false');
  }

  async #carryOut(request: ApiRequest, params: Parameters): Promise<Reply> {
    const operation = WS_METHODS.get(request.method);
    if (operation !== undefined) {
      return this.#desk.carryOut(operation, {
        channel: 'wsApi',
        method: '',
        path: request.method,
        params,
        apiKey: params.text('apiKey'),
        session: this.#loggedOn?.key,
      });
    }
    try {
      const body = this.#ownMethod(request.method, params);
      return { type: 'done', body, account: this.#loggedOn?.key.account, countsOrders: false };
    } catch (error) {
      if (!(error instanceof VenueRefusal)) throw error;
      return { type: 'refused', refusal: error, account: undefined };
    }
  }

  /** Methods about the session itself. */
  #ownMethod(method: string, params: Parameters): unknown {
    const { limits, clock, keys } = this.#venue;
    limits.spendWeight(clock.wallMs(), 2);
    switch (method) {
      case 'session.logon': {
        const key = keys.authenticate(params.text('apiKey'), params, clock.requestTime());
        if (key.key.type !== 'ED25519')
          throw new VenueRefusal(-4056, 'HMAC_SHA256 API key is not supported.');
        this.#loggedOn = { key, atMs: clock.nowMs() };
        return this.#describeSession();
      }
      case 'session.status':
        return this.#describeSession();
      case 'session.logout':
        this.#loggedOn = undefined;
        return this.#describeSession();
      case 'session.subscriptions':
        return [...this.#listeners.keys()].map((subscriptionId) => ({ subscriptionId }));
      case 'userDataStream.subscribe':
        if (this.#loggedOn === undefined) throw REFUSALS.missing('apiKey');
        return this.#listenTo(this.#loggedOn.key.account);
      case 'userDataStream.subscribe.signature': {
        const key = keys.authenticate(params.text('apiKey'), params, clock.requestTime());
        return this.#listenTo(key.account);
      }
      case 'userDataStream.unsubscribe':
        return this.#stopListening(params.integer('subscriptionId'));
      default:
        throw new VenueRefusal(-1000, `Unknown method: ${method}`);
    }
  }

  #describeSession(): Readonly<Record<string, unknown>> {
    return {
      apiKey: this.#loggedOn?.key.apiKey ?? null,
      authorizedSince: this.#loggedOn?.atMs ?? null,
      connectedSince: this.#connectedAtMs,
      returnRateLimits: this.#returnsLimits,
      serverTime: this.#venue.clock.nowMs(),
      userDataStream: this.#listeners.size > 0,
    };
  }

  #listenTo(account: string): Readonly<Record<string, unknown>> {
    if ([...this.#listeners.values()].some((listener) => listener.account === account)) {
      throw REFUSALS.subscribedAlready();
    }
    const subscriptionId = this.#nextSubscriptionId++;
    const listener: UserListener = {
      account,
      subscriptionId,
      send: (text, subject) => this.#socket.send(text, subject),
      onEnded: () => void this.#listeners.delete(subscriptionId),
    };
    this.#listeners.set(subscriptionId, listener);
    // The answer leaves first: an event nobody has the id of yet would be lost on the client.
    setImmediate(() => {
      if (this.#socket.isOpen) this.#users.add(listener);
    });
    return { subscriptionId };
  }

  #stopListening(only: number | undefined): Readonly<Record<string, unknown>> {
    for (const [subscriptionId, listener] of [...this.#listeners]) {
      if (only !== undefined && only !== subscriptionId) continue;
      this.#listeners.delete(subscriptionId);
      this.#users.remove(listener);
      sayTerminated(listener, this.#venue.clock.nowMs());
    }
    return {};
  }

  #sayShutdown(): void {
    const event = { e: 'serverShutdown', E: this.#venue.clock.nowMs() };
    this.#socket.send(JSON.stringify({ event }), { channel: 'wsApi', path: 'serverShutdown' });
  }

  #answer(id: string | number | null, method: string, reply: Answered, withLimits: boolean): void {
    const rateLimits = withLimits ? { rateLimits: this.#limitsFor(reply) } : {};
    const body = { id, ...bodyOf(reply, this.#venue.clock.nowMs()), ...rateLimits };
    this.#socket.send(JSON.stringify(body), { channel: 'wsApi', path: method });
  }

  #limitsFor(reply: Reply): readonly unknown[] {
    const { limits, clock } = this.#venue;
    const account = reply.type === 'done' && reply.countsOrders ? reply.account : undefined;
    const { weight, orders } = describeRateLimits(limits, clock.wallMs(), account);
    return [...orders, weight];
  }
}

function bodyOf(reply: Answered, serverTime: number): Readonly<Record<string, unknown>> {
  switch (reply.type) {
    case 'done':
      return { status: 200, result: reply.body };
    case 'refused': {
      const { httpStatus, body, retryAfterSec } = reply.refusal;
      if (retryAfterSec === undefined) return { status: httpStatus, error: body };
      // There is no header to say it in.
      const data = { serverTime, retryAfter: serverTime + retryAfterSec * 1_000 };
      return { status: httpStatus, error: { ...body, data } };
    }
    case 'answer':
      return { status: reply.httpStatus, error: errorOf(reply.body) };
  }
}

/** A fault's body as the error of a WS API answer; what is no JSON is quoted. */
function errorOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return { code: -1000, msg: body };
  }
}
