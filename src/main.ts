import path from 'node:path';
import { formatProblem } from './config/problem.ts';
import { readBuildId } from './live/build-id.ts';
import { Daemon } from './live/daemon.ts';
import { loadSettings } from './live/load-settings.ts';
import { Pm2Link } from './live/pm2.ts';
import { JournalFailed, JournalForeign, JournalLocked } from './store/journal-failure.ts';

/** What the supervisor and a person read from the exit code. PM2 does not restart 75, 76 and 78. */
const EXIT = { clean: 0, panic: 70, journal: 74, locked: 75, foreign: 76, settings: 78 } as const;

const ROOT = path.join(import.meta.dirname, '..');

async function main(): Promise<void> {
  const loaded = loadSettings();
  if (loaded.type === 'invalid') {
    process.stderr.write(`${loaded.file}: ${loaded.problems.length} problems, not starting\n`);
    for (const problem of loaded.problems) process.stderr.write(`  ${formatProblem(problem)}\n`);
    process.exit(EXIT.settings);
  }
  const pm2 = new Pm2Link();
  let daemon: Daemon | undefined;
  const panic = (error: unknown): never => {
    const exitCode = error instanceof Error ? exitCodeOf(error) : EXIT.panic;
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`stopping with exit code ${exitCode}: ${cause}\n`);
    if (daemon !== undefined) {
      daemon.log.fatal('process.panicked', 'an invariant broke', error);
      if (exitCode === EXIT.journal) latch(daemon, cause);
      daemon.abandon(exitCode, cause);
    }
    process.exit(exitCode);
  };
  process.on('uncaughtException', panic);
  process.on('unhandledRejection', panic);

  daemon = await Daemon.make({
    loaded,
    root: ROOT,
    buildId: readBuildId(ROOT),
    onReady: () => pm2.announceReady(),
    onStopped: (exitCode) => process.exit(exitCode),
    watchdog: true,
  });
  const started = daemon;
  pm2.onStop((cause) => started.stop(cause));
  pm2.showGauges(() => started.gauges());
  await started.start();
  process.stdout.write(`overnight on http://127.0.0.1:${started.httpPort}\n`);
}

/** The journal cannot say that we are halted, so a file says it: the next start reads it first. */
function latch(daemon: Daemon, cause: string): void {
  try {
    daemon.haltLatch.set(cause, new Date().toISOString());
  } catch (error) {
    process.stderr.write(`the halt file could not be written either: ${String(error)}\n`);
  }
}

function exitCodeOf(error: Error): number {
  if (error instanceof JournalLocked) return EXIT.locked;
  if (error instanceof JournalForeign) return EXIT.foreign;
  return error instanceof JournalFailed ? EXIT.journal : EXIT.panic;
}

await main();
