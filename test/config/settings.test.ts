import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isMap, isScalar, isSeq, parse, parseDocument, stringify } from 'yaml';
import { renderSchema, SCHEMA_FILE } from '../../scripts/make-schema.ts';
import { canonicalJson, hashSettings } from '../../src/config/config-hash.ts';
import { countEdits, findNearest } from '../../src/config/nearest-key.ts';
import { parseSettings } from '../../src/config/parse-settings.ts';
import { formatPath, type SettingPath } from '../../src/config/problem.ts';
import { DEFAULT_EXECUTION_LIMITS } from '../../src/execution/limits.ts';
import { DEFAULT_FEED_LIMITS } from '../../src/market/feed-limits.ts';
import {
  DEFAULT_TEXT,
  LIVE_TEXT,
  PAPER_TEXT,
  problemsOf,
  replaced,
  settingsOf,
} from './settings-files.ts';

test('the shipped files are valid, each for its set-up', () => {
  expect(settingsOf(DEFAULT_TEXT).venue).toEqual({
    setup: 'rehearsal',
    name: 'binance',
    restBase: 'http://127.0.0.1:9500',
    wsBase: 'ws://127.0.0.1:9500',
    wsApiBase: 'ws://127.0.0.1:9500',
    keyFile: undefined,
  });
  expect(settingsOf(PAPER_TEXT).venue).toMatchObject({
    setup: 'paper',
    restBase: 'https://data-api.binance.vision',
    wsBase: 'wss://data-stream.binance.vision',
  });
  const live = settingsOf(LIVE_TEXT);
  expect(live.venue).toMatchObject({ setup: 'live', keyFile: 'secrets/binance.yaml' });
  expect(live.startMode).toBe('OBSERVING');
});

test('what the file leaves to the rooms has the rooms own values', () => {
  const { feed, execution, risk, recovery } = settingsOf(LIVE_TEXT);
  expect(feed).toEqual({ ...DEFAULT_FEED_LIMITS, candleIntervalsMs: [5_000, 60_000] });
  expect(execution).toEqual(DEFAULT_EXECUTION_LIMITS);
  expect(execution.leaseWaitMs).toBe(recovery.leaseWaitMs);
  expect(execution.refusalsInRowMax).toBe(risk.refusalsInRowMax);
});

test('settings cannot be changed once they are read', () => {
  const settings = settingsOf(DEFAULT_TEXT);
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(frozen));
  expect(frozen(settings)).toBe(true);
});

test('the hash names the meaning, not the spelling', () => {
  const hashOf = (text: string, environment = {}) => {
    const parsed = parseSettings(text, environment);
    return parsed.type === 'valid' ? parsed.configHash : undefined;
  };
  const hash = hashOf(DEFAULT_TEXT);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(hashOf(stringify(parse(DEFAULT_TEXT), { sortMapEntries: true }))).toBe(hash);
  expect(hashOf(replaced(DEFAULT_TEXT, [['seed: 1', 'seed: 2']]))).not.toBe(hash);
  expect(hashOf(DEFAULT_TEXT, { OVERNIGHT_HTTP_PORT: '9999' })).not.toBe(hash);
  expect(canonicalJson({ b: [1, { d: 'x', c: undefined }], a: null })).toBe(
    '{"a":null,"b":[1,{"d":"x"}]}',
  );
  expect(hashSettings({ a: 1 })).toBe(
    '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862',
  );
});

test('the environment moves ports and folders, and is checked like the file', () => {
  const { http, exchange, data, log, venue } = settingsOf(DEFAULT_TEXT, {
    OVERNIGHT_HTTP_PORT: '10464',
    OVERNIGHT_EXCHANGE_PORT: '10500',
    OVERNIGHT_EXCHANGE_CONTROL_PORT: '10501',
    OVERNIGHT_DATA_DIR: '/tmp/somewhere',
    OVERNIGHT_LOG_DIR: '123',
    OVERNIGHT_OTHER: 'not ours',
  });
  expect({ http, exchange, data }).toEqual({
    http: { host: '127.0.0.1', port: 10_464 },
    exchange: { port: 10_500, controlPort: 10_501, seed: 1 },
    data: { dir: '/tmp/somewhere' },
  });
  expect(log.dir).toBe('123');
  expect(venue.restBase).toBe('http://127.0.0.1:10500');
  expect(settingsOf(DEFAULT_TEXT, { OVERNIGHT_HTTP_PORT: '' }).http.port).toBe(9_464);
  // Paper has no exchange of its own: its ports say nothing there.
  expect(settingsOf(PAPER_TEXT, { OVERNIGHT_EXCHANGE_PORT: '10500' }).exchange).toBeUndefined();

  const parsed = parseSettings(DEFAULT_TEXT, {
    OVERNIGHT_HTTP_PORT: '99999',
    OVERNIGHT_EXCHANGE_PORT: 'often',
  });
  expect(parsed.type === 'invalid' ? parsed.problems : []).toEqual([
    {
      path: 'http.port',
      value: '99999',
      expected: 'a whole number from 1 to 65535',
      nearest: undefined,
      where: 'OVERNIGHT_HTTP_PORT',
    },
    {
      path: 'exchange.port',
      value: "'often'",
      expected: 'a whole number from 1 to 65535',
      nearest: undefined,
      where: 'OVERNIGHT_EXCHANGE_PORT',
    },
  ]);
});

