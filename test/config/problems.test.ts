import { expect, test } from 'vitest';
import { parseSettings } from '../../src/config/parse-settings.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { DEFAULT_TEXT, LIVE_TEXT, PAPER_TEXT, problemsOf, replaced } from './settings-files.ts';

const inDefault = (...changes: [string, string][]) => problemsOf(replaced(DEFAULT_TEXT, changes));
const inLive = (...changes: [string, string][]) => problemsOf(replaced(LIVE_TEXT, changes));
const inPaper = (...changes: [string, string][]) => problemsOf(replaced(PAPER_TEXT, changes));

test('an unknown key: its line, its value and the nearest key', () => {
  expect(inDefault(['  spreadBpsMax: 50', '  spreadBpsMx: 50'])).toEqual([
    'risk.spreadBpsMax: missing; expected a number from 0.1 to 1000',
    'risk.spreadBpsMx: unknown key with the value 50; expected a known key (did you mean spreadBpsMax?)',
  ]);
});

test('an unknown block: the nearest block', () => {
  expect(inDefault(['\nrisk:\n', '\nrisks:\n'])).toEqual([
    'risks: unknown key with the value a mapping; expected a known key (did you mean risk?)',
    expect.stringMatching(/^risk: missing; expected a mapping with the keys clockOffsetMsMax, /),
  ]);
});

test('a value out of bounds, of the wrong type, absurd or empty: what was expected', () => {
  expect(
    inDefault(
      ['freshnessMsMax: 3000', 'freshnessMsMax: 0'],
      ['dataSilenceMsMax: 10000', 'dataSilenceMsMax: soon'],
      ['rotateAfterMs: 82800000', 'rotateAfterMs: .nan'],
      ['depthLevelsCount: 5', 'depthLevelsCount: 2.5'],
      ['enabled: true\n    symbols: [BTC/USDT, ETH/USDT]', "enabled: 'yes'\n    symbols: []"],
      ['  level: info', '  level: inof'],
      ['  dir: logs', '  dir:'],
    ),
  ).toEqual([
    'feed.freshnessMsMax: 0; expected a whole number from 200 to 60000',
    "feed.dataSilenceMsMax: 'soon'; expected a whole number from 1000 to 600000",
    'feed.rotateAfterMs: NaN; expected a whole number from 60000 to 86399999',
    'signal.depthLevelsCount: 2.5; expected a whole number from 1 to 100',
    "strategies[0].enabled: 'yes'; expected true or false",
    'strategies[0].symbols: a list of 0; expected at least one market of symbols',
    'log.dir: null; expected the path of a file or folder',
    "log.level: 'inof'; expected one of debug, info, warn, error (did you mean info?)",
  ]);
});

test('money that is not decimal text above zero is refused, a YAML number too', () => {
  const expected = "an amount above zero in quotes, below a billion, such as '250' or '0.5'";
  for (const value of ["'0'", "'0.00'", "'-5'", "'1e3'", "'1,000'", '1000', "'1000000000'", "''"]) {
    const told = inDefault(["dailyLossMax: '500'", `dailyLossMax: ${value}`]);
    expect(told).toEqual([`risk.dailyLossMax: ${value}; expected ${expected}`]);
  }
  expect(inDefault(["dailyLossMax: '500'", "dailyLossMax: '0.5'"])).toEqual([]);
});

test('a strategy of an unknown kind, with a parameter it does not have, or one that makes no sense', () => {
  expect(inDefault(['kind: ema-cross', 'kind: ema-kross'])).toEqual([
    "strategies[0].kind: 'ema-kross'; expected one of ema-cross, book-imbalance, mean-reversion (did you mean ema-cross?)",
  ]);
  expect(inDefault(['fastCandlesCount: 9', 'fastCandleCount: 9'])).toEqual([
    'strategies[0].parameters.fastCandlesCount: missing; expected a whole number from 2 to 200',
    'strategies[0].parameters.fastCandleCount: unknown key with the value 9; expected only candleIntervalMs, fastCandlesCount, slowCandlesCount, entryGapBps, exitGapBps (did you mean fastCandlesCount?)',
  ]);
  expect(inDefault(['fastCandlesCount: 9', 'fastCandlesCount: 21'])).toEqual([
    'strategies[0].parameters: a mapping; expected fastCandlesCount must be below slowCandlesCount',
  ]);
});

