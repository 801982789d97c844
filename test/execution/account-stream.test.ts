import { expect, test } from 'vitest';
import { ConnectBudget } from '../../src/domain/connect-budget.ts';
import type { Effect } from '../../src/domain/effect.ts';
import { type ConnectionId, connectionId } from '../../src/domain/ids.ts';
import { unixMs } from '../../src/domain/units.ts';
import {
  DEFAULT_ACCOUNT_STREAM_LIMITS,
  type StreamStep,
} from '../../src/execution/account-link.ts';
import { AccountStream } from '../../src/execution/account-stream.ts';
import { throughJson } from '../support/exact-text.ts';
import { BTC_USDT, NOON_MS } from '../support/trading.ts';
import { PlainCodec } from './support/plain-codec.ts';

/** The account socket and a venue that does what the test says. */
class StreamNight {
  readonly codec = new PlainCodec();
  stream: AccountStream;
  nowMs: number = NOON_MS;
  readonly opened: ConnectionId[] = [];
  readonly closed: string[] = [];
  readonly requests: { readonly connection: ConnectionId; readonly requestId: string }[] = [];
  readonly faults: string[] = [];
  readonly subscriptions: NonNullable<StreamStep['subscription']>[] = [];
  gaps = 0;
  pings = true;
  isAway = false;
  readonly connects = new ConnectBudget(20, 300_000);
  readonly #setup: ConstructorParameters<typeof AccountStream>[0];

  constructor(random = 0.5) {
    this.#setup = {
      venue: 'binance',
      codec: this.codec,
      instruments: [BTC_USDT],
      limits: DEFAULT_ACCOUNT_STREAM_LIMITS,
      random: () => random,
      connects: this.connects,
      standing: {
        isAway: () => this.isAway,
        countSubscription: () => {
          if (this.isAway) throw new Error('asked while the venue wants us away');
        },
      },
    };
    this.stream = new AccountStream(this.#setup);
    this.take(this.stream.start(this.at()));
  }

  /** The stream goes on as another one, made of nothing but the text of what it saves. */
  passThroughText(): void {
    const saved = throughJson(this.stream.save());
    this.stream = new AccountStream(this.#setup);
    this.stream.load(saved);
  }

  at() {
    return unixMs(this.nowMs);
  }
  get last(): ConnectionId {
    return this.opened.at(-1) ?? connectionId('none');
  }
  isUp(): boolean {
    return this.stream.isUp(this.at());
  }
  open(): void {
    this.take(this.stream.onOpened(this.last, this.at()));
  }
  acknowledge(): void {
    const request = this.requests.at(-1);
    if (request === undefined) throw new Error('nothing was asked');
    const { connection, requestId } = request;
    this.frame(connection, { type: 'subscribed', requestId });
  }
  frame(connection: ConnectionId, message: Parameters<PlainCodec['frame']>[0]): StreamStep {
    const step = this.stream.onFrame(connection, this.codec.frame(message), this.at());
    this.take(step);
    return step;
  }
  up(): void {
    this.open();
    this.acknowledge();
  }
  wait(ms: number): void {
    for (let passed = 0; passed < ms; passed += 250) {
      this.nowMs += 250;
      if (this.pings && this.nowMs % 20_000 === 0) this.stream.onPing(this.last, this.at());
      this.take(this.stream.onTick(this.at()));
    }
  }
  take(step: StreamStep): void {
    if (step.hasGap) this.gaps += 1;
    if (step.subscription !== undefined) this.subscriptions.push(step.subscription);
    for (const effect of step.effects) this.#perform(effect);
  }
  #perform(effect: Effect): void {
    if (effect.type === 'openSocket') this.opened.push(effect.connection);
    if (effect.type === 'closeSocket') this.closed.push(`${effect.how} ${effect.cause}`);
    if (effect.type === 'sendSigned') this.requests.push(effect);
    if (effect.type === 'raiseFault') this.faults.push(effect.fault);
  }
}

test('opened, subscribed, acknowledged: up, and what was before is a gap', () => {
  const night = new StreamNight();
  expect(night.isUp()).toBe(false);
  night.open();
  expect(night.isUp()).toBe(false);
  night.acknowledge();
  expect(night.isUp()).toBe(true);
  expect(night.gaps).toBe(1);
  expect(night.stream.downSinceMs()).toBeUndefined();
});

test('the socket dies: told, reopened with patience, subscribed again, and the gap is known', () => {
  const night = new StreamNight();
  night.up();
  night.take(night.stream.onClosed(night.last, 'ECONNRESET', night.at()));
  expect(night.isUp()).toBe(false);
  expect(night.faults).toEqual(['user_stream.down']);
  night.wait(1_000);
  expect(night.opened).toHaveLength(2);
  night.up();
  expect(night.isUp()).toBe(true);
  expect(night.gaps).toBe(2);
});

