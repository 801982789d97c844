import type { Act, ActRecord } from '../act.ts';
import type { Night } from '../night.ts';

/** The account socket is lost and comes back, and what happened meanwhile is asked for: all told. */
async function loseAndRegain(night: Night, record: ActRecord, sinceMs: number): Promise<void> {
  const down = await night.untilTold(['user_stream.down'], sinceMs);
  record.detected(`user_stream.down, ${String(down.fields['cause'])}`, down.atMs);
  const up = await night.untilTold(['user_stream.up'], down.atMs);
  await night.untilTold(
    ['orders.reconciled'],
    up.atMs,
    ({ fields }) => fields['scope'] === 'gap' || fields['scope'] === 'start',
  );
  await night.untilReady();
  record.recovered('subscribed again, the gap reconciled, entries allowed');
}

export const userStreamEnded: Act = {
  name: 'user-stream-ended',
  family: 'account',
  story: 'the exchange ends the account events and leaves the socket open',
  play: async (night, record) => {
    const sinceMs = record.injected('eventStreamTerminated');
    await night.venue.arm({ fault: 'end-user-stream', durationMs: 1 });
    await loseAndRegain(night, record, sinceMs);
  },
};

export const halfOpenAccount: Act = {
  name: 'half-open-account-socket',
  family: 'account',
  story: 'the account socket stays open with nobody behind it: orders are answered, not reported',
  play: async (night, record) => {
    const sinceMs = record.injected('open account sockets frozen');
    const fault = await night.venue.arm({ fault: 'half-open', target: { channel: 'wsApi' } });
    await loseAndRegain(night, record, sinceMs);
    await night.venue.clear(fault);
  },
};
