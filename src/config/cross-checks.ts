import { parseDecimal } from '../domain/decimal.ts';
import { findStrategyKind } from '../signal/registry.ts';
import type { ProblemList } from './file-problems.ts';
import { findNearest } from './nearest-key.ts';
import type { SettingPath } from './problem.ts';
import type { FileBlocks } from './schema.ts';

/**
 * What single keys cannot say. Each check looks only at blocks that are well formed, so that one
 * mistake does not hide the others.
 */
export function addCrossProblems(file: FileBlocks, problems: ProblemList): void {
  checkSymbols(file, problems);
  checkStrategies(file, problems);
  checkMoney(file, problems);
  checkAccount(file, problems);
  checkTimes(file, problems);
  checkPorts(file, problems);
}

function checkSymbols({ symbols, account }: FileBlocks, problems: ProblemList): void {
  for (const [index, symbol] of (symbols ?? []).entries()) {
    if (symbols?.indexOf(symbol) !== index) {
      problems.add(['symbols', index], symbol, 'each market once');
    }
    if (account !== undefined && !symbol.endsWith(`/${account.quoteAsset}`)) {
      const expected = `a market quoted in account.quoteAsset, ${account.quoteAsset}`;
      problems.add(['symbols', index], symbol, expected);
    }
  }
}

function checkStrategies(file: FileBlocks, problems: ProblemList): void {
  const { strategies, symbols, exits } = file;
  if (strategies === undefined) return;
  const ids = strategies.map((strategy) => strategy.id);
  for (const [index, strategy] of strategies.entries()) {
    const at: SettingPath = ['strategies', index];
    if (ids.indexOf(strategy.id) !== index) {
      problems.add([...at, 'id'], strategy.id, 'an id that no other strategy has');
    }
    for (const [place, symbol] of strategy.symbols.entries()) {
      const path = [...at, 'symbols', place];
      if (strategy.symbols.indexOf(symbol) !== place) {
        problems.add(path, symbol, 'each market once');
      } else if (symbols !== undefined && !symbols.includes(symbol)) {
        problems.add(path, symbol, 'a market of symbols', findNearest(symbol, symbols));
      }
    }
    const text = findStrategyKind(strategy.kind)?.findProblem?.(strategy.parameters);
    if (text !== undefined) problems.add([...at, 'parameters'], strategy.parameters, text);
  }
  for (const [id, rules] of Object.entries(exits?.byStrategy ?? {})) {
    if (ids.includes(id)) continue;
    problems.add(['exits', 'byStrategy', id], rules, 'the id of a strategy', findNearest(id, ids));
  }
}

function checkMoney({ risk, sizing, exits }: FileBlocks, problems: ProblemList): void {
  if (risk !== undefined) {
    const { orderNotionalMax, positionNotionalMax, grossExposureMax } = risk;
    if (isMore(orderNotionalMax, positionNotionalMax)) {
      const expected = `at most risk.positionNotionalMax, ${positionNotionalMax}`;
      problems.add(['risk', 'orderNotionalMax'], orderNotionalMax, expected);
    }
    if (isMore(positionNotionalMax, grossExposureMax)) {
      const expected = `at most risk.grossExposureMax, ${grossExposureMax}`;
      problems.add(['risk', 'positionNotionalMax'], positionNotionalMax, expected);
    }
    if (risk.exitPriceCollarBps < risk.priceCollarBps) {
      const expected = `at least risk.priceCollarBps, ${risk.priceCollarBps}: leaving must not be harder than entering`;
      problems.add(['risk', 'exitPriceCollarBps'], risk.exitPriceCollarBps, expected);
    }
    if (sizing !== undefined && isMore(sizing.orderNotional, orderNotionalMax)) {
      const expected = `at most risk.orderNotionalMax, ${orderNotionalMax}`;
      problems.add(['sizing', 'orderNotional'], sizing.orderNotional, expected);
    }
    if (sizing !== undefined && sizing.entryThroughBps > risk.priceCollarBps) {
      const expected = `at most risk.priceCollarBps, ${risk.priceCollarBps}: else no entry passes`;
      problems.add(['sizing', 'entryThroughBps'], sizing.entryThroughBps, expected);
    }
    if (sizing !== undefined && sizing.exitThroughBps > risk.exitPriceCollarBps) {
      const expected = `at most risk.exitPriceCollarBps, ${risk.exitPriceCollarBps}: else no exit passes`;
      problems.add(['sizing', 'exitThroughBps'], sizing.exitThroughBps, expected);
    }
  }
  if (exits !== undefined && exits.standard.stopBps >= 10_000) {
    problems.add(['exits', 'standard', 'stopBps'], exits.standard.stopBps, 'a stop above zero');
  }
}