test('market lines that have used up their connects do not keep the account socket from coming back', () => {
  const night = new StreamNight();
  night.up();
  for (let moment = 0; moment < 600; moment += 1) {
    if (night.connects.hasRoom(night.at(), 'market')) night.connects.spend(night.at(), 'market');
    night.wait(1_000);
  }
  expect(night.connects.hasRoom(night.at(), 'market')).toBe(false);
  night.take(night.stream.onClosed(night.last, 'ECONNRESET', night.at()));
  night.wait(1_000);
  expect(night.opened).toHaveLength(2);
});

test('a venue that refuses connections is left in peace more and more', () => {
  const night = new StreamNight(0.99);
  for (let i = 0; i < 600; i++) {
    night.take(night.stream.onClosed(night.last, 'ECONNREFUSED', night.at()));
    night.wait(1_000);
  }
  // 0.25 s doubling to 30 s: a dozen tries in the first minutes, then two a minute.
  expect(night.opened.length).toBeLessThan(32);
  expect(night.opened.length).toBeGreaterThan(15);
  expect(night.faults).toEqual([]); // down since the start: said by `downSinceMs`, not again and again
});

test('nothing at all for 65 seconds, not even a ping: nobody is there', () => {
  const night = new StreamNight();
  night.up();
  night.wait(300_000);
  expect(night.isUp()).toBe(true); // quiet, and pinged

  night.pings = false;
  night.wait(66_000);
  expect(night.closed).toHaveLength(1);
  expect(night.closed[0]).toMatch(/^terminate silent for/);
  expect(night.isUp()).toBe(false);
});

test('an acknowledgement that never comes, a socket that never opens: dropped and tried again', () => {
  const night = new StreamNight();
  night.wait(10_500);
  expect(night.closed).toEqual(['terminate did not open']);
  night.wait(500);
  night.open();
  night.wait(5_500);
  expect(night.closed).toEqual([
    'terminate did not open',
    'terminate subscription not acknowledged',
  ]);
});

test('the venue ends the subscription: subscribed again on the same socket, and the gap is known', () => {
  const night = new StreamNight();
  night.up();
  night.frame(night.last, { type: 'terminated' });
  expect(night.isUp()).toBe(false);
  expect(night.requests).toHaveLength(2);
  night.acknowledge();
  expect(night.isUp()).toBe(true);
  expect(night.gaps).toBe(2);
  expect(night.opened).toHaveLength(1);
});

test('the key is refused: dropped, and not at once again', () => {
  const night = new StreamNight();
  night.open();
  const requestId = night.requests[0]?.requestId;
  night.frame(night.last, {
    type: 'refused',
    requestId,
    code: -2015,
    text: 'Invalid API-key',
    refusal: { health: { trouble: 'auth', retryAfterMs: undefined }, retryAtMs: undefined },
  });
  expect(night.closed).toEqual(['terminate refused: -2015 Invalid API-key']);
  expect(night.opened).toHaveLength(1);
});

// One refusal is about the key, the next one about something else. Only a subscription that is taken shows that the
// key is right again: whoever took "nothing is wrong with us" for that would hammer a refused key.
test.each(['auth', 'none', 'clock'] as const)(
  'a subscription refused (%s) is never an accepted key',
  (trouble) => {
    const night = new StreamNight();
    night.open();
    const requestId = night.requests[0]?.requestId;
    const refusal = { health: { trouble, retryAfterMs: 7 }, retryAtMs: undefined };
    night.frame(night.last, { type: 'refused', requestId, code: -1130, text: 'no', refusal });
    expect(night.subscriptions).toEqual([refusal]);
    night.wait(5_000);
    night.up();
    expect(night.subscriptions).toEqual([refusal, 'accepted']);
  },
);

// Venues end a connection after a day; we leave first, and the new one listens before the old one goes.
test('within 23 hours a second socket takes over without a gap', () => {
  const night = new StreamNight();
  night.up();
  while (night.opened.length < 2) night.wait(5_000);
  const hours = (night.nowMs - NOON_MS) / 3_600_000;
  expect(hours).toBeGreaterThan(22);
  expect(hours).toBeLessThan(23);
  const [old] = night.opened;
  expect(night.isUp()).toBe(true);
  night.open();
  expect(night.closed).toEqual([]);
  night.acknowledge();
  expect(night.closed).toEqual(['close rotated']);
  expect(night.isUp()).toBe(true);
  expect(night.gaps).toBe(1);

  // A last event may still come on the old socket until it has closed.
  night.passThroughText();
  expect(night.stream.owns(old ?? night.last)).toBe(true);
  night.take(night.stream.onClosed(old ?? night.last, 'rotated', night.at()));
  expect(night.stream.owns(old ?? night.last)).toBe(false);
  expect(night.isUp()).toBe(true);
});

