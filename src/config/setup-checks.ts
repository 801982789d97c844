import { DEFAULT_EXECUTION_LIMITS } from '../execution/limits.ts';
import { isMore } from './cross-checks.ts';
import type { ProblemList } from './file-problems.ts';
import type { FileBlocks } from './schema.ts';
import { isEncrypted, isLoopback } from './venue-bases.ts';

/** What a start waits for and how many starts are too many, where money is real. */
const CAREFUL_RECOVERY = Object.freeze({
  leaseWaitMs: DEFAULT_EXECUTION_LIMITS.leaseWaitMs,
  crashLoopStarts: 3,
  crashLoopWindowMs: 600_000,
  crashLoopClearMs: 1_800_000,
});

/** What each set-up demands beyond well-formed blocks. `written`: the blocks that the file has, well formed or not. */
export function addSetupProblems(
  file: FileBlocks,
  written: ReadonlySet<string>,
  problems: ProblemList,
): void {
  if (file.venue === undefined) return;
  checkBases(file.venue, problems);
  // biome-ignore format: it reads as a list
  switch (file.venue.setup) {
    case 'rehearsal': checkNoKey(file.venue, 'rehearsal trades with the public demo key', problems); break;
    case 'paper':     checkNoKey(file.venue, 'paper sends nothing', problems); break;
    case 'live':      checkLive(file, problems); break;
  }
  for (const [name, setup] of [
    ['exchange', 'rehearsal'],
    ['live', 'live'],
  ] as const) {
    if (setup === file.venue.setup && !written.has(name)) {
      problems.add([name], undefined, `this block in ${setup}`);
    }
    if (setup !== file.venue.setup && written.has(name)) {
      problems.add([name], file[name] ?? {}, `no such block in ${file.venue.setup}`);
    }
  }
}

type Venue = NonNullable<FileBlocks['venue']>;

function checkBases(venue: Venue, problems: ProblemList): void {
  for (const name of ['restBase', 'wsBase', 'wsApiBase'] as const) {
    const base = venue[name];
    if (base === undefined) continue;
    const scheme = name === 'restBase' ? 'http' : 'ws';
    if (!base.startsWith(scheme)) {
      problems.add(
        ['venue', name],
        base,
        `an address that begins with ${scheme}:// or ${scheme}s://`,
      );
    } else if (venue.setup === 'rehearsal' && !isLoopback(base)) {
      problems.add(['venue', name], base, 'an address of this machine: rehearsal stays at home');
    } else if (venue.setup !== 'rehearsal' && !isEncrypted(base) && !isLoopback(base)) {
      problems.add(['venue', name], base, 'an encrypted address: https:// or wss://');
    }
  }
}

function checkNoKey(venue: Venue, why: string, problems: ProblemList): void {
  if (venue.keyFile === undefined) return;
  problems.add(['venue', 'keyFile'], venue.keyFile, `no key: ${why}`);
}

function checkLive(file: FileBlocks, problems: ProblemList): void {
  const { venue, startMode, mail, recovery, live, risk, account } = file;
  if (venue?.keyFile === undefined) {
    problems.add(['venue', 'keyFile'], undefined, 'the file with the key of the account');
  }
  if (startMode === 'ACTIVE') {
    problems.add(['startMode'], startMode, 'OBSERVING: live trades only after an operator resumes');
  }
  if (mail !== undefined && mail.recipient === undefined) {
    problems.add(['mail', 'recipient'], undefined, 'the address of the one who is woken');
  }
  if (mail !== undefined && !mail.recipientConfirmed) {
    const expected = 'true, once a test mail has been seen to arrive';
    problems.add(['mail', 'recipientConfirmed'], mail.recipientConfirmed, expected);
  }
  if (live !== undefined && risk !== undefined) {
    const cap = live.firstDayOrderNotionalMax;
    if (isMore(cap, risk.orderNotionalMax)) {
      const expected = `at most risk.orderNotionalMax, ${risk.orderNotionalMax}`;
      problems.add(['live', 'firstDayOrderNotionalMax'], cap, expected);
    }
  }
  const allocated = account?.allocations[account.quoteAsset];
  if (risk !== undefined && allocated !== undefined && isMore(risk.grossExposureMax, allocated)) {
    const expected = `at most what account.allocations gives, ${allocated}`;
    problems.add(['risk', 'grossExposureMax'], risk.grossExposureMax, expected);
  }
  if (recovery !== undefined) checkCareful(recovery, problems);
}

/** Shorter waits are for rehearsals; more starts would hide a crash loop. */
function checkCareful(recovery: NonNullable<FileBlocks['recovery']>, problems: ProblemList): void {
  const { leaseWaitMs, crashLoopStarts, crashLoopWindowMs, crashLoopClearMs } = CAREFUL_RECOVERY;
  const add = (key: string, value: number, expected: string) =>
    problems.add(['recovery', key], value, `${expected} in live`);
  if (recovery.leaseWaitMs < leaseWaitMs) {
    add('leaseWaitMs', recovery.leaseWaitMs, `at least ${leaseWaitMs}`);
  }
  if (recovery.crashLoopStarts !== crashLoopStarts) {
    add('crashLoopStarts', recovery.crashLoopStarts, `${crashLoopStarts}`);
  }
  if (recovery.crashLoopWindowMs < crashLoopWindowMs) {
    add('crashLoopWindowMs', recovery.crashLoopWindowMs, `at least ${crashLoopWindowMs}`);
  }
  if (recovery.crashLoopClearMs < crashLoopClearMs) {
    add('crashLoopClearMs', recovery.crashLoopClearMs, `at least ${crashLoopClearMs}`);
  }
}
