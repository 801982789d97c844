import { expect, onTestFinished, test } from 'vitest';
import { askDecisions } from '../support/decision-page.ts';
import { SocketNight } from '../support/socket-night.ts';

// The venue's clock jumps by four seconds for a while. Nothing may be bought on a clock that is wrong,
// whoever asks whether we are ready must hear no, and when the clock is right again so are we.
for (const shiftMs of [4_000, -4_000]) {
  test(`the venue clock jumps by ${shiftMs} ms and comes back: entries denied and not ready meanwhile, both over by themselves`, {
    timeout: 120_000,
  }, async () => {
    const night = await SocketNight.start();
    onTestFinished(() => night.close());
    const daemon = night.startDaemon();
    await daemon.waitReady();
    const sentSince = async (sinceMs: number) =>
      await askDecisions(daemon, `stage=order&outcome=sent&sinceMs=${sinceMs}`);
    await daemon.waitFor('an order', async () => (await sentSince(0)).length > 0, 60_000);

    const jumpedAtMs = Date.now();
    night.exchange.armFault({ fault: 'clock-shift', settings: { shiftMs } });
    const findDenied = async () =>
      (await askDecisions(daemon, `stage=risk&outcome=denied&sinceMs=${jumpedAtMs}`)).filter(
        ({ reason }) => reason.code === 'CLOCK_SKEW',
      );
    await daemon.waitFor('a denied entry', async () => (await findDenied()).length > 0, 60_000);
    const { ready, reasons } = await daemon.askReadiness();
    expect(ready).toBe(false);
    expect(reasons.join('; ')).toMatch(/binance: the clock is \d+ ms off, limit is 1500 ms/);

    night.exchange.clearFaults();
    const backAtMs = Date.now();
    await daemon.waitReady();
    const readyAtMs = Date.now();
    await daemon.waitFor('an entry', async () => (await sentSince(backAtMs)).length > 0, 60_000);
    const stillDenied = (await findDenied()).filter(({ atMs }) => atMs > readyAtMs);
    expect(stillDenied, 'ready means that no entry is denied for its clock').toEqual([]);
  });
}
