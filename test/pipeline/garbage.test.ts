import { expect, test } from 'vitest';
import { type DeskEvent, frameReceived } from '../../src/domain/event.ts';
import { clientOrderId, connectionId } from '../../src/domain/ids.ts';
import { Random } from '../../src/domain/random.ts';
import { unixMs } from '../../src/domain/units.ts';
import type { VenueAnswer } from '../../src/domain/venue.ts';
import { type Night, startNight } from '../support/night.ts';
import { expectSafe, expectSound } from '../support/night-proof.ts';
import { strategyOf } from '../support/night-setup.ts';

const SEEDS = Array.from({ length: 16 }, (_, i) => `garbage ${i + 1}`);

const FRAMES = [
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '{"stream":"btcusdt@trade","data":null}',
  '{"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT","t":1,"p":"NaN","q":"1","T":1}}',
  '{"stream":"btcusdt@bookTicker","data":{"u":9,"s":"BTCUSDT","b":"-1","B":"1","a":"0","A":"1"}}',
  '{"stream":"btcusdt@bookTicker","data":{"u":1e300,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"}}',
  '{"stream":"dogeusdt@trade","data":{"e":"trade","s":"DOGEUSDT"}}',
  '{"result":null,"id":-1}',
  '{"error":{"code":3,"msg":"x"},"id":1}',
  '{"id":"account-1","status":500}',
  '{"subscriptionId":0,"event":{"e":"executionReport"}}',
  '{"subscriptionId":0,"event":{"e":"outboundAccountPosition","B":[{"a":"BTC","f":"-1","l":"x"}]}}',
  '{"event":{"e":"eventStreamTerminated"}}',
  '{"event":{"e":"serverShutdown"}}',
  '\u0000\u0001',
];

function anyAnswer(random: Random, night: Night): VenueAnswer {
  const sentAtMs = unixMs(night.clock.nowMs);
  const body = FRAMES[random.below(FRAMES.length)] ?? '';
  const status = [200, 200, 400, 500, 503][random.below(5)] ?? 200;
  if (random.chance(0.2)) return { type: 'timedOut', waitedMs: 10_000, sentAtMs };
  if (random.chance(0.2)) {
    return { type: 'transportFailed', bytesSent: 'maybe', text: 'reset', sentAtMs };
  }
  return { type: 'http', status, body, retryAfterMs: undefined, usedWeight: undefined, sentAtMs };
}

/** Something that no good world would say, and a bad one might. */
function anyEvent(random: Random, night: Night): DeskEvent {
  const atMs = unixMs(night.clock.nowMs);
  const answer = anyAnswer(random, night);
  const lost = night.world.placed[random.below(night.world.placed.length + 1)]?.order;
  const id = lost?.clientOrderId ?? clientOrderId('nobody');
  const asked = night.world.asked[random.below(night.world.asked.length)];
  const number = random.below(4);
  const connection = connectionId(
    ['binance/market/1', 'binance/account/1', 'binance/market/99', 'elsewhere'][number] ?? '',
  );
  switch (random.below(8)) {
    case 0:
      return { type: 'orderAnswered', atMs, clientOrderId: id, answer };
    case 1:
      return { type: 'cancelAnswered', atMs, clientOrderId: id, answer };
    case 2:
    case 3:
      // To a question of long ago, or to none.
      return {
        type: 'venueAnswered',
        atMs,
        venue: 'binance',
        requestId: random.chance(0.5) ? (asked?.requestId ?? 0) : random.below(1_000),
        question: asked?.question ?? { type: 'serverTime' },
        answer,
      };
    case 4:
      return { type: 'socketOpened', atMs, connection };
    case 5:
      return { type: 'socketClosed', atMs, connection, code: 1_006, cause: 'reset' };
    case 6:
      return { type: 'pingReceived', atMs, connection };
    default:
      return frameReceived(
        connection,
        atMs,
        Buffer.from(FRAMES[random.below(FRAMES.length)] ?? ''),
      );
  }
}

/** One bad second. */
function disturb(random: Random, night: Night): void {
  switch (random.below(10)) {
    case 0:
      for (let i = 0; i < 20; i++) night.world.tell(anyEvent(random, night));
      break;
    case 1:
      night.world.lines.drop(random.chance(0.5) ? 'market' : 'account');
      break;
    case 2:
      night.faults.orders.push(random.chance(0.5) ? 'answerLost' : 'errorBefore');
      break;
    case 3:
      night.faults.reports =
        (['once', 'twice', 'reversed', 'never'] as const)[random.below(4)] ?? 'once';
      break;
    case 4:
      night.speak(
        (['pause', 'resume', 'resume', 'reduce', 'flatten'] as const)[random.below(5)] ?? 'resume',
      );
      break;
    case 5:
      night.clock.sleep(random.below(3_000));
      break;
    case 6:
      night.restart(1);
      break;
    case 7:
      night.faults.failing = random.chance(0.5) ? ['openOrders', 'account', 'depth'] : [];
      break;
    case 8:
      night.sampleHealth({ loopDelayMsMax: random.below(2_000) });
      break;
    default:
      for (const kind of ['market', 'account'] as const) {
        night.world.lines.garbage(kind, Buffer.from(FRAMES[random.below(FRAMES.length)] ?? ''));
      }
  }
  night.waitMs(random.below(1_500));
}

/** The venue works again, and a person lets trading go on. */
function heal(night: Night): void {
  night.faults.reports = 'once';
  night.faults.failing = [];
  night.faults.orders.length = 0;
  night.sampleHealth({ loopDelayMsMax: 1 });
  night.speak('resume');
}

for (const seed of SEEDS) {
  test(`${seed}, anything at any time: nothing throws, nothing is sent or booked twice, and it heals`, () => {
    const random = Random.fromSeed(seed);
    const night = startNight({ strategies: [strategyOf('restless')] });
    for (let i = 0; i < 40; i++) disturb(random, night);
    expectSafe(night);

    heal(night);
    night.waitFor(() => night.mode() === 'ACTIVE', 180_000);
    const before = night.ordersSent().length;
    // So long may the proof take that an order never arrived.
    night.waitFor(() => night.ordersSent().length > before, 60_000);
    night.quiet();
    expectSound(night);
  });

  // A venue that lies about our own orders: counts that fall, fills that grow, states that go back. We
  // may end up halted; we may not end up dead, and no order may leave twice.
  test(`${seed}, reports with wrong digits: nothing throws, and no order leaves twice`, () => {
    const random = Random.fromSeed(seed);
    const night = startNight({ strategies: [strategyOf('restless')] });
    night.faults.onReport = (event) =>
      random.chance(0.4) ? JSON.parse(spoil(JSON.stringify(event), random)) : event;
    night.waitMs(10_000);
    const sent = night.ordersSent();
    expect(new Set(sent).size).toBe(sent.length);
  });
}

/** One digit of one number inside quotes, or one status, is another. */
function spoil(text: string, random: Random): string {
  if (random.chance(0.3)) {
    const status = ['NEW', 'FILLED', 'CANCELED', 'EXPIRED', 'REJECTED'][random.below(5)] ?? 'NEW';
    return text.replace(/"X":"[A-Z_]+"/, `"X":"${status}"`);
  }
  const digits = [...text.matchAll(/(?<=:"?[0-9.]*)[0-9](?=[0-9.]*"?[,}])/g)];
  const at = digits[random.below(Math.max(1, digits.length))]?.index;
  if (at === undefined) return text;
  return `${text.slice(0, at)}${1 + random.below(9)}${text.slice(at + 1)}`;
}
