import { expect, onTestFinished, test } from 'vitest';
import { askDecisions, isDeniedBy, toldOf } from '../support/decision-page.ts';
import { askFeed } from '../support/feed-page.ts';
import { SocketNight } from '../support/socket-night.ts';

/** The market decides when a strategy wishes: usually within seconds, now and then after a minute. */
const TRADE_WAIT_MS = 150_000;

// At three the venue halts a symbol, at five it opens it again. Nobody calls, nobody is awake.
for (const status of ['HALT', 'CANCEL_ONLY'] as const) {
  test(`a symbol goes into ${status} and comes back: told, its entries denied, the other one trades on, no hand needed`, {
    timeout: 4 * TRADE_WAIT_MS,
  }, async () => {
    const night = await SocketNight.start({ settings: { feed: { instrumentsEveryMs: 2_000 } } });
    onTestFinished(() => night.close());
    const daemon = night.startDaemon();
    await daemon.waitReady();
    const sentOf = async (symbol: string, sinceMs: number) =>
      (await askDecisions(daemon, `stage=order&outcome=sent&sinceMs=${sinceMs}`)).filter(
        (decision) => decision.symbol === symbol,
      );
    const waitSent = async (symbol: string, sinceMs: number) =>
      await daemon.waitFor(
        `an order of ${symbol}`,
        async () => (await sentOf(symbol, sinceMs)).length > 0,
        TRADE_WAIT_MS,
      );
    await waitSent('BTC/USDT', 0);

    night.exchange.armFault({ fault: 'symbol-status', settings: { symbol: 'BTCUSDT', status } });
    const told = (event: string) => toldOf(daemon, event);
    await daemon.waitFor('the halt to be told', () => told('symbol.halted').length > 0);
    const haltedAtMs = told('symbol.halted')[0]?.atMs ?? 0;
    expect(told('symbol.halted')).toMatchObject([{ symbol: 'BTC/USDT', status }]);
    expect(await askFeed(daemon, 'BTC/USDT')).toMatchObject({ listing: status });
    const metrics = await daemon.askText('/metrics');
    expect(metrics).toMatch(/^overnight_venue_status\{[^}]*BTC\/USDT[^}]*\} 0$/m);
    expect(metrics).toMatch(/^overnight_venue_status\{[^}]*ETH\/USDT[^}]*\} 1$/m);

    const findDenied = async () =>
      (await askDecisions(daemon, `stage=risk&outcome=denied&sinceMs=${haltedAtMs}`)).filter(
        (decision) => isDeniedBy(decision, 'VENUE_MAINTENANCE'),
      );
    await daemon.waitFor(
      'a denied entry',
      async () => (await findDenied()).length > 0,
      TRADE_WAIT_MS,
    );
    for (const { symbol, reason } of await findDenied()) {
      expect({ symbol, reason }).toEqual({
        symbol: 'BTC/USDT',
        reason: { code: 'VENUE_MAINTENANCE', status, needed: 'TRADING' },
      });
    }
    await waitSent('ETH/USDT', haltedAtMs);
    expect(await sentOf('BTC/USDT', haltedAtMs)).toEqual([]);
    // Told again while it lasts, and never for another symbol.
    for (const { symbol } of told('symbol.halted')) expect(symbol).toBe('BTC/USDT');

    night.exchange.clearFaults();
    await daemon.waitFor('the end to be told', () => told('symbol.trading').length > 0);
    await waitSent('BTC/USDT', told('symbol.trading')[0]?.atMs ?? 0);
    await daemon.waitReady();
    const looks = await askDecisions(daemon, 'stage=market&symbol=BTC/USDT');
    const records = looks.filter(({ reason }) => /^(VENUE|INSTRUMENT)/.test(reason.code));
    expect(records.map(({ reason }) => reason.code).reverse()).toEqual([
      'VENUE_MAINTENANCE',
      'INSTRUMENT_LISTED',
    ]);
  });
}