// The subscription ends while its successor is on the way, and is asked for again on the old socket; when the answer
// comes, that one is being closed. A ban is a ban, on whatever socket it is told.
test('a refusal on the socket that is being left is heard, and changes nothing of the one that lives', () => {
  const night = new StreamNight();
  night.up();
  const old = night.last;
  night.frame(old, { type: 'serverShutdown' });
  night.open();
  const answer = night.requests.at(-1)?.requestId ?? '';
  night.frame(old, { type: 'terminated' });
  night.frame(night.last, { type: 'subscribed', requestId: answer });
  const requestId = night.requests.at(-1)?.requestId;
  const refusal = {
    health: { trouble: 'banned', retryAfterMs: 3_600_000 },
    retryAtMs: undefined,
  } as const;
  night.frame(old, { type: 'refused', requestId, code: -1003, text: 'banned', refusal });
  expect(night.subscriptions).toEqual(['accepted', 'accepted', refusal]);
  expect(night.closed).toEqual(['close rotated']);
  expect(night.isUp()).toBe(true);
});

test('the venue announces its shutdown: the successor is opened at once', () => {
  const night = new StreamNight();
  night.up();
  night.frame(night.last, { type: 'serverShutdown' });
  expect(night.opened).toHaveLength(2);
});

test('the old socket dies during the takeover: the successor goes on, and the gap is known', () => {
  const night = new StreamNight();
  night.up();
  const [old] = night.opened;
  night.frame(night.last, { type: 'serverShutdown' });
  night.open();
  night.take(night.stream.onClosed(old ?? night.last, 'gone', night.at()));
  expect(night.isUp()).toBe(false);
  night.acknowledge();
  expect(night.isUp()).toBe(true);
  expect(night.gaps).toBe(2);
  expect(night.opened).toHaveLength(2);
});

test('an event that cannot be read is an event that is missing', () => {
  const night = new StreamNight();
  night.up();
  night.frame(night.last, { type: 'invalid', rejection: 'invalidShape', detail: 'no X' });
  expect(night.gaps).toBe(2);
  expect(night.faults).toEqual(['data.invalid']);
});

test('proof that the socket withholds events: dropped, unless it has just begun', () => {
  const night = new StreamNight();
  night.up();
  night.take(night.stream.distrust('an order was not reported', night.at()));
  expect(night.isUp()).toBe(true);
  night.wait(6_000);
  night.take(night.stream.distrust('an order was not reported', night.at()));
  expect(night.isUp()).toBe(false);
});

test('stopped: closed, and never opened again', () => {
  const night = new StreamNight();
  night.up();
  const { last } = night;
  night.take(night.stream.stop());
  night.take(night.stream.onClosed(last, 'stopping', night.at()));
  night.wait(120_000);
  expect(night.opened).toHaveLength(1);
  expect(night.closed).toEqual(['close stopping']);
});

// The venue takes the subscription and closes at once, again and again. To be taken is no success.
test('a socket that is accepted and closed again and again is reopened ever more patiently', () => {
  const night = new StreamNight();
  const openedAtMs: number[] = [];
  for (let round = 0; round < 8; round++) {
    night.open();
    night.acknowledge();
    openedAtMs.push(night.nowMs);
    const before = night.opened.length;
    night.take(night.stream.onClosed(night.last, 'the venue closed it', night.at()));
    while (night.opened.length === before) night.wait(100);
  }
  const pausesMs = openedAtMs.slice(1).map((atMs, index) => atMs - (openedAtMs[index] ?? 0));
  expect(pausesMs.at(-1)).toBeGreaterThan(10 * (pausesMs[0] ?? 0));
});

// A ban is of our address: whoever subscribes meanwhile makes it longer, on whichever socket.
test('the venue wants us away: no socket is opened, nothing is asked, and then everything is as before', () => {
  const night = new StreamNight();
  night.isAway = true;
  night.open();
  expect(night.closed).toEqual(['terminate the venue wants us away']);
  night.wait(120_000);
  expect(night.opened).toHaveLength(1);
  expect(night.requests).toEqual([]);

  night.isAway = false;
  night.wait(1_000);
  night.up();
  expect(night.isUp()).toBe(true);
});

test('the venue ends the subscription and wants us away: it is not asked for again before it may', () => {
  const night = new StreamNight();
  night.up();
  night.isAway = true;
  night.frame(night.last, { type: 'terminated' });
  night.wait(60_000);
  expect(night.requests).toHaveLength(1);
  expect(night.isUp()).toBe(false);
  expect(night.faults).toEqual(['user_stream.down']);

  night.isAway = false;
  night.wait(1_000);
  night.up();
  expect(night.isUp()).toBe(true);
});

test('a rotation is due while the venue wants us away: the socket that lives goes on, and is replaced afterwards', () => {
  const night = new StreamNight();
  night.up();
  night.isAway = true;
  night.wait(DEFAULT_ACCOUNT_STREAM_LIMITS.rotateAfterMs);
  expect(night.opened).toHaveLength(1);
  expect(night.isUp()).toBe(true);
  night.isAway = false;
  night.wait(250);
  expect(night.opened).toHaveLength(2);
});
