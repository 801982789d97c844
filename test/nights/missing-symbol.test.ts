import { expect, onTestFinished, test } from 'vitest';
import { askDecisions, toldOf } from '../support/decision-page.ts';
import { runVerb } from '../support/overnight-verb.ts';
import { SocketNight } from '../support/socket-night.ts';

// A symbol of the settings that the venue has never heard of. It refuses the whole list for it, with
// HTTP 400 and -1121, as Binance does; the daemon finds out which one it is and trades the others.
test('one symbol of the settings is unknown to the venue: told by name, the others are traded', {
  timeout: 120_000,
}, async () => {
  const symbols = ['NOSUCH/USDT', 'BTC/USDT', 'ETH/USDT'];
  const night = await SocketNight.start({ settings: { symbols } });
  onTestFinished(() => night.close());
  const daemon = night.startDaemon();
  const said = 'NOSUCH/USDT: the venue does not list it';
  // Everything else is proven, so that this is the only thing left to say.
  await daemon.waitFor('the one reason', async () => {
    const { reasons } = await daemon.askReadiness();
    return reasons.length === 1 && reasons[0] === said;
  });
  for (const symbol of ['BTC/USDT', 'ETH/USDT']) {
    await daemon.waitFor(
      `an order of ${symbol}`,
      async () =>
        (await askDecisions(daemon, 'stage=ack&outcome=filled')).some(
          (decision) => decision.symbol === symbol,
        ),
      60_000,
    );
  }
  expect(toldOf(daemon, 'symbol.halted')).toMatchObject([
    { symbol: 'NOSUCH/USDT', cause: 'missing', held: '0' },
  ]);
  expect(await askDecisions(daemon, 'symbol=NOSUCH/USDT')).toMatchObject([
    { stage: 'market', outcome: 'skipped', reason: { code: 'INSTRUMENT_NOT_FOUND' } },
  ]);
  expect(await daemon.askText('/metrics')).toMatch(
    /^overnight_venue_status\{[^}]*NOSUCH\/USDT[^}]*\} 0$/m,
  );
  // Exit 1: a finding.
  await expect(runVerb(night, ['status'])).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining(`not ready: ${said}`),
  });
});