test('names that refer to nothing: the nearest that exists', () => {
  expect(
    inDefault(
      ['symbols: [BTC/USDT, ETH/USDT]', 'symbols: [BTC/USD, ETH/USDT, ETH/USDT]'],
      ['id: book-imbalance', 'id: ema-cross'],
      [
        'exits:\n',
        'exits:\n  byStrategy: { mean-revision: { stopBps: 1, targetEnabled: false, targetBps: 1, trailingEnabled: false, trailingBps: 1, holdingEnabled: false, holdingMsMax: 1000 } }\n',
      ],
    ),
  ).toEqual([
    "strategies[0].symbols[0]: 'BTC/USD'; expected a market of symbols (did you mean BTC/USDT?)",
    "strategies[0].symbols[2]: 'ETH/USDT'; expected each market once",
    "strategies[1].id: 'ema-cross'; expected an id that no other strategy has",
    'exits.byStrategy.mean-revision: a mapping; expected the id of a strategy (did you mean mean-reversion?)',
  ]);
});

test('limits that contradict one another', () => {
  expect(
    inDefault(
      ["orderNotional: '200'", "orderNotional: '1000.01'"],
      ["positionNotionalMax: '5000'", "positionNotionalMax: '999'"],
      ["grossExposureMax: '10000'", "grossExposureMax: '998'"],
      ['exitPriceCollarBps: 300', 'exitPriceCollarBps: 10'],
      ['unknownAfterMs: 2000', 'unknownAfterMs: 2001'],
      ['orderTimeoutMs: 15000', 'orderTimeoutMs: 2000'],
      ['quietFreshnessMsMax: 60000', 'quietFreshnessMsMax: 2999'],
    ),
  ).toEqual([
    "risk.orderNotionalMax: '1000'; expected at most risk.positionNotionalMax, 999",
    "risk.positionNotionalMax: '999'; expected at most risk.grossExposureMax, 998",
    'risk.exitPriceCollarBps: 10; expected at least risk.priceCollarBps, 100: leaving must not be harder than entering',
    "sizing.orderNotional: '1000.01'; expected at most risk.orderNotionalMax, 1000",
    'sizing.exitThroughBps: 20; expected at most risk.exitPriceCollarBps, 10: else no exit passes',
    'feed.freshnessMsMax: 3000; expected at most feed.quietFreshnessMsMax, 2999',
    'execution.recvWindowMs: 3000; expected at most execution.orderTimeoutMs, 2000',
    'execution.unknownAfterMs: 2001; expected at most execution.orderTimeoutMs, 2000',
  ]);
});

test('the account: a zone that does not exist, a market in another currency, nothing to trade with', () => {
  expect(
    inDefault(
      ['dayZone: UTC', 'dayZone: Europe/Berlim'],
      ["USDT: '10000'", "usdt: '10000'"],
      ['  - NKN/USDT', '  - NKN/BTC'],
    ),
  ).toEqual(["account.allocations.usdt: 'usdt'; expected an asset such as USDT"]);
  expect(
    inDefault(
      ['dayZone: UTC', 'dayZone: Europe/Berlim'],
      ["USDT: '10000'", "BTC: '1'"],
      ['  - NKN/USDT', '  - NKN/BTC'],
    ),
  ).toEqual([
    "symbols[3]: 'NKN/BTC'; expected a market quoted in account.quoteAsset, USDT",
    "account.dayZone: 'Europe/Berlim'; expected a time zone such as UTC or Europe/Berlin",
    'account.allocations.USDT: missing; expected what of the quote asset may be traded with',
  ]);
});

test('ports: two things cannot listen on one', () => {
  expect(
    inDefault(['port: 9500', 'port: 9464'], ['controlPort: 9501', 'controlPort: 9464']),
  ).toEqual([
    'exchange.port: 9464; expected a port other than http.port',
    'exchange.controlPort: 9464; expected a port other than http.port',
    'exchange.controlPort: 9464; expected a port other than exchange.port',
  ]);
  expect(inDefault(['host: 127.0.0.1', 'host: 0.0.0.0'])).toEqual([
    "http.host: '0.0.0.0'; expected one of 127.0.0.1, ::1, localhost",
  ]);
});

// Whoever turns a rehearsal into the real thing by changing one word must be told all that is missing.
test('live by changing one word: refused with everything that live demands', () => {
  expect(inDefault(['setup: rehearsal', 'setup: live'])).toEqual([
    'venue.keyFile: missing; expected the file with the key of the account',
    "startMode: 'ACTIVE'; expected OBSERVING: live trades only after an operator resumes",
    'mail.recipient: missing; expected the address of the one who is woken',
    'mail.recipientConfirmed: false; expected true, once a test mail has been seen to arrive',
    'recovery.leaseWaitMs: 1000; expected at least 18000 in live',
    'recovery.crashLoopStarts: 20; expected 3 in live',
    'recovery.crashLoopClearMs: 60000; expected at least 1800000 in live',
    'exchange: a mapping; expected no such block in live',
    'live: missing; expected this block in live',
  ]);
});

