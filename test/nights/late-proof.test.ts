import { expect, onTestFinished, test } from 'vitest';
import { askDecisions } from '../support/decision-page.ts';
import { SocketNight } from '../support/socket-night.ts';

// The market is there at once, the account takes its time. Until it is known what we own, nothing may be
// sent, and the reason must say so: "nothing free" would send its reader looking for the money.
test('balances not told yet: entries are denied as unproven, and trading begins with the proof', {
  timeout: 120_000,
}, async () => {
  const night = await SocketNight.start();
  onTestFinished(() => night.close());
  night.exchange.armFault({
    fault: 'error-before',
    target: { channel: 'rest', method: 'GET', path: 'account' },
  });
  const daemon = night.startDaemon();
  const findDenied = async () => await askDecisions(daemon, 'stage=risk&outcome=denied');
  await daemon.waitFor('a denied entry', async () => (await findDenied()).length > 0, 60_000);
  const codes = (await findDenied()).map(({ reason }) => reason.code);
  expect(new Set(codes)).toEqual(new Set(['RECONCILIATION_PENDING']));
  expect(night.truth().wireLog).toEqual([]);

  night.exchange.clearFaults();
  await daemon.waitReady();
  await daemon.waitFor('an order', () => night.truth().wireLog.length > 0, 60_000);
});
