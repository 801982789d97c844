import Database from 'better-sqlite3';
import type { SimFault } from '../fault.ts';
import type { CommitFate } from '../trouble.ts';
import { lasting, numberOf, oneOf, textOf } from './drawn.ts';

const ORDERLY = ['orderLeft', 'orderTaken', 'filled'] as const;

export const diskFilling: SimFault = {
  name: 'disk.filling',
  family: 'disk',
  about: 'hardly any space is left on the disk',
  moments: [],
  draw: (random) => ({
    durationMs: lasting(random, 5_000, 900_000),
    parameters: { freeBytes: lasting(random, 1_000_000, 450_000_000) },
  }),
  begin: ({ machine }, plan) => ({ end: machine.fillDisk(numberOf(plan, 'freeBytes')) }),
};

type Code = Extract<CommitFate, { type: 'fails' }>['code'];
const CODES: readonly Code[] = ['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_READONLY'];

/** Full, broken, or mounted read-only: no commit goes through, in this life or the next. */
export const diskRefusing: SimFault = {
  name: 'disk.refusing',
  family: 'disk',
  about: 'no commit goes through: the disk is full, broken, or has become read-only',
  moments: ORDERLY,
  share: 0.7,
  draw: (random) => ({
    durationMs: lasting(random, 2_000, 30_000),
    parameters: { code: oneOf(random, CODES) },
  }),
  begin: ({ machine }, plan) => {
    const code = CODES.find((each) => each === textOf(plan, 'code')) ?? 'SQLITE_FULL';
    return {
      trouble: { commit: () => ({ type: 'fails', code }) },
      ...(code === 'SQLITE_FULL' ? { end: machine.fillDisk(0) } : {}),
    };
  },
};

export const diskSlow: SimFault = {
  name: 'disk.slow',
  family: 'disk',
  about: 'each commit takes long: tenths of a second, or seconds',
  moments: ['orderLeft', 'recovering'],
  draw: (random) => ({
    durationMs: lasting(random, 5_000, 90_000),
    parameters: { byMs: lasting(random, 20, 3_000) },
  }),
  begin: (_, plan) => ({
    trouble: { commit: () => ({ type: 'slow', byMs: numberOf(plan, 'byMs') }) },
  }),
};

/** Somebody holds the journal when the daemon comes back: a twin, or a curious person. */
export const journalLocked: SimFault = {
  name: 'journal.locked',
  family: 'disk',
  about: 'the daemon is killed, and the next start finds its journal held by somebody else',
  moments: ['orderTaken'],
  share: 0.5,
  draw: (random) => ({ durationMs: lasting(random, 2_000, 60_000), parameters: {} }),
  begin: ({ journalPath, kill, machine }, plan) => {
    if (!machine.journalTaken.isEmpty) return {};
    const release = machine.journalTaken.hold(plan.name);
    kill('killed, and its journal taken');
    const stranger = new Database(journalPath, { timeout: 0 });
    stranger.pragma('locking_mode = EXCLUSIVE');
    stranger.exec('BEGIN EXCLUSIVE');
    return {
      end: () => {
        stranger.exec('ROLLBACK');
        stranger.close();
        release();
      },
    };
  },
};
