import { setTimeout as delay } from 'node:timers/promises';
import { REFUSALS, VenueRefusal } from '../matching/wire/venue-refusal.ts';
import type { ApiKey } from './api-keys.ts';
import type { FaultAnswer, Interference, Subject } from './faults/fault.ts';
import type { FaultBoard } from './faults/fault-board.ts';
import type { Operation, Venue } from './operations/operation.ts';
import type { Parameters } from './parameters.ts';
import { checkRequestTime } from './request-time.ts';
import type { WireEntry, WireLog } from './wire-log.ts';

/** A request as read from either door. */
export interface IncomingRequest {
  readonly channel: 'rest' | 'wsApi';
  /** HTTP method, or empty on the WS API. */
  readonly method: string;
  /** REST path without its prefix, or the WS API method. */
  readonly path: string;
  readonly params: Parameters;
  readonly apiKey: string | undefined;
  /** Who logged on to the WS API session: its requests need no signature. */
  readonly session: ApiKey | undefined;
}

/** A request that gets an answer: what it asked for, the venue's refusal, or what a fault says instead. */
export type Answered =
  | {
      readonly type: 'done';
      readonly body: unknown;
      readonly account: string | undefined;
      readonly countsOrders: boolean;
    }
  | {
      readonly type: 'refused';
      readonly refusal: VenueRefusal;
      readonly account: string | undefined;
    }
  | FaultAnswer;

/** What becomes of a request. `destroy`: it gets no answer at all. */
export type Reply = Answered | { readonly type: 'destroy' };

/** Takes a request through the venue's checks in the venue's order, with faults before and after the engine. */
export class RequestDesk {
  readonly #venue: Venue;
  readonly #faults: FaultBoard;
  readonly #wireLog: WireLog;

  constructor(venue: Venue, faults: FaultBoard, wireLog: WireLog) {
    this.#venue = venue;
    this.#faults = faults;
    this.#wireLog = wireLog;
  }

  async carryOut(operation: Operation, request: IncomingRequest): Promise<Reply> {
    const subject = toSubject(request);
    const entry = operation.isTrading ? this.#log(operation, request, subject) : undefined;
    const before = await this.#interfere(this.#faults.beforeRequest(subject));
    const reply = before ?? this.#perform(operation, request);
    // Logged before the answer can be lost: what the engine did is what counts.
    if (entry !== undefined) this.#note(entry, reply);
    if (before !== undefined) return before;
    const after = await this.#interfere(this.#faults.afterRequest(subject));
    if (after !== undefined && entry !== undefined) entry.outcome = 'lost';
    return after ?? reply;
  }

  /** Delays happen here; what is left replaces the answer. */
  async #interfere(
    found: Interference | undefined,
  ): Promise<FaultAnswer | { readonly type: 'destroy' } | undefined> {
    if (found?.type !== 'delay') return found;
    await delay(found.delayMs);
    return undefined;
  }

  #perform(operation: Operation, request: IncomingRequest): Reply {
    const { limits, clock } = this.#venue;
    let account: string | undefined;
    try {
      const weight = operation.weight(request.params);
      limits.spendWeight(clock.wallMs(), weight);
      account = this.#authenticate(operation, request);
      if (operation.orderCount > 0) {
        limits.refuseTooManyOrders(clock.wallMs(), account ?? '', operation.orderCount);
      }
      const body = operation.run(this.#venue, { params: request.params, account: account ?? '' });
      if (operation.isTrading) limits.returnWeight(clock.wallMs(), weight);
      if (operation.orderCount > 0) {
        limits.countOrders(clock.wallMs(), account ?? '', operation.orderCount);
      }
      return { type: 'done', body, account, countsOrders: operation.orderCount > 0 };
    } catch (error) {
      if (error instanceof VenueRefusal) return { type: 'refused', refusal: error, account };
      throw error;
    }
  }

  #authenticate(operation: Operation, request: IncomingRequest): string | undefined {
    const { params, session } = request;
    if (operation.security === 'PUBLIC') {
      this.#requireAll(operation, params);
      return undefined;
    }
    const { keys, clock } = this.#venue;
    const signs = params.signature !== undefined || session === undefined;
    const apiKey = request.apiKey ?? session?.apiKey;
    if (!signs && session !== undefined) {
      keys.identify(session.apiKey);
      this.#requireAll(operation, params);
      checkRequestTime(params, clock.requestTime());
      return session.account;
    }
    keys.identify(apiKey);
    this.#requireAll(operation, params);
    return keys.authenticate(apiKey, params, clock.requestTime()).account;
  }

  #requireAll(operation: Operation, params: Parameters): void {
    for (const name of operation.mandatory) {
      if (params.text(name) === undefined) throw REFUSALS.missing(name);
    }
  }

  #log(operation: Operation, request: IncomingRequest, subject: Subject): WireEntry {
    return this.#wireLog.arrived({
      atMs: this.#venue.clock.wallMs(),
      channel: request.channel,
      request: `${request.method} ${request.path}`.trim(),
      placesOrder: operation.orderCount > 0,
      clientOrderId: subject.clientOrderId,
      symbol: subject.symbol,
    });
  }

  #note(entry: WireEntry, reply: Reply): void {
    entry.answeredAtMs = this.#venue.clock.wallMs();
    switch (reply.type) {
      case 'done':
        entry.outcome = 200;
        return;
      case 'refused':
        entry.outcome = reply.refusal.httpStatus;
        entry.errorCode = reply.refusal.code;
        return;
      case 'answer':
        entry.outcome = reply.httpStatus;
        return;
      case 'destroy':
        entry.outcome = 'lost';
    }
  }
}

function toSubject(request: IncomingRequest): Subject {
  const { params } = request;
  const symbol = params.text('symbol');
  const clientOrderId = params.text('newClientOrderId') ?? params.text('origClientOrderId');
  return {
    channel: request.channel,
    method: request.method,
    path: request.path,
    ...(symbol === undefined ? {} : { symbol }),
    ...(clientOrderId === undefined ? {} : { clientOrderId }),
  };
}
