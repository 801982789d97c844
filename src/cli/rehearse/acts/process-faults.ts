import { setTimeout as delay } from 'node:timers/promises';
import type { Act } from '../act.ts';
import { PLACE, untilAdopted, withLateReports } from './order-faults.ts';

export const killed: Act = {
  name: 'kill-9',
  family: 'process',
  story: 'the daemon is killed between an order and its answer',
  play: async (night, record) => {
    const settings = { delayMs: 1_500, where: 'after' };
    await withLateReports(night, async () => {
      const hit = await night.hitOrder({ fault: 'delay', target: PLACE, count: 1, settings });
      const sinceMs = record.injected(`SIGKILL, the answer to ${hit.clientOrderId} under way`);
      await night.supervisor.kill();
      const told = await night.untilTold(
        ['process.started'],
        sinceMs,
        ({ fields }) => fields['clean'] === false,
      );
      record.detected('process.started, the stop before was not clean', told.atMs);
      await untilAdopted(night, record, hit);
      const found = record.recoveredAt?.by ?? '';
      await night.untilProven();
      record.recovered(`its order: ${found}; mode ACTIVE`);
    });
  },
};

const STOPPED_MS = 4_000;

export const machineSlept: Act = {
  name: 'machine-slept',
  family: 'process',
  story: 'the daemon stands still for 4 s, as when the lid of a laptop closes',
  play: async (night, record) => {
    const sinceMs = record.injected('SIGSTOP, 4 s later SIGCONT');
    night.supervisor.signal('SIGSTOP');
    try {
      await delay(STOPPED_MS);
    } finally {
      night.supervisor.signal('SIGCONT');
    }
    const told = await night.untilTold(['loop.late'], sinceMs);
    record.detected(`loop.late by ${String(told.fields['lateMs'])} ms`, told.atMs);
    await night.untilTold(['orders.reconciled'], told.atMs);
    await night.untilReady();
    record.recovered('asked for what it missed, entries allowed');
  },
};
