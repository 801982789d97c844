import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Act, CannotInject } from '../act.ts';
import type { Night } from '../night.ts';
import type { Told } from '../told.ts';
import { UNDER_WAY_MS } from './under-way.ts';

const HOUR_MS = 3_600_000;

async function untilJumped(night: Night, sinceMs: number, sign: 1 | -1): Promise<Told> {
  return await night.untilTold(
    ['clock.jumped'],
    sinceMs,
    ({ fields }) => Math.sign(Number(fields['stepMs'])) === sign,
  );
}

/** Steps the clock on the wall; returns when the daemon has said that it noticed. */
async function step(night: Night, shiftMs: number, sign: 1 | -1): Promise<Told> {
  const sinceMs = night.nowMs();
  night.stepWallClock(shiftMs);
  return await untilJumped(night, sinceMs, sign);
}

export const wallClockBack: Act = {
  name: 'wall-clock-back',
  family: 'machine',
  story: "the clock on the machine's wall is set back an hour, and put right afterwards",
  play: async (night, record) => {
    const sinceMs = record.injected('-1 h');
    const told = await step(night, -HOUR_MS, -1);
    record.detected(`clock.jumped by ${String(told.fields['stepMs'])} ms`, told.atMs);
    await night.untilReady();
    const onWrongClockMs = night.nowMs() - sinceMs;
    record.note(
      `the venue's clock believed, entries allowed after ${Math.round(onWrongClockMs)} ms`,
    );
    await step(night, 0, 1);
    await night.untilProven();
    record.recovered('clock measured again, entries allowed');
  },
};

export const wallClockForward: Act = {
  name: 'wall-clock-forward',
  family: 'machine',
  story: "the clock on the machine's wall is set an hour ahead, and put right after 3 s",
  play: async (night, record) => {
    const endsBefore = night.supervisor.ends.length;
    let entries = 0;
    record.injected('+1 h');
    try {
      const told = await step(night, HOUR_MS, 1);
      record.detected(`clock.jumped by ${String(told.fields['stepMs'])} ms`, told.atMs);
      await night.until('entries denied', async () =>
        (await night.pages.readiness()).ready ? undefined : true,
      );
      const fromMs = night.nowMs() + UNDER_WAY_MS;
      await delay(AHEAD_LOOK_MS);
      entries = (await night.placedBetween(fromMs, night.nowMs())).entries;
    } finally {
      night.supervisor.expectEnd();
      night.stepWallClock(0);
    }
    // Our clock never goes back: where the venue says that the step back was right, only a new start helps.
    const end = await night.until('the end it asks for', () => night.supervisor.ends[endsBefore]);
    if (end.code !== 0) throw new Error(`ended with ${end.code}: ${end.lastWords}`);
    await night.untilProven();
    record.recovered('started anew on the right clock, mode ACTIVE');
    if (entries > 0) throw new Error(`${entries} entries left on a clock that was an hour wrong`);
    record.note('no entry left while the clock was an hour ahead; exits may');
  },
};

const AHEAD_LOOK_MS = 3_000;

/** Enough for the halt file, too little for one page of a database. */
const FILE_BYTES_MAX = 4_096;
const EXIT_JOURNAL = 74;
/** So long a HALTED daemon must send nothing before we believe it. */
const HALTED_LOOK_MS = 1_500;

export const diskFull: Act = {
  name: 'disk-full',
  family: 'machine',
  story: 'the disk takes no more; a person makes room, removes data/HALT and restarts',
  play: async (night, record) => {
    const { supervisor } = night;
    const endsBefore = supervisor.ends.length;
    const sinceMs = night.nowMs();
    await limitFiles(supervisor.pid);
    supervisor.expectEnd();
    record.injected(`its files may not grow beyond ${FILE_BYTES_MAX} bytes`, sinceMs);
    const end = await night.until('the end of the daemon', () => supervisor.ends[endsBefore]);
    if (end.code !== EXIT_JOURNAL) throw new Error(`ended with ${end.code}: ${end.lastWords}`);
    if (!night.haltLatch.isSet()) throw new Error('data/HALT is not there');
    record.detected(`exit ${end.code}, data/HALT`, end.atMs);

    await night.until('mode HALTED after the restart', async () =>
      (await night.pages.readiness()).mode === 'HALTED' ? true : undefined,
    );
    const placed = await night.venue.placedCount();
    await delay(HALTED_LOOK_MS);
    const more = (await night.venue.placedCount()) - placed;
    if (more > 0) throw new Error(`${more} orders left while HALTED`);
    record.note('restarted HALTED, and sent nothing until a person had removed data/HALT');

    night.haltLatch.clear();
    const stopped = await supervisor.restart();
    if (stopped?.code !== 0) throw new Error(`the halted daemon ended with ${stopped?.code}`);
    await night.untilProven();
    record.recovered('mode ACTIVE after the operator');
  },
};

/** The next process that the supervisor starts has no such limit: there is room again. */
async function limitFiles(pid: number | undefined): Promise<void> {
  if (pid === undefined) throw new Error('there is no daemon');
  try {
    await promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${FILE_BYTES_MAX}:`]);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new CannotInject(`prlimit (util-linux) does not limit a running process here: ${text}`);
  }
}
