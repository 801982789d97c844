import { afterAll, beforeAll, expect, test } from 'vitest';
import { bytesOf, frameReceived } from '../../src/domain/event.ts';
import { unixMs } from '../../src/domain/units.ts';
import { freshData } from '../../src/sim/checkers/i04-fresh-data.ts';
import {
  type Call,
  judge,
  judgeLive,
  type RecordedNight,
  recordNight,
} from './support/recorded-night.ts';

/** One quiet night. Its daemon heard everything; the stories below tell that it did not, and traded all the same. */
let night: RecordedNight;
beforeAll(() => {
  night = recordNight({ seed: 'checkers of data', minutes: 15 });
});
afterAll(() => night.close());

/** From the fifth minute on, when the daemon trades. */
const isLater = (atMs: number): boolean => atMs - night.night.startMs > 300_000;

type FrameCall = Extract<Call, { hook: 'onEvent' }>;

/** Frames of some market streams told otherwise from the fifth minute on. */
function retellFrames(stream: string, change: (call: FrameCall, text: string) => readonly Call[]) {
  return (call: Call): readonly Call[] => {
    if (call.hook !== 'onEvent' || call.args[0].type !== 'frameReceived') return [call];
    if (!isLater(call.args[1])) return [call];
    const text = Buffer.from(bytesOf(call.args[0])).toString();
    return text.includes(stream) ? change(call, text) : [call];
  };
}

function found(retell: (call: Call) => readonly Call[]): string {
  return judge(freshData, night, retell)
    .violations.map(({ text }) => text)
    .join('\n');
}

test('a quiet night: I4 finds nothing, and there was something to find', () => {
  const tally = judge(freshData, night);
  expect(tally.violations).toEqual([]);
  expect(tally.checksCount).toBeGreaterThan(100);
});

test('an entry upon a stream that says nothing any more is seen', () => {
  expect(found(retellFrames('@', () => []))).toMatch(
    /: the last news of .* came \d+\.?\d* ms before/,
  );
});

test('an entry upon best prices that have long been others is seen, though the rest of the feed flows', () => {
  expect(found(retellFrames('@bookTicker', () => []))).toMatch(
    /: other best prices of .* were told \d+\.?\d* ms before and not heard/,
  );
});

test('a message that is repeated for ever makes nothing younger', () => {
  const first = new Map<string, string>();
  const repeat = retellFrames('@', (call, text) => {
    const stream = text.slice(0, text.indexOf(','));
    const old = first.get(stream) ?? text;
    first.set(stream, old);
    const [event, atMs] = call.args;
    if (event.type !== 'frameReceived') return [call];
    const again = frameReceived(event.connection, event.atMs, Buffer.from(old));
    return [{ hook: 'onEvent', args: [again, atMs] }];
  });
  expect(found(repeat)).toMatch(/: the last news of .* came \d+\.?\d* ms before/);
});

test('events that come four seconds late are seen', () => {
  const late: { readonly call: FrameCall; readonly dueAtMs: number }[] = [];
  const { violations } = judge(freshData, night, (call) => {
    const [first] = call.args;
    const atMs = call.args.at(-1);
    const due: Call[] = [];
    while (typeof atMs === 'number' && late[0] !== undefined && late[0].dueAtMs <= atMs) {
      const next = late.shift();
      if (next !== undefined) due.push({ hook: 'onEvent', args: [next.call.args[0], atMs] });
    }
    const isFrame = call.hook === 'onEvent' && typeof first === 'object' && 'chunk' in first;
    if (!isFrame || typeof atMs !== 'number' || !isLater(atMs)) return [...due, call];
    late.push({ call, dueAtMs: atMs + 4_000 });
    return due;
  });
  expect(violations.map(({ text }) => text).join('\n')).toMatch(
    /: the last event of .* came [4-9]\d{3}\.?\d* ms late, limit is 2000 ms and 1000 ms of doubt/,
  );
});