test('live: limits that its first day or its allocation do not carry', () => {
  expect(
    inLive(
      ["firstDayOrderNotionalMax: '20'", "firstDayOrderNotionalMax: '51'"],
      ["grossExposureMax: '300'", "grossExposureMax: '501'"],
      ['crashLoopWindowMs: 600000', 'crashLoopWindowMs: 599999'],
    ),
  ).toEqual([
    "live.firstDayOrderNotionalMax: '51'; expected at most risk.orderNotionalMax, 50",
    "risk.grossExposureMax: '501'; expected at most what account.allocations gives, 500",
    'recovery.crashLoopWindowMs: 599999; expected at least 600000 in live',
  ]);
});

test('addresses: rehearsal stays at home, the others are encrypted', () => {
  const base = (text: string): [string, string] => [
    '  name: binance',
    `  name: binance\n  ${text}`,
  ];
  expect(inDefault(base('restBase: https://api.binance.com'))).toEqual([
    "venue.restBase: 'https://api.binance.com'; expected an address of this machine: rehearsal stays at home",
  ]);
  expect(inPaper(base('wsBase: ws://stream.binance.com'))).toEqual([
    "venue.wsBase: 'ws://stream.binance.com'; expected an encrypted address: https:// or wss://",
  ]);
  expect(inPaper(base('wsBase: https://stream.binance.com'))).toEqual([
    "venue.wsBase: 'https://stream.binance.com'; expected an address that begins with ws:// or wss://",
  ]);
  expect(inPaper(base('restBase: https://x.example/path'))).toEqual([
    "venue.restBase: 'https://x.example/path'; expected an address without a path, such as https://api.binance.com",
  ]);
  expect(inPaper(base('keyFile: secrets/binance.yaml'))).toEqual([
    "venue.keyFile: 'secrets/binance.yaml'; expected no key: paper sends nothing",
  ]);
});

test('text that is no mapping: said as such', () => {
  expect(problemsOf('')).toEqual(['nothing; expected a YAML mapping of settings']);
  expect(problemsOf('just words')).toEqual(['a single value; expected a YAML mapping of settings']);
  expect(problemsOf('- a\n- b')).toEqual(['a list; expected a YAML mapping of settings']);
  expect(problemsOf('risk: {a: 1\n')[0]).toContain('expected valid YAML');
  expect(problemsOf('risk: 1\nrisk: 2\n')).toEqual([
    'line 2: Map keys must be unique; expected valid YAML',
  ]);
  expect(problemsOf('a: &a [x]\nb: *nobody\n')[0]).toContain('expected valid YAML');
});

// A key pasted into the wrong place must not end in a terminal, a log or a mail.
test('secrets in the settings are refused and never shown', () => {
  const secret = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A';
  const told = inDefault(
    [
      '  name: binance',
      `  name: binance\n  apiKey: short\n  apiSecret: ${secret}\n  other: ${secret}`,
    ],
    ['  level: info', `  level: ${secret}`],
    ['\nhttp:', '\npassphrase: hunter2\nhttp:'],
  ).join('\n');
  expect(told).toContain('venue.apiKey: unknown key with the value [secret]');
  expect(told).toContain('venue.other: unknown key with the value [secret]');
  expect(told).toContain('log.level: [secret]');
  expect(told).not.toContain(secret);
  expect(told).not.toContain('short');
  expect(told).not.toContain('hunter2');
});

test('each problem names its line', () => {
  const text = replaced(DEFAULT_TEXT, [
    ['seed: 1', 'seed: -1'],
    ['fastCandlesCount: 9', 'fastCandlesCount: 0'],
  ]);
  const parsed = parseSettings(text, {});
  const lines = text.split('\n');
  const told = parsed.type === 'invalid' ? parsed.problems : [];
  expect(told.map((problem) => problem.path)).toEqual([
    'strategies[0].parameters.fastCandlesCount',
    'exchange.seed',
  ]);
  for (const problem of told) {
    const line = Number(problem.where?.replace('line ', ''));
    expect(lines[line - 1]).toContain(problem.path.split('.').at(-1));
    expect(formatProblem(problem).startsWith(`line ${line}: `)).toBe(true);
  }
});
