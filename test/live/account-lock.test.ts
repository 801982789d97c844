import { expect, onTestFinished, test } from 'vitest';
import { AccountHeld, AccountLock } from '../../src/live/account-lock.ts';
import { SocketNight } from '../support/socket-night.ts';

const onLinux = test.skipIf(process.platform !== 'linux');

onLinux(
  'an account is held once, until it is released; another account or venue is free',
  async () => {
    const base = 'https://venue.example';
    const first = await AccountLock.take('key', base);
    await expect(AccountLock.take('key', base)).rejects.toThrow(AccountHeld);
    (await AccountLock.take('other key', base)).release();
    (await AccountLock.take('key', 'https://testnet.venue.example')).release();
    first.release();
    (await AccountLock.take('key', base)).release();
  },
);

// Somebody tried a second checkout with the same key. Two journals would each know half of the truth.
onLinux(
  'a second daemon with data of its own on the same account: exit 75, and it leaves no trace',
  {
    timeout: 240_000,
  },
  async () => {
    const night = await SocketNight.start();
    onTestFinished(() => night.close());
    const first = night.startDaemon();
    await first.waitReady();
    const second = night.startDaemon({ dataDir: `${night.dataDir}-2` });
    expect(await second.waitEnd()).toEqual({ code: 75, signal: null });
    expect(second.output).toContain('this account is held by another process');
    await first.kill();
    const third = night.startDaemon({ dataDir: `${night.dataDir}-2` });
    await third.waitReady();
    expect(await third.stop()).toEqual({ code: 0, signal: null });
  },
);