test('best prices that waited behind a silence of their socket and count as fresh are seen', () => {
  // Three seconds of every twenty nothing is told; then all of it at once, to the checker alone.
  const kept: FrameCall[] = [];
  const { violations } = judgeLive(freshData, { seed: 'a way that blocks', minutes: 5 }, (call) => {
    if (call.hook !== 'onEvent' || !('connection' in call.args[0])) return [call];
    const [event, atMs] = call.args;
    if (!event.connection.includes('market')) return [call];
    if (atMs % 20_000 < 3_000) {
      kept.push(call);
      return [];
    }
    const waited = kept.splice(0).map(({ args: [one] }): Call => {
      return { hook: 'onEvent', args: [{ ...one, atMs: event.atMs }, atMs] };
    });
    return [...waited, call];
  });
  expect(violations.map(({ text }) => text).join('\n')).toMatch(
    /the best prices of .* waited behind a silence and count as fresh/,
  );
});

test('an entry upon a book with a hole in it is seen until a snapshot has mended it', () => {
  let count = 0;
  const text = found(
    retellFrames('@depth', (call) => {
      count += 1;
      return count % 10 === 0 ? [] : [call];
    }),
  );
  expect(text).toMatch(/: the book of .* misses what came after its last snapshot/);
});

test('an entry upon prices that nobody told is seen', () => {
  const text = found((call) => {
    if (call.hook !== 'onEffect' || call.args[0].type !== 'persistIntent') return [call];
    const [effect, atMs] = call.args;
    const checks = effect.checks.map((check) =>
      check.code === 'BOOK_CROSSED' ? { ...check, value: '1', limit: '2' } : check,
    );
    return [{ hook: 'onEffect', args: [{ ...effect, checks }, atMs] }];
  });
  expect(text).toMatch(
    /takes 100000000 and 200000000 for the best prices of .*, the venue last told/,
  );
});

test('a gate that does not look at the age of data is seen, and so is a limit that nothing has taught', () => {
  const withLimit = (limit: number | undefined) =>
    found((call) => {
      if (call.hook !== 'onEffect' || call.args[0].type !== 'persistIntent') return [call];
      const [effect, atMs] = call.args;
      const checks = effect.checks.flatMap((check) => {
        if (check.code !== 'STALE_DATA') return [check];
        return limit === undefined ? [] : [{ ...check, limit }];
      });
      return [{ hook: 'onEffect', args: [{ ...effect, checks }, atMs] }];
    });

  expect(withLimit(undefined)).toMatch(/may be undefined ms old/);
  expect(withLimit(61_000)).toMatch(/may be 61000 ms old, \d+\.?\d* ms by its longest silence/);
});

test('an entry while the account tells nothing is seen', () => {
  const text = found((call) =>
    call.hook === 'onEvent' &&
    'connection' in call.args[0] &&
    call.args[0].connection.includes('account')
      ? []
      : [call],
  );
  expect(text).toMatch(/left while no account events could reach us/);
});

test('an entry after the account stream was ended is seen', () => {
  const ended = Buffer.from('{"event":{"e":"eventStreamTerminated","E":1}}');
  let isTold = false;
  const text = found((call) => {
    if (isTold || call.hook !== 'onEvent' || call.args[0].type !== 'pingReceived') return [call];
    const [event, atMs] = call.args;
    if (!event.connection.includes('account') || !isLater(atMs)) return [call];
    isTold = true;
    return [{ hook: 'onEvent', args: [frameReceived(event.connection, event.atMs, ended), atMs] }];
  });
  expect(text).toMatch(/left while no account events could reach us/);
});

test('an entry right after a sleep is seen, until we have asked again what we own', () => {
  const text = found((call) =>
    call.hook === 'onEvent' && call.args[0].type === 'timerFired' && isLater(call.args[1])
      ? []
      : [call],
  );
  expect(text).toMatch(/left after a sleep of 1\d{3} ms that ended \d+ ms before/);
});

test('an entry with a clock that is two seconds off for minutes is seen', () => {
  const text = found((call) => {
    if (call.hook !== 'onEvent' || call.args[0].type !== 'healthSampled') return [call];
    const [event, atMs] = call.args;
    return [{ hook: 'onEvent', args: [{ ...event, atMs: unixMs(event.atMs + 2_000) }, atMs] }];
  });
  expect(text).toMatch(/left with clocks \d{4} ms apart for \d+\.?\d* ms, limit is 1500 ms/);
});