/** Every key of the default file, innermost ones included. */
function allKeys(node: unknown, at: SettingPath = []): readonly SettingPath[] {
  if (isMap(node)) {
    return node.items.flatMap(({ key, value }) => {
      const path = [...at, isScalar(key) ? String(key.value) : ''];
      return [path, ...allKeys(value, path)];
    });
  }
  return isSeq(node) ? node.items.flatMap((item, index) => allKeys(item, [...at, index])) : [];
}

const KEYS = allKeys(parseDocument(DEFAULT_TEXT).contents);
const key = fc.constantFrom(...KEYS);

test('any single key less than the default file has: reported by its path', () => {
  expect(KEYS.length).toBeGreaterThan(100);
  for (const path of KEYS) {
    const name = formatPath(path);
    // Its own default is the careful one, so that it alone may be left out.
    if (name === 'account.dayZone') continue;
    const document = parseDocument(DEFAULT_TEXT);
    document.deleteIn(path);
    const told = problemsOf(document.toString());
    const isTold = told.some((line) => line.startsWith(`${name}: missing; expected `));
    expect({ name, isTold }).toEqual({ name, isTold: true });
  }
});

test('any unknown key anywhere: reported by its path, and nothing else is', () => {
  const mappings = [[], ...KEYS.filter((path) => isMap(parseDocument(DEFAULT_TEXT).getIn(path)))];
  const unknown = fc.stringMatching(/^[a-z][A-Za-z]{2,12}Zq$/);
  fc.assert(
    fc.property(fc.constantFrom(...mappings), unknown, fc.integer(), (at, name, value) => {
      const path = [...at, name];
      // Mappings whose keys are free: there the key is a bad asset name.
      const document = parseDocument(DEFAULT_TEXT);
      document.setIn(path, value);
      const told = problemsOf(document.toString()).filter((line) =>
        line.startsWith(`${formatPath(path)}: `),
      );
      expect(told.length).toBeGreaterThan(0);
    }),
    { numRuns: 150 },
  );
});

test('any number of missing keys: all are told in one go', () => {
  const leaves = KEYS.filter((path) => path.length === 2 && typeof path[1] === 'string').filter(
    (path) => formatPath(path) !== 'account.dayZone',
  );
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...leaves), { maxLength: 8 }), (missing) => {
      const document = parseDocument(DEFAULT_TEXT);
      for (const path of missing) document.deleteIn(path);
      const told = problemsOf(document.toString()).map((line) => line.split(': ')[0]);
      for (const path of missing) {
        const isTold = told.includes(formatPath(path)) || told.includes(String(path[0]));
        expect(isTold).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test('any text at all: a list of problems, never an exception', () => {
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => problemsOf(text).length > 0));
  const broken = fc.record({
    from: fc.nat(DEFAULT_TEXT.length),
    length: fc.nat(400),
    put: fc.string({ maxLength: 5 }),
  });
  fc.assert(
    fc.property(broken, ({ from, length, put }) => {
      const text = DEFAULT_TEXT.slice(0, from) + put + DEFAULT_TEXT.slice(from + length);
      expect(['valid', 'invalid']).toContain(parseSettings(text, {}).type);
    }),
    { numRuns: 150 },
  );
});

test('any value in any place: a list of problems or valid settings, never an exception', () => {
  fc.assert(
    fc.property(key, fc.jsonValue(), (path, value) => {
      const document = parseDocument(DEFAULT_TEXT);
      document.setIn(path, value);
      expect(['valid', 'invalid']).toContain(parseSettings(document.toString(), {}).type);
    }),
    { numRuns: 150 },
  );
});

test('the nearest key: slips are found, other words are not', () => {
  expect(findNearest('fastCandleCount', ['fastCandlesCount', 'slowCandlesCount'])).toBe(
    'fastCandlesCount',
  );
  expect(findNearest('STOPBPS', ['stopBps', 'targetBps'])).toBe('stopBps');
  expect(findNearest('leverage', ['stopBps', 'targetBps'])).toBeUndefined();
  expect(countEdits('kitten', 'sitting')).toBe(3);
  const words = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(words, words, (a, b) => {
      expect(countEdits(a, b)).toBe(countEdits(b, a));
      expect(countEdits(a, b) === 0).toBe(a === b);
      expect(countEdits(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});

test('config/schema.json is the one that the code makes: run `node scripts/make-schema.ts`', () => {
  expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(renderSchema());
});
