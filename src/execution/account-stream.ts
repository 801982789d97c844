import { type Effect, NO_EFFECTS } from '../domain/effect.ts';
import { type ConnectionId, connectionId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { UnixMs } from '../domain/units.ts';
import type { AccountMessage } from '../domain/venue.ts';
import {
  type AccountLink,
  type AccountStreamSetup,
  type AccountStreamState,
  closeSocket,
  effectsOnly,
  QUIET_STREAM_STEP,
  type StreamStep,
} from './account-link.ts';

/**
 * The life of the account socket: opened, subscribed, listened to, replaced before the venue ends it,
 * reopened with patience when it dies. Events are not repeated by the venue, so every subscription
 * that did not overlap a living one says `hasGap`.
 */
export class AccountStream {
  readonly #setup: AccountStreamSetup;
  #instruments: readonly Instrument[];
  /** The link whose events count for `isUp`. */
  #current: AccountLink | undefined;
  /** Its successor, during a rotation. */
  #next: AccountLink | undefined;
  /** The predecessor while its close is under way: it may still carry a last event. */
  #leaving: ConnectionId | undefined;
  #connectionsCount = 0;
  #requestsCount = 0;
  #failuresInRow = 0;
  #connectAtMs: number | undefined;
  #isStopped = true;
  #downSinceMs: number | undefined;

  constructor(setup: AccountStreamSetup) {
    this.#setup = setup;
    this.#instruments = setup.instruments;
  }

  /** Opens the first socket. */
  start(atMs: UnixMs): StreamStep {
    this.#isStopped = false;
    this.#downSinceMs = atMs;
    this.#connectAtMs = atMs;
    return this.onTick(atMs);
  }

  /** Closes what is open; nothing is reopened. */
  stop(): StreamStep {
    this.#isStopped = true;
    this.#connectAtMs = undefined;
    const effects: Effect[] = [];
    for (const link of [this.#current, this.#next]) {
      if (link !== undefined) effects.push(closeSocket(link.connection, 'close', 'stopping'));
    }
    this.#current = undefined;
    this.#next = undefined;
    return effectsOnly(effects);
  }

  useInstruments(instruments: readonly Instrument[]): void {
    this.#instruments = instruments;
  }

  /** Whether a connection is one of this stream's sockets. */
  owns(connection: ConnectionId): boolean {
    return this.#linkOf(connection) !== undefined || this.#leaving === connection;
  }

  /** Subscribed, and heard of within the silence limit: account events would reach us. */
  isUp(atMs: UnixMs): boolean {
    const link = this.#current;
    if (link === undefined || link.phase !== 'live') return false;
    return atMs - link.lastHeardAtMs <= this.#setup.limits.silenceMsMax;
  }

  /** Since when account events are missing; `undefined` while they arrive. */
  downSinceMs(): number | undefined {
    return this.#downSinceMs;
  }

  onOpened(connection: ConnectionId, atMs: UnixMs): StreamStep {
    const link = this.#linkOf(connection);
    if (link === undefined) return QUIET_STREAM_STEP;
    link.lastHeardAtMs = atMs;
    return effectsOnly(this.#subscribe(link, atMs));
  }

  onClosed(connection: ConnectionId, cause: string, atMs: UnixMs): StreamStep {
    if (this.#leaving === connection) this.#leaving = undefined;
    const link = this.#linkOf(connection);
    if (link === undefined) return QUIET_STREAM_STEP;
    return effectsOnly(this.#lose(link, cause, atMs));
  }

  onPing(connection: ConnectionId, atMs: UnixMs): void {
    const link = this.#linkOf(connection);
    if (link !== undefined) link.lastHeardAtMs = atMs;
  }

  onFrame(connection: ConnectionId, bytes: Uint8Array, atMs: UnixMs): StreamStep {
    const link = this.#linkOf(connection);
    if (link !== undefined) link.lastHeardAtMs = atMs;
    else if (this.#leaving !== connection) return QUIET_STREAM_STEP;

    const message = this.#setup.codec.decodeAccountFrame(bytes, this.#instruments);
    if (message.type === 'orderReported') return { ...QUIET_STREAM_STEP, report: message.report };
    if (message.type === 'balancesReported') return { ...QUIET_STREAM_STEP, balances: message };
    if (link !== undefined) return this.#onControl(link, message, atMs);
    // What the venue says of us is of the whole venue, on whatever socket.
    const isTold = message.type === 'refused';
    return isTold ? { ...QUIET_STREAM_STEP, subscription: message.refusal } : QUIET_STREAM_STEP;
  }

  /**
   * Drops the socket because somebody has proof that it does not carry what it should. One that has
   * just begun is left alone: what is missing was before its time, and a gap is being reconciled.
   */
  distrust(cause: string, atMs: UnixMs): StreamStep {
    const link = this.#current;
    if (link?.phase !== 'live') return QUIET_STREAM_STEP;
    const isYoung = atMs - link.phaseSinceMs < this.#setup.limits.subscribeTimeoutMs;
    return isYoung ? QUIET_STREAM_STEP : effectsOnly(this.#drop(link, cause, atMs));
  }

  /** At least four times a second: deadlines, silence, reconnects, rotation. */
  onTick(atMs: UnixMs): StreamStep {
    const effects: Effect[] = [];
    for (const link of [this.#current, this.#next]) {
      const cause = link === undefined ? undefined : this.#findOverdue(link, atMs);
      if (link !== undefined && cause !== undefined) effects.push(...this.#drop(link, cause, atMs));
    }
    const { connects, standing } = this.#setup;
    const mayOpen = connects.hasRoom(atMs, 'account') && !standing.isAway(atMs);
    const mustOpen = atMs >= (this.#connectAtMs ?? Number.POSITIVE_INFINITY);
    if (mustOpen && mayOpen) effects.push(this.#openCurrent(atMs));
    const link = this.#current;
    const mustRotate = link?.phase === 'live' && atMs >= link.rotateAtMs;
    if (mustRotate && this.#next === undefined && mayOpen) effects.push(this.#openNext(atMs));
    return effects.length === 0 ? QUIET_STREAM_STEP : effectsOnly(effects);
  }

  save(): AccountStreamState {
    return {
      instruments: this.#instruments,
      current: this.#current && { ...this.#current },
      next: this.#next && { ...this.#next },
      leaving: this.#leaving,
      connectionsCount: this.#connectionsCount,
      requestsCount: this.#requestsCount,
      failuresInRow: this.#failuresInRow,
      connectAtMs: this.#connectAtMs,
      isStopped: this.#isStopped,
      downSinceMs: this.#downSinceMs,
    };
  }

  load(state: AccountStreamState): void {
    this.#instruments = state.instruments;
    this.#current = state.current && { ...state.current };
    this.#next = state.next && { ...state.next };
    this.#leaving = state.leaving;
    this.#connectionsCount = state.connectionsCount;
    this.#requestsCount = state.requestsCount;
    this.#failuresInRow = state.failuresInRow;
    this.#connectAtMs = state.connectAtMs;
    this.#isStopped = state.isStopped;
    this.#downSinceMs = state.downSinceMs;
  }

  #onControl(link: AccountLink, message: AccountMessage, atMs: UnixMs): StreamStep {
    switch (message.type) {
      case 'subscribed':
        return message.requestId === link.requestId ? this.#onLive(link, atMs) : QUIET_STREAM_STEP;
      case 'refused':
        return {
          ...effectsOnly(this.#drop(link, `refused: ${message.code} ${message.text}`, atMs)),
          subscription: message.refusal,
        };
      case 'terminated':
        return effectsOnly(this.#onTerminated(link, atMs));
      case 'serverShutdown':
        link.rotateAtMs = atMs;
        return this.onTick(atMs);
      case 'invalid':
        // An event that cannot be read is an event that is missing.
        return {
          ...QUIET_STREAM_STEP,
          hasGap: link.phase === 'live',
          effects: [
            this.#fault('data.invalid', `${message.rejection}: ${message.detail}`, link.connection),
          ],
        };
      default:
        return QUIET_STREAM_STEP;
    }
  }

  #onLive(link: AccountLink, atMs: UnixMs): StreamStep {
    link.phase = 'live';
    link.phaseSinceMs = atMs;
    if (link !== this.#next) {
      const downMs = atMs - (this.#downSinceMs ?? atMs);
      this.#downSinceMs = undefined;
      const up: Effect = {
        type: 'logChange',
        event: 'user_stream.up',
        message: 'account events are arriving',
        detail: { venue: this.#setup.venue, downMs },
      };
      return { ...QUIET_STREAM_STEP, effects: [up], hasGap: true, subscription: 'accepted' };
    }
    // Rotation: the new socket carries events before the old one goes, so nothing is missed.
    const old = this.#current;
    this.#current = link;
    this.#next = undefined;
    const wasLive = old?.phase === 'live';
    if (old !== undefined) this.#leaving = old.connection;
    this.#downSinceMs = undefined;
    const effects =
      old === undefined ? NO_EFFECTS : [closeSocket(old.connection, 'close', 'rotated')];
    return { ...QUIET_STREAM_STEP, effects, hasGap: !wasLive, subscription: 'accepted' };
  }

  #onTerminated(link: AccountLink, atMs: UnixMs): readonly Effect[] {
    link.resubscribesCount += 1;
    if (link.resubscribesCount > this.#setup.limits.resubscribesMax) {
      return this.#drop(link, 'subscription ended again and again', atMs);
    }
    const effects = [...this.#subscribe(link, atMs)];
    if (link === this.#current) effects.push(...this.#goDown('subscription ended', atMs));
    return effects;
  }

  #findOverdue(link: AccountLink, atMs: UnixMs): string | undefined {
    const { limits } = this.#setup;
    const phaseMs = atMs - link.phaseSinceMs;
    if (link.phase === 'opening' && phaseMs > limits.openTimeoutMs) return 'did not open';
    if (link.phase === 'subscribing' && phaseMs > limits.subscribeTimeoutMs) {
      return 'subscription not acknowledged';
    }
    const silentMs = atMs - link.lastHeardAtMs;
    return silentMs > limits.silenceMsMax ? `silent for ${silentMs} ms` : undefined;
  }

  #drop(link: AccountLink, cause: string, atMs: UnixMs): readonly Effect[] {
    return [closeSocket(link.connection, 'terminate', cause), ...this.#lose(link, cause, atMs)];
  }

  #lose(link: AccountLink, cause: string, atMs: UnixMs): readonly Effect[] {
    // To be accepted and closed again is no success: only a subscription that lasted is.
    const isStable =
      link.phase === 'live' && atMs - link.phaseSinceMs >= this.#setup.limits.stableAfterMs;
    if (isStable) this.#failuresInRow = 0;
    if (link === this.#next) {
      this.#next = undefined;
      this.#failuresInRow += 1;
      if (this.#current !== undefined) this.#current.rotateAtMs = atMs + this.#delayMs();
      return NO_EFFECTS;
    }
    // A successor under way becomes the current link: it is nearer to life than a third socket.
    this.#current = this.#next;
    this.#next = undefined;
    const effects = this.#goDown(cause, atMs);
    if (this.#current === undefined && !this.#isStopped) {
      this.#connectAtMs = atMs + this.#delayMs();
      this.#failuresInRow += 1;
    }
    return effects;
  }

  #goDown(cause: string, atMs: UnixMs): readonly Effect[] {
    if (this.#downSinceMs !== undefined || this.#isStopped) return NO_EFFECTS;
    this.#downSinceMs = atMs;
    return [this.#fault('user_stream.down', cause, undefined)];
  }

  #openCurrent(atMs: UnixMs): Effect {
    this.#connectAtMs = undefined;
    this.#current = this.#newLink(atMs);
    return this.#open(this.#current);
  }

  #openNext(atMs: UnixMs): Effect {
    this.#next = this.#newLink(atMs);
    return this.#open(this.#next);
  }

  #newLink(atMs: UnixMs): AccountLink {
    const { connects, limits, random, venue } = this.#setup;
    connects.spend(atMs, 'account');
    this.#connectionsCount += 1;
    const early = limits.rotateAfterMs * limits.rotateJitterRatio * random();
    return {
      connection: connectionId(`${venue}/account/${this.#connectionsCount}`),
      phase: 'opening',
      phaseSinceMs: atMs,
      lastHeardAtMs: atMs,
      rotateAtMs: atMs + limits.rotateAfterMs - early,
      requestId: '',
      resubscribesCount: 0,
    };
  }

  #open(link: AccountLink): Effect {
    const { venue, codec } = this.#setup;
    const path = codec.accountSocketPath;
    return { type: 'openSocket', connection: link.connection, venue, socket: 'account', path };
  }

  /** A socket on which we may not ask is of no use: another is opened when we may. */
  #subscribe(link: AccountLink, atMs: UnixMs): readonly Effect[] {
    const { codec, standing } = this.#setup;
    if (standing.isAway(atMs)) return this.#drop(link, 'the venue wants us away', atMs);
    standing.countSubscription(atMs);
    this.#requestsCount += 1;
    link.phase = 'subscribing';
    link.phaseSinceMs = atMs;
    link.requestId = `account-${this.#requestsCount}`;
    const { connection, requestId } = link;
    return [{ type: 'sendSigned', connection, requestId, method: codec.subscribeMethod }];
  }

  /** Full jitter: a crowd of clients that lost one venue must not come back as one crowd. */
  #delayMs(): number {
    const { reconnectDelayMsMin, reconnectDelayMsMax } = this.#setup.limits;
    const ceiling = Math.min(reconnectDelayMsMax, reconnectDelayMsMin * 2 ** this.#failuresInRow);
    return Math.max(reconnectDelayMsMin, ceiling * this.#setup.random());
  }

  #linkOf(connection: ConnectionId): AccountLink | undefined {
    if (this.#current?.connection === connection) return this.#current;
    return this.#next?.connection === connection ? this.#next : undefined;
  }

  #fault(
    fault: 'user_stream.down' | 'data.invalid',
    cause: string,
    connection: ConnectionId | undefined,
  ): Effect {
    const detail = { venue: this.#setup.venue, cause, connection: connection ?? '' };
    return { type: 'raiseFault', fault, severity: 'warn', detail };
  }
}