function checkAccount({ account }: FileBlocks, problems: ProblemList): void {
  if (account === undefined) return;
  if (!isTimeZone(account.dayZone)) {
    problems.add(
      ['account', 'dayZone'],
      account.dayZone,
      'a time zone such as UTC or Europe/Berlin',
    );
  }
  if (!Object.hasOwn(account.allocations, account.quoteAsset)) {
    const path = ['account', 'allocations', account.quoteAsset];
    problems.add(path, undefined, 'what of the quote asset may be traded with');
  }
}

function checkTimes({ feed, execution }: FileBlocks, problems: ProblemList): void {
  const atMost = (path: SettingPath, value: number, other: string, bound: number) => {
    if (value > bound) problems.add(path, value, `at most ${other}, ${bound}`);
  };
  if (feed !== undefined) {
    const quietMax = feed.quietFreshnessMsMax;
    atMost(['feed', 'freshnessMsMax'], feed.freshnessMsMax, 'feed.quietFreshnessMsMax', quietMax);
    atMost(['feed', 'backoffMsMin'], feed.backoffMsMin, 'feed.backoffMsMax', feed.backoffMsMax);
    const silenceMax = feed.frameSilenceMsMax;
    const warnPath = ['feed', 'frameSilenceWarnMs'];
    atMost(warnPath, feed.frameSilenceWarnMs, 'feed.frameSilenceMsMax', silenceMax);
  }
  if (execution !== undefined) {
    const timeout = execution.orderTimeoutMs;
    const name = 'execution.orderTimeoutMs';
    atMost(['execution', 'recvWindowMs'], execution.recvWindowMs, name, timeout);
    atMost(['execution', 'unknownAfterMs'], execution.unknownAfterMs, name, timeout);
    const retryMax = execution.retryDelayMsMax;
    const retryPath = ['execution', 'retryDelayMsMin'];
    atMost(retryPath, execution.retryDelayMsMin, 'execution.retryDelayMsMax', retryMax);
    for (const [index, atMs] of execution.resolveAtMs.entries()) {
      const before = execution.resolveAtMs[index - 1];
      if (before === undefined || atMs > before) continue;
      problems.add(
        ['execution', 'resolveAtMs', index],
        atMs,
        `more than the one before, ${before}`,
      );
    }
  }
}

function checkPorts({ http, exchange }: FileBlocks, problems: ProblemList): void {
  if (exchange === undefined) return;
  if (http !== undefined && http.port === exchange.port) {
    problems.add(['exchange', 'port'], exchange.port, 'a port other than http.port');
  }
  if (http !== undefined && http.port === exchange.controlPort) {
    problems.add(['exchange', 'controlPort'], exchange.controlPort, 'a port other than http.port');
  }
  if (exchange.port === exchange.controlPort) {
    const expected = 'a port other than exchange.port';
    problems.add(['exchange', 'controlPort'], exchange.controlPort, expected);
  }
}

/** Both are money that passed the schema: 18 decimals hold them exactly. */
export function isMore(left: string, right: string): boolean {
  return (parseDecimal(left, 18) ?? 0n) > (parseDecimal(right, 18) ?? 0n);
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    // The only way to ask: an unknown zone throws RangeError.
    return false;
  }
}
